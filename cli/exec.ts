/** `tcx exec`: one turn without a screen. Events or blocks while it runs, the answer on stdout, an exit code for scripts. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { uuidv7 } from '../core/ids.ts';
import type { Row } from '../core/rows.ts';
import { Attachment } from '../ipc/attachment.ts';
import type { Client } from '../ipc/client.ts';
import type { Attached } from '../ipc/messages.ts';
import type { Parsed } from './args.ts';
import { CliError, type Context, exit, type Run } from './context.ts';
import { ExecEvents } from './exec-events.ts';
import { banner, HumanLog, style } from './exec-human.ts';
import { promptFrom } from './prompt.ts';
import { settingsAsk } from './settings.ts';
import { parseDuration } from './time.ts';

export const run: Run = async (context, parsed) => {
  const plan = planOf(parsed);
  checkDirectory(context, parsed);
  const patience = waitApproval(parsed);
  const prompt = plan.needsPrompt ? await promptFrom(context, plan.prompt) : plan.prompt;
  using client = await context.connect({ kind: 'exec', reconnect: true, heartbeatMs: 1000 });
  const session = await begin(context, client, parsed, plan, prompt);
  if (prompt === undefined) {
    context.out(`${session}\n`);
    return exit.done;
  }
  return await turn({ context, client, parsed, session, prompt: plan.how === 'new' ? undefined : prompt, patience });
};

type Plan = { readonly prompt: string | undefined; readonly needsPrompt: boolean } & (
  | { readonly how: 'new' }
  | { readonly how: 'resume'; readonly target: string | undefined }
  | { readonly how: 'fork'; readonly target: string }
);

function planOf({ args, flags }: Parsed): Plan {
  const [word, first, second] = args;
  if (word === 'resume') {
    // With --last a single word is the prompt: the session is named already.
    if (flags.last) return { how: 'resume', target: undefined, prompt: first, needsPrompt: true };
    return { how: 'resume', target: first, prompt: second, needsPrompt: true };
  }
  if (word === 'fork') {
    if (first === undefined) throw new CliError('fork needs a session', 'tcx exec fork SESSION [PROMPT]', exit.usage);
    return { how: 'fork', target: first, prompt: second, needsPrompt: false };
  }
  if (args.length > 1)
    throw new CliError(
      `one prompt is expected, ${args.length} words were given`,
      'put the prompt in quotes',
      exit.usage,
    );
  return { how: 'new', prompt: word, needsPrompt: true };
}

/** A run without a person works only where a repository can show what it did, unless that is waived. */
function checkDirectory({ cwd }: Context, { flags }: Parsed) {
  if (flags['skip-git-repo-check'] || flags.yolo || flags['dangerously-bypass-approvals-and-sandbox'] || flags.demo)
    return;
  for (let folder = cwd; ; folder = dirname(folder)) {
    if (existsSync(join(folder, '.git'))) return;
    if (folder === dirname(folder)) break;
  }
  throw new CliError('Not inside a trusted directory and --skip-git-repo-check was not specified.');
}

/** How long questions are waited for: undefined not at all, infinite without a time. In ms. */
function waitApproval({ flags }: Parsed): number | undefined {
  const value = flags['wait-approval'];
  if (typeof value !== 'string') return undefined;
  if (value === '') return Number.POSITIVE_INFINITY;
  const ms = parseDuration(value);
  if (ms === undefined)
    throw new CliError(`--wait-approval ${value} is no duration`, 'such as 30s, 5m or 1h', exit.usage);
  return ms;
}

/** A new session is made with its prompt in it: one commit, one wait for the disk. */
async function begin(
  context: Context,
  client: Client,
  parsed: Parsed,
  plan: Plan,
  text: string | undefined,
): Promise<string> {
  const ask = settingsAsk(context, parsed);
  const waits = parsed.flags['wait-approval'] !== undefined;
  const settings = {
    ...ask,
    ...(waits ? { approval: ask.approval ?? ('on-request' as const) } : { unattended: true }),
  };
  if (plan.how === 'new') {
    const id = uuidv7(Date.now(), randomBytes(10));
    return (
      await client.request('new', {
        session: id,
        cwd: context.cwd,
        source: 'exec',
        settings,
        ...(text !== undefined && { text }),
      })
    ).session;
  }
  if (plan.how === 'fork')
    return (
      await client.request('fork', { session: plan.target, as: uuidv7(Date.now(), randomBytes(10)), source: 'exec' })
    ).session;
  const target = plan.target ?? '.';
  const { session, archived, name } = await client.request('resolve', { session: target });
  if (archived) throw new CliError(`session ${name} is archived`, `tcx unarchive ${name}`);
  await client.request('settings', { session, settings: { ...settings, unattended: !waits } });
  return session;
}

interface Turn {
  readonly context: Context;
  readonly client: Client;
  readonly parsed: Parsed;
  readonly session: string;
  /** Undefined when the session was made with it. */
  readonly prompt: string | undefined;
  readonly patience: number | undefined;
}

