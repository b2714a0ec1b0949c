/** The table of commands: names, arguments, flags and help. The work of each is in the module of its name, loaded by need. */
import type { CommandSpec, Flags } from './args.ts';

export const commonFlags: Flags = {
  config: {
    type: 'string',
    short: 'c',
    multiple: true,
    value: 'KEY=VALUE',
    help: 'set a config key for this run, as TOML',
  },
  home: { type: 'string', value: 'DIR', help: "tcx's home instead of $TCX_HOME or ~/.tcx" },
  'codex-home': { type: 'string', value: 'DIR', help: 'the same, by the name Codex knows', hidden: true },
  help: { type: 'boolean', short: 'h', help: 'show this' },
};

const json: Flags = { json: { type: 'boolean', help: 'data instead of a table' } };
const follow: Flags = { follow: { type: 'boolean', short: 'f', help: 'go on as it grows' } };

/** What every command takes that wants a session. */
const sessionNote = 'SESSION is an id, the beginning of one, a name, or . for the newest of this directory.';

export const settingFlags: Flags = {
  model: { type: 'string', short: 'm', value: 'MODEL', help: 'the model to use' },
  sandbox: { type: 'string', short: 's', value: 'MODE', help: 'read-only, workspace-write or danger-full-access' },
  yolo: { type: 'boolean', help: 'run everything unasked and without a sandbox' },
  'dangerously-bypass-approvals-and-sandbox': { type: 'boolean', help: 'the same as --yolo', hidden: true },
  cd: { type: 'string', short: 'C', value: 'DIR', help: 'the directory to work in' },
  oss: { type: 'boolean', help: 'a model of this machine: Ollama, or what --local-provider says' },
  'local-provider': { type: 'string', value: 'NAME', help: 'ollama or lmstudio, with --oss' },
  demo: { type: 'boolean', help: 'the built-in demo model: offline, no AI' },
  script: { type: 'string', value: 'FILE', help: 'answers the demo model plays instead of its rules (JSON lines)' },
};
const pictureFlags: Flags = {
  image: { type: 'string', short: 'i', multiple: true, value: 'FILE', help: 'a picture that goes with the prompt' },
};
const approvalFlags: Flags = {
  'ask-for-approval': { type: 'string', short: 'a', value: 'POLICY', help: 'on-request or never' },
};
const screenFlags: Flags = {
  'no-alt-screen': { type: 'boolean', help: "draw inline and keep the terminal's scrollback" },
  nest: { type: 'boolean', help: "open tcx inside a session's own command" },
  ascii: { type: 'boolean', help: 'plain marks instead of symbols' },
  'screen-reader': { type: 'boolean', help: 'text once and in order, nothing that moves or stands beside' },
};
const findFlags: Flags = {
  last: { type: 'boolean', help: 'the newest session of this directory' },
  all: { type: 'boolean', help: 'look in all directories' },
  'include-non-interactive': { type: 'boolean', help: 'sessions of exec and scripts too' },
};

export const rootCommand: CommandSpec = {
  name: '',
  args: '[PROMPT]',
  help: 'tcx: a coding agent that goes on working when you close the window',
  flags: {
    ...settingFlags,
    ...approvalFlags,
    ...pictureFlags,
    ...screenFlags,
    'no-daemon': { type: 'boolean', help: 'a daemon of this process alone, which ends with it' },
    continue: { type: 'boolean', help: 'the same as resume --last' },
    version: { type: 'boolean', short: 'V', help: 'print the version' },
  },
};

