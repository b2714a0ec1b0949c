/**
 * One run of row 11.01: a turn appends 20 numbered lines by commands while tcxd, the holder and the client are killed at
 * random moments. What must hold is checked against the file, the log and what the model was told.
 */
import type { ChildProcess } from 'node:child_process';
import type { Row, RowOf } from '../../core/rows.ts';
import { gone, until } from '../daemon.ts';
import type { FakeReply, FakeRequest } from '../fake-model.ts';
import { type Die, die } from '../kernel/walk.ts';
import { callsOf, killHolder, outputsOf, readLines, type Scene, scene, Terminal } from './scene.ts';

export const lineCount = 20;

export interface Report {
  readonly seed: number;
  /** What does not hold; empty for a right run. */
  readonly wrong: readonly string[];
  readonly killed: Readonly<Record<Victim, number>>;
  readonly safeModes: number;
  readonly lines: number;
  readonly unknown: number;
  readonly status: string;
  readonly tookMs: number;
}
type Victim = 'tcxd' | 'holder' | 'client';

/** Asks for the lines in order, one to three at a time, and never for one it has asked for: what failed is not repeated. */
function append(dice: Die): (request: FakeRequest) => FakeReply {
  return ({ body }) => {
    const asked = callsOf(body).length;
    if (asked >= lineCount) return { text: 'all lines are asked for' };
    const many = Math.min(lineCount - asked, 1 + dice.roll(3));
    return {
      calls: Array.from({ length: many }, (_, n) => ({
        name: 'exec_command',
        args: { cmd: `echo ${asked + n + 1} >> lines.txt`, login: false },
      })),
      ...(dice.chance(0.3) && { waitMs: dice.roll(40) }),
    };
  };
}

export async function crashRun(seed: number): Promise<Report> {
  const dice = die(seed);
  const started = performance.now();
  await using stage = await scene(append(dice));
  using terminal = new Terminal(stage.home);
  const killed: Record<Victim, number> = { tcxd: 0, holder: 0, client: 0 };
  const exec = stage.home.spawnTcx(['exec', '--json', '--yolo', 'append the lines']);
  const session = await threadOf(exec);
  const staying = terminal.stay(session);
  const kills = 1 + dice.roll(6);
  for (let n = 0; n < kills; n++) {
    await new Promise((resolve) => setTimeout(resolve, dice.roll(350)));
    await strike(stage, exec, dice, killed);
  }
  await staying;
  await terminal.ask(
    (client) => client.request('rows', { session, limit: 10_000 }),
    ({ rows }) => rows.some(({ kind }) => kind === 'turn.ended'),
    'the turn to end',
  );
  const rows = await lastWord(stage, terminal, session);
  const wrong = [...checkRows(rows), ...checkLines(stage, rows), ...stage.illegal];
  const ends = rows.flatMap((row) => (row.kind === 'turn.ended' ? [row.body] : []));
  return {
    seed,
    wrong,
    killed,
    safeModes: terminal.safeModes,
    lines: readLines(stage.home).length,
    unknown: rows.filter((row) => row.kind === 'output' && row.body.status === 'unknown').length,
    status: ends[0]?.status ?? 'no end',
    tookMs: performance.now() - started,
  };
}

async function threadOf(exec: ChildProcess): Promise<string> {
  let said = '';
  exec.stdout!.on('data', (chunk) => {
    said += String(chunk);
  });
  return until(() => /"thread_id":"([^"]+)"/.exec(said)?.[1], 'the session to begin');
}

async function strike({ home }: Scene, exec: ChildProcess, dice: Die, killed: Record<Victim, number>) {
  const roll = dice.roll(20);
  if (roll < 3) {
    if (killHolder(home)) killed.holder++;
    return;
  }
  if (roll < 5) {
    if (exec.exitCode !== null || exec.signalCode !== null) return;
    exec.kill('SIGKILL');
    killed.client++;
    return;
  }
  const pid = await until(() => home.pid(), 'a daemon to kill');
  process.kill(pid, 'SIGKILL');
  killed.tcxd++;
  await gone(pid);
}

/** A last request, so that the model is told of everything that happened; answers the rows then. */
async function lastWord({ model }: Scene, terminal: Terminal, session: string): Promise<readonly Row[]> {
  const before = model.requests.length;
  await terminal.ask(
    (client) => client.request('say', { session, key: 'last word', text: 'what happened?', mode: 'steer' }),
    () => true,
    'a last word to be heard',
  );
  const { rows } = await terminal.ask(
    (client) => client.request('rows', { session, limit: 10_000 }),
    (answer) => answer.rows.filter(({ kind }) => kind === 'turn.ended').length === 2,
    'the last turn to end',
  );
  if (model.requests.length === before) throw new Error('the model was not asked again');
  return rows;
}

/** Rows without holes, each call answered once, each turn ended once. */
export function checkRows(rows: readonly Row[]): string[] {
  const of = <Kind extends Row['kind']>(kind: Kind) =>
    rows.flatMap((row) => (row.kind === kind ? [row as RowOf<Kind>] : []));
  const turns = (kind: 'turn.started' | 'turn.ended') =>
    of(kind)
      .map(({ body }) => body.turn)
      .join(' ');
  const numbers = (kind: 'call' | 'output') =>
    of(kind)
      .map(({ body }) => body.call)
      .sort((a, b) => a - b)
      .join(' ');
  return [
    ...rows.flatMap(({ seq }, index) => (seq === index + 1 ? [] : [`row ${index + 1} has seq ${seq}`])),
    ...(turns('turn.started') === turns('turn.ended')
      ? []
      : [`turns ${turns('turn.started')} end as ${turns('turn.ended')}`]),
    ...(numbers('call') === numbers('output') ? [] : [`calls ${numbers('call')} are answered as ${numbers('output')}`]),
  ];
}

/** No line twice; one that is missing was asked for by a call whose end is unknown, and the model was told so. */
function checkLines({ home, model }: Scene, rows: readonly Row[]): string[] {
  const lines = readLines(home);
  const wrong = lines
    .filter((line, index) => lines.indexOf(line) !== index)
    .map((line) => `line ${line} is there twice`);
  const told = new Map(outputsOf(model.requests.at(-1)!.body).map(({ call_id, output }) => [call_id, String(output)]));
  const asked = new Map(
    callsOf(model.requests.at(-1)!.body).map((call) => [/echo (\d+)/.exec(String(call.arguments))?.[1], call.call_id]),
  );
  for (const row of rows) {
    if (row.kind !== 'call') continue;
    const line = /echo (\d+)/.exec(row.body.args)?.[1] ?? '';
    if (lines.includes(line)) continue;
    const output = rows.find((other) => other.kind === 'output' && other.body.call === row.body.call);
    const status = output?.kind === 'output' ? output.body.status : 'none';
    if (status !== 'unknown') wrong.push(`line ${line} is missing, and its call reads ${status}`);
    if (!told.get(asked.get(line))?.includes('The outcome is unknown'))
      wrong.push(`the model was not told that line ${line} is unknown`);
  }
  return wrong;
}