/** Says the prompt and shows the turn it begins, until that turn ends. */
async function turn({ context, client, parsed, session, prompt, patience }: Turn): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const shown: { last?: string } = {};
  let output: Output | undefined;
  let questionTimer: NodeJS.Timeout | undefined;
  const rows = (fresh: readonly Row[]) => {
    for (const row of fresh) {
      output?.row(row);
      if (row.kind === 'assistant' && row.body.text !== '') shown.last = row.body.text;
      if (row.kind === 'asked' && patience !== undefined && Number.isFinite(patience))
        questionTimer ??= setTimeout(() => resolve(exit.needsPerson), patience);
      if (row.kind === 'answered') {
        clearTimeout(questionTimer);
        questionTimer = undefined;
      }
      if (row.kind === 'turn.ended') resolve(row.body.status === 'completed' ? exit.done : exit.failed);
      if (row.kind === 'turn.parked') reject(new CliError(row.body.why, row.body.fix));
    }
  };
  using attachment = await Attachment.open(
    client,
    { session, role: 'drive', ...(prompt === undefined && { after: 0 }) },
    {
      rows,
      live: (live) => {
        for (const { kind, text, clear } of live) if (kind === 'status' && clear) output?.retry(text);
      },
      state: ({ questions }) => output?.questions(questions.map(({ approval, summary }) => `${approval}: ${summary}`)),
      bye: ({ why, by }) =>
        reject(
          new CliError(`this run was ended by the daemon: ${why}${by ? ` by ${by}` : ''}`, `tcx attach ${session}`),
        ),
      lost: reject,
    },
  );
  output = createOutput(context, parsed, attachment.first);
  using _signals = onInterrupt(() => void client.request('interrupt', { session }).catch(reject));
  output.begin(session);
  if (prompt === undefined) rows(attachment.first.rows);
  else
    await client.request('say', {
      session,
      key: `exec ${uuidv7(Date.now(), randomBytes(10))}`,
      text: prompt,
      mode: 'steer',
    });
  try {
    const code = await promise;
    await finish(context, parsed, shown.last, code);
    return code;
  } finally {
    clearTimeout(questionTimer);
  }
}

interface Output {
  readonly begin: (session: string) => void;
  readonly row: (row: Row) => void;
  readonly retry: (text: string) => void;
  readonly questions: (open: readonly string[]) => void;
}

function createOutput(context: Context, { flags }: Parsed, first: Attached): Output {
  const shell = context.env.SHELL ?? '/bin/bash';
  const told = new Set<string>();
  const questions = (open: readonly string[]) => {
    for (const question of open.filter((each) => !told.has(each))) {
      told.add(question);
      context.err(
        `waiting for approval ${question}\n  tcx approve ${question.split(':')[0]} · tcx deny ${question.split(':')[0]}\n`,
      );
    }
  };
  if (flags.json || flags['experimental-json']) {
    const events = new ExecEvents(shell);
    const print = (event: object) => context.out(`${JSON.stringify(event)}\n`);
    return {
      begin: (session) => print({ type: 'thread.started', thread_id: session }),
      row: (row) => events.rows([row]).forEach(print),
      retry: (message) => print({ type: 'error', message }),
      questions,
    };
  }
  const human = new HumanLog(style(wantsColor(context, flags.color)), shell, first.view.cwd);
  return {
    begin: () => context.err(banner(first, context.build)),
    row: (row) => context.err(human.row(row)),
    retry: (text) => context.err(`${text}\n`),
    questions,
  };
}

function wantsColor({ env }: Context, when: unknown): boolean {
  if (when === 'always') return true;
  if (when === 'never' || env.NO_COLOR) return false;
  return process.stderr.isTTY === true;
}

/** The answer alone on stdout, unless it was just seen on the same terminal. */
async function finish(context: Context, { flags }: Parsed, last: string | undefined, code: number) {
  const file = flags['output-last-message'];
  if (typeof file === 'string') {
    if (last === undefined) context.err('Warning: no last agent message; wrote an empty file\n');
    await writeFile(file, last ?? '').catch((error: Error) => {
      throw new CliError(`cannot write ${file}: ${error.message}`);
    });
  }
  const json = flags.json || flags['experimental-json'];
  const sameTerminal = context.stdoutIsTty && process.stderr.isTTY;
  if (!json && code === exit.done && last !== undefined && !sameTerminal) context.out(`${last}\n`);
}

/** Ctrl-C and a polite kill end the turn, not only this client; a second one leaves at once. */
function onInterrupt(interrupt: () => void): Disposable {
  let asked = false;
  const handler = () => {
    if (asked) process.exit(exit.failed);
    asked = true;
    interrupt();
  };
  process.on('SIGINT', handler);
  process.on('SIGTERM', handler);
  return { [Symbol.dispose]: () => void process.off('SIGINT', handler).off('SIGTERM', handler) };
}