export const commands: readonly CommandSpec[] = [
  {
    name: 'new',
    args: '[PROMPT]',
    help: 'begin a session',
    flags: {
      detached: { type: 'boolean', short: 'd', help: 'print its id and return' },
      name: { type: 'string', short: 'n', value: 'NAME', help: 'its name' },
      ...settingFlags,
      ...approvalFlags,
      ...pictureFlags,
      ...screenFlags,
      ...json,
    },
  },
  {
    name: 'attach',
    aliases: ['a', 'attach-session'],
    args: '[SESSION]',
    help: 'look at a session and drive it, whatever it is doing',
    flags: {
      target: { type: 'string', short: 't', value: 'SESSION', help: 'as tmux has it', hidden: true },
      'read-only': { type: 'boolean', short: 'r', help: 'only watch' },
      take: { type: 'boolean', help: 'make the others watch' },
      detach: { type: 'boolean', short: 'd', help: 'detach the others' },
      ...screenFlags,
    },
  },
  {
    name: 'login',
    args: '[status]',
    help: 'give a key to a model provider: it is tried, then kept in a file only you can read',
    flags: {
      'with-api-key': { type: 'boolean', help: 'read the key from stdin' },
      provider: { type: 'string', value: 'NAME', help: 'openai (the default), anthropic, or a name of your config' },
    },
    notes: ['login status says what keys there are, and exits with 1 when there is none.'],
  },
  {
    name: 'logout',
    help: 'forget a key that is kept',
    flags: {
      provider: { type: 'string', value: 'NAME', help: 'openai (the default), anthropic, or a name of your config' },
    },
  },
  { name: 'agents', help: 'all sessions on one screen', flags: { ...screenFlags, ...json } },
  {
    name: 'say',
    aliases: ['send'],
    args: 'SESSION TEXT…',
    help: 'say something to a session: into the turn that runs, or as a new one (- reads stdin)',
    flags: {
      queue: { type: 'boolean', help: 'as a turn of its own, after the running one' },
      key: { type: 'string', value: 'K', help: 'the same key twice is said once' },
      ...json,
    },
    notes: [sessionNote],
  },
  {
    name: 'queue',
    help: 'queue a message, as Codex has it',
    hidden: true,
    flags: {
      thread: { type: 'string', value: 'SESSION', help: 'the session' },
      message: { type: 'string', value: 'TEXT', help: 'the words' },
      resume: { type: 'boolean', help: 'accepted; a queued message starts an idle session anyway' },
      ...json,
    },
  },
  {
    name: 'interrupt',
    args: 'SESSION',
    help: 'end the turn that runs; the session and its background commands stay',
    flags: json,
    notes: [sessionNote],
  },
  {
    name: 'stop',
    aliases: ['kill', 'kill-session'],
    args: 'SESSION',
    help: 'end the turn, its commands and the session; the conversation is kept',
    flags: { target: { type: 'string', short: 't', value: 'SESSION', help: 'as tmux has it', hidden: true }, ...json },
    notes: ['Only a word of yours (tcx say) or tcx wake starts it again.', sessionNote],
  },
  {
    name: 'ps',
    help: 'sessions that are awake, those that need you first',
    flags: {
      all: { type: 'boolean', short: 'a', help: 'every actor' },
      tree: { type: 'boolean', help: 'every actor, children under their parents' },
      watch: { type: 'boolean', help: 'again whenever it changes; with --json one line a change' },
      kind: {
        type: 'string',
        value: 'KIND',
        help: 'only actors of this kind: session, turn, call, approval, command, …',
      },
      short: { type: 'boolean', help: 'one line for a status bar; never starts a daemon' },
      ...json,
    },
  },
  {
    name: 'ls',
    aliases: ['list-sessions'],
    help: 'all sessions, newest first',
    flags: {
      cd: { type: 'string', short: 'C', value: 'DIR', help: 'only those of a directory' },
      all: { type: 'boolean', help: 'the archived ones too' },
      archived: { type: 'boolean', help: 'only the archived ones' },
      grep: { type: 'string', value: 'TEXT', help: 'only those in which these words were said' },
      limit: { type: 'string', short: 'n', value: 'N', help: 'at most so many' },
      ...json,
    },
  },
  {
    name: 'log',
    args: 'SESSION',
    help: "a session's rows: everything that was said and done, in order",
    flags: { after: { type: 'string', value: 'SEQ', help: 'only rows after this one' }, ...follow, ...json },
    notes: ['With --json an array of rows; with -f and --json one row a line.', sessionNote],
  },
  {
    name: 'tail',
    aliases: ['logs'],
    args: 'SESSION',
    help: 'the last of a conversation, as plain text',
    flags: { lines: { type: 'string', short: 'n', value: 'N', help: 'so many lines to begin with: 10' }, ...follow },
    notes: ['With -f also what is being said right now, word by word.', sessionNote],
  },
  {
    name: 'wait',
    args: 'SESSION',
    help: 'wait until a session is idle, needs you, or is done; the exit code says how it ended',
    flags: {
      for: { type: 'string', value: 'STATE', help: 'idle, needs-you or done' },
      timeout: { type: 'string', value: 'T', help: 'at most so long: 30s, 5m, 1h' },
      ...json,
    },
    notes: [
      'idle (the default): no turn runs, or one waits for a person. needs-you: a question is open.',
      'done: a turn has ended and nothing is queued, whoever had to answer what.',
      'Exit code: 0 the last turn completed, 1 it failed or was interrupted, 3 a person is needed, 124 timed out.',
      sessionNote,
    ],
  },
  {
    name: 'inbox',
    help: 'open questions',
    flags: { watch: { type: 'boolean', help: 'again whenever it changes' }, ...json },
  },
  {
    name: 'decide',
    args: 'APPROVAL CHOICE',
    help: 'answer a question by the name of a choice or its number, as tcx inbox --json lists them',
    flags: { text: { type: 'string', value: 'T', help: 'words for the model' }, ...json },
  },
  { name: 'approve', args: 'APPROVAL', help: 'answer a question: yes, this once', flags: json },
  {
    name: 'deny',
    args: 'APPROVAL',
    help: 'answer a question: no',
    flags: { text: { type: 'string', value: 'T', help: 'words for the model' }, ...json },
  },
  { name: 'rename', args: 'SESSION NAME', help: 'give a session another name', flags: json },
  {
    name: 'detach',
    args: '[SESSION]',
    help: 'detach the terminals that look at a session; it goes on',
    flags: { all: { type: 'boolean', help: 'those of all sessions' }, ...json },
  },
  {
    name: 'diff',
    args: 'SESSION',
    help: "what a session's patches changed, as a unified diff",
    flags: { turn: { type: 'string', value: 'N', help: 'only in this turn' }, ...json },
    notes: [sessionNote],
  },
  {
    name: 'archive',
    args: 'SESSION',
    help: 'put a session away: a turn that runs ends, everything is kept',
    flags: json,
  },
  { name: 'unarchive', args: 'SESSION', help: 'bring an archived session back', flags: json },
  {
    name: 'exec',
    aliases: ['e'],
    args: '[PROMPT] | resume [SESSION] [PROMPT] | fork SESSION [PROMPT]',
    help: 'run a turn without a screen',
    flags: {
      ...settingFlags,
      ...pictureFlags,
      json: { type: 'boolean', help: 'events as JSON lines' },
      'experimental-json': { type: 'boolean', help: 'the same', hidden: true },
      'output-last-message': { type: 'string', short: 'o', value: 'FILE', help: 'write the last message to a file' },
      'skip-git-repo-check': { type: 'boolean', help: 'work outside a git repository too' },
      'wait-approval': { type: 'string', value: '[T]', help: 'wait for tcx approve, at most so long (then exit 3)' },
      'thread-source': { type: 'string', value: 'S', help: 'what the run is for', hidden: true },
      color: { type: 'string', value: 'WHEN', help: 'always, never or auto' },
      last: { type: 'boolean', help: 'resume: the newest session of this directory' },
      all: { type: 'boolean', help: 'resume --last: of all directories' },
    },
    notes: [
      'The answer alone is on stdout; everything else goes to stderr. A prompt of - is standard input; piped input',
      'beside a prompt is added to it. What would need a person is refused unless --yolo or --wait-approval says so.',
      'Exit code: 0 the turn completed, 1 it failed or was interrupted, 2 wrong usage, 3 nobody approved in time.',
    ],
  },
  {
    name: 'resume',
    args: '[SESSION] [PROMPT]',
    help: 'go on with a session',
    flags: { ...findFlags, ...settingFlags, ...approvalFlags, ...pictureFlags, ...screenFlags },
  },
  {
    name: 'fork',
    args: '[SESSION] [PROMPT]',
    help: 'a new session that shares the past of another',
    flags: {
      ...findFlags,
      at: { type: 'string', value: 'SEQ', help: 'only the past up to this row' },
      detached: { type: 'boolean', short: 'd', help: 'print its id and return' },
      ...screenFlags,
      ...json,
    },
  },
  {
    name: 'wake',
    args: 'SESSION',
    help: 'have a session go on, now or at a time',
    flags: {
      at: { type: 'string', value: 'T', help: 'a time: 09:00, +30m, 2026-12-24T09:00' },
      text: { type: 'string', value: 'TEXT', help: 'what it is told then: "Go on."' },
      cancel: { type: 'string', value: 'N', help: 'take an alarm back' },
      ...json,
    },
    notes: [
      'A time of day is the next one of this clock. tcx wake prints the number that --cancel takes.',
      sessionNote,
    ],
  },
  {
    name: 'daemon',
    args: 'start | stop | restart | status | logs | trace | install | uninstall',
    help: 'the daemon of this home',
    flags: {
      now: { type: 'boolean', help: 'stop: do not wait for the turns that run' },
      launchd: { type: 'boolean', help: 'install: the launchd agent, as on macOS' },
      systemd: { type: 'boolean', help: 'install: the systemd user units, as on Linux' },
      print: { type: 'boolean', help: 'install: print them instead' },
      lines: { type: 'string', short: 'n', value: 'N', help: 'logs: so many lines to begin with: 20' },
      ...follow,
      ...json,
    },
    notes: [
      'start      start it, if it does not run; every command that needs it does so too',
      'stop       let the turns that run end (45 s at most), then end it and all commands; what is left goes on at the next start',
      'restart    end it at once and start it again; commands go on, the model is asked again',
      'status     what runs, where, with how much',
      'logs       its log, also when it does not run',
      'trace      what each actor does, as it does it',
      'install    have systemd or launchd start it; uninstall takes that back',
    ],
  },
  { name: 'kill-server', help: 'the same as daemon stop', hidden: true },
  {
    name: 'doctor',
    args: '[session SESSION]',
    help: 'what works on this machine',
    flags: { ...json, summary: { type: 'boolean', help: 'one line' }, all: { type: 'boolean', help: 'every detail' } },
    notes: ['Exit code 1 when a check fails. tcx doctor session SESSION checks that session and its log.'],
  },
  {
    name: 'completion',
    args: '[bash|zsh|fish]',
    help: 'a completion script for a shell',
    notes: [
      'bash  source <(tcx completion bash)                     in ~/.bashrc',
      'zsh   tcx completion zsh > "$fpath[1]/_tcx"             and a new shell',
      'fish  tcx completion fish > ~/.config/fish/completions/tcx.fish',
    ],
  },
];

export const findCommand = (word: string): CommandSpec | undefined =>
  commands.find(({ name, aliases }) => name === word || aliases?.includes(word));
