/** `tcx doctor`: what works on this machine; when the daemon cannot be asked, what can be seen without it. */
import type { Client } from '../ipc/client.ts';
import { ClientError } from '../ipc/client-error.ts';
import type { Check } from '../ipc/messages.ts';
import { type Parsed, UsageError } from './args.ts';
import { type Context, exit, type Run } from './context.ts';
import { localChecks, noDaemon, skew } from './doctor-local.ts';
import { clean } from './table.ts';

export const run: Run = async (context, parsed) => {
  const session = sessionOf(parsed);
  const checks = session === undefined ? await allChecks(context) : await ofSession(context, session);
  print(context, parsed, checks);
  return worst(checks) === 'fail' ? exit.failed : exit.done;
};

function sessionOf({ args: [word, session] }: Parsed): string | undefined {
  if (word === undefined) return undefined;
  if (word === 'session' && session !== undefined) return session;
  throw new UsageError(`unexpected argument '${word}' found`, 'tcx doctor session SESSION');
}

async function ofSession(context: Context, session: string): Promise<readonly Check[]> {
  using client = await context.connect({ kind: 'cli' });
  return (await client.request('daemon.doctor', { session })).checks;
}

/** It brings its environment: a key in this terminal counts as configured. */
async function allChecks(context: Context): Promise<readonly Check[]> {
  let client: Client;
  try {
    client = await context.connect({ kind: 'client' });
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    return [noDaemon(context, error), ...(await localChecks(context, { alone: true }))];
  }
  using _client = client;
  const { checks } = await client.request('daemon.doctor', {});
  return [...checks, skew(context, client.welcome.build), ...(await localChecks(context, { alone: false }))];
}

const ranks = ['ok', 'warning', 'fail'] as const;
const worst = (checks: readonly Check[]) => ranks[Math.max(0, ...checks.map(({ status }) => ranks.indexOf(status)))]!;

function print(context: Context, { flags }: Parsed, checks: readonly Check[]) {
  if (flags.json) context.out(`${JSON.stringify(report(context, checks), undefined, 2)}\n`);
  else context.out(flags.summary ? counts(checks) : text(checks, flags.all === true));
}

/** The shape Codex's doctor has, with tcx's own version. */
const report = ({ build }: Context, checks: readonly Check[]) => ({
  schemaVersion: 1,
  generatedAt: new Date().toISOString(),
  overallStatus: worst(checks),
  tcxVersion: build,
  checks: Object.fromEntries(
    checks.map(({ id, category, status, summary, details, remediation, durationMs }) => [
      id,
      { id, category, status, summary, details, remediation: remediation ?? null, durationMs },
    ]),
  ),
});

const marks = { ok: 'ok', warning: '!!', fail: 'XX' } as const;

/** What is amiss first, with its remedy; then everything by category; the counts last. */
function text(checks: readonly Check[], all: boolean): string {
  const amiss = checks
    .filter(({ status }) => status !== 'ok')
    .sort((a, b) => ranks.indexOf(b.status) - ranks.indexOf(a.status));
  const notes = amiss.map(
    ({ status, summary, remediation }) =>
      `${marks[status]} ${clean(summary)}\n${remediation ? `   ${clean(remediation)}\n` : ''}`,
  );
  const groups = Map.groupBy(checks, ({ category }) => category);
  const grouped = [...groups].map(
    ([category, members]) => `${category}\n${members.map((check) => checkText(check, all)).join('')}`,
  );
  return `${notes.length > 0 ? `${notes.join('')}\n` : ''}${grouped.join('')}\n${counts(checks)}`;
}

function checkText({ id, status, summary, details }: Check, all: boolean): string {
  const line = `  ${marks[status]} ${id.padEnd(30)} ${clean(summary)}\n`;
  if (!all) return line;
  return (
    line +
    Object.entries(details)
      .map(([name, value]) => `       ${name}: ${clean(value)}\n`)
      .join('')
  );
}

function counts(checks: readonly Check[]): string {
  const count = (wanted: Check['status']) => checks.filter(({ status }) => status === wanted).length;
  return `${count('ok')} ok, ${count('warning')} warnings, ${count('fail')} failed\n`;
}
