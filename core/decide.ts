/** Whether a command or patch runs, is asked about, or is refused: the one place that says so. Pure. */
import type { Choice, FileChange, Question } from './rows.ts';
import type { Settings } from './settings.ts';

/** What a person allowed for the rest of a session: this exact command in this directory, or all edits below a folder. */
export type Grant =
  | { readonly kind: 'command'; readonly cmd: string; readonly cwd: string }
  | { readonly kind: 'folder'; readonly path: string };

export type Subject =
  /** `shell` when the model names one of its own: what a command does is then what that program makes of it. */
  | {
      readonly kind: 'command';
      readonly cmd: string;
      readonly cwd: string;
      readonly shell?: string;
      readonly justification?: string;
    }
  /** `writes` are real paths, symlinks followed. */
  | {
      readonly kind: 'patch';
      readonly writes: readonly string[];
      readonly changes: readonly FileChange[];
      readonly cwd: string;
    };

export type Rules = Pick<Settings, 'approval' | 'sandbox' | 'unattended'> & { readonly grants: readonly Grant[] };

export type Decision =
  | { readonly decision: 'run'; readonly because: string }
  /** `grant` is what "for this session" would leave; absent when nothing narrow enough exists. */
  | { readonly decision: 'ask'; readonly question: Question; readonly grant?: Grant }
  | { readonly decision: 'deny'; readonly why: string };

/** Until a sandbox is in force, only what cannot do harm runs unasked; full access without questions is asked for by name. */
export function decide(subject: Subject, rules: Rules): Decision {
  if (rules.sandbox === 'danger-full-access' && rules.approval === 'never')
    return { decision: 'run', because: 'full access, never asks' };
  if (subject.kind === 'command' && !subject.shell && isPlainRead(subject.cmd))
    return { decision: 'run', because: 'it only reads' };
  const grant = rules.grants.find((given) => covers(given, subject));
  if (grant)
    return {
      decision: 'run',
      because: grant.kind === 'command' ? 'allowed in this session' : `edits below ${grant.path} are allowed`,
    };
  if (rules.unattended || rules.approval === 'never') return { decision: 'deny', why: refusal(subject, rules) };
  return ask(subject);
}

/** `ls`, `pwd` and `cat FILE…` in plain words: no operator, expansion, quote or flag besides -l and -a. */
export function isPlainRead(cmd: string): boolean {
  const words = cmd.trim().split(/[ \t]+/);
  if (!words.every((word) => /^[\w./@%+=:,-]+$/.test(word))) return false;
  const [program, ...rest] = words;
  if (program === 'pwd') return rest.length === 0;
  if (program === 'cat') return rest.length > 0 && rest.every((word) => !word.startsWith('-'));
  return program === 'ls' && rest.every((word) => !word.startsWith('-') || /^-[la]+$/.test(word));
}

/** What answering a question for the whole session allows; undefined where nothing narrow enough can be said. */
export function sessionGrant({ kind, summary, cwd, choices }: Question): Grant | undefined {
  if (!choices.some(({ id }) => id === 'session' || id === 'folder')) return undefined;
  return kind === 'command' ? { kind, cmd: summary, cwd } : { kind: 'folder', path: cwd };
}

/** Where a session-long "all edits" never reaches: a write there could run code or change what tcx allows. */
const guarded = ['.git', '.tcx', '.codex'];

function covers(grant: Grant, subject: Subject): boolean {
  if (grant.kind === 'command')
    return subject.kind === 'command' && !subject.shell && subject.cmd === grant.cmd && subject.cwd === grant.cwd;
  return subject.kind === 'patch' && subject.writes.every((path) => isInside(path, grant.path));
}

function isInside(path: string, folder: string): boolean {
  const base = folder.endsWith('/') ? folder : `${folder}/`;
  if (!path.startsWith(base)) return false;
  const parts = path.slice(base.length).split('/');
  return !parts.some((part) => part === '..' || guarded.includes(part));
}

function refusal(subject: Subject, rules: Rules): string {
  const what = subject.kind === 'command' ? 'This command was not run' : 'This patch was not applied';
  if (rules.unattended)
    return `${what}: it needs a person's approval and nobody is there to ask. Only reading tools and plain ls, pwd and cat run here. Whoever started this run can allow it with --yolo (everything runs, without a sandbox) or --wait-approval (it waits for tcx approve).`;
  return `${what}: the approval policy is never, and without full access (-s danger-full-access) only reading tools and plain ls, pwd and cat run unasked.`;
}

const once: Choice = { id: 'once', label: 'Yes, this once', key: 'y' };
const no: Choice = { id: 'no', label: 'No, go on without it', key: 'd' };
const abort: Choice = { id: 'abort', label: "No, I'll say what to do instead (ends the turn)", key: 'esc' };

function ask(subject: Subject): Decision {
  const question = subject.kind === 'command' ? commandQuestion(subject) : patchQuestion(subject);
  const grant = sessionGrant(question);
  return { decision: 'ask', question, ...(grant && { grant }) };
}

function commandQuestion({ cmd, cwd, shell, justification }: Extract<Subject, { kind: 'command' }>): Question {
  const session: Choice = { id: 'session', label: 'Yes, in this session, this exact command', key: 'a' };
  const because = justification ?? 'it is more than plain ls, pwd or cat, and no sandbox holds it';
  return {
    kind: 'command',
    summary: shell ? `${shell} -c ${cmd}` : cmd,
    cwd,
    because,
    choices: shell ? [once, no, abort] : [once, session, no, abort],
  };
}

function patchQuestion({ writes, changes, cwd }: Extract<Subject, { kind: 'patch' }>): Question {
  const inside = writes.every((path) => isInside(path, cwd));
  const folder: Choice = { id: 'folder', label: 'Yes, and all edits inside this folder in this session', key: 'a' };
  return {
    kind: 'patch',
    summary: summary(changes),
    cwd,
    because: inside ? 'it changes files of this folder' : `it writes outside ${cwd} or to a guarded place`,
    choices: inside ? [once, folder, no, abort] : [once, no, abort],
  };
}

function summary(changes: readonly FileChange[]): string {
  const added = changes.reduce((sum, change) => sum + change.added, 0);
  const removed = changes.reduce((sum, change) => sum + change.removed, 0);
  const files = changes.map((change) => change.path);
  const names = files.length > 3 ? `${files.slice(0, 3).join(', ')} and ${files.length - 3} more` : files.join(', ');
  return `${names} (+${added} −${removed})`;
}
