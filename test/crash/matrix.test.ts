/**
 * The kill matrix (row 12.14) for what there is: {client, tcxd, holder, command} killed in {a stream, a tool, an approval,
 * idleness}. Each cell's outcome is the sentence in the table; after each the session takes a next word.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Row, RowKind, RowOf } from '../../core/rows.ts';
import type { Client } from '../../ipc/client.ts';
import { gone, holderPids, isAlive, until } from '../daemon.ts';
import type { FakeReply, FakeRequest } from '../fake-model.ts';
import { verifies } from '../verifies.ts';
import { checkRows } from './run.ts';
import { outputsOf, type Scene, scene } from './scene.ts';

type Victim = 'client' | 'tcxd' | 'holder' | 'command';
type When = 'stream' | 'tool' | 'approval' | 'idle';

const outcomes: Readonly<Record<When, Readonly<Record<Victim, string>>>> = {
  stream: {
    client: 'the answer comes to its end without it, and is there for the next client',
    tcxd: 'the model is asked again, and the turn has one answer',
    holder: 'the answer is not touched; the background command ended unknown',
    command: 'the answer is not touched; the background command ended with 137',
  },
  tool: {
    client: 'the command goes on and the turn ends',
    tcxd: 'the command is adopted, settles with its whole output, and was run once',
    holder: 'the command is ended and its call unknown, the model is told, and the turn goes on',
    command: 'the call reads exit code 137, and the turn goes on',
  },
  approval: {
    client: 'the question stays in the inbox, and an answer from elsewhere runs the call once',
    tcxd: 'the question is open under the same handle, and its answer runs the call once',
    holder: 'the question is not touched, and its command runs in a new holder',
    command: 'the question is not touched; the background command ended with 137',
  },
  idle: {
    client: 'nothing happens',
    tcxd: 'the session is as it was, and the next request begins with the same items',
    holder: 'the background command ended unknown, and the next command runs in a new holder',
    command: 'the background command ended with 137, and nothing else happens',
  },
};

const background = 'echo $$ > bg.pid; exec sleep 600';
const foreground = 'echo run >> runs; echo begun; echo $$ > fg.pid; until [ -e go ]; do sleep 0.02; done; echo worked';
const asked = 'echo ran >> ran';

const call = (cmd: string, yieldMs: number): FakeReply => ({
  calls: [{ name: 'exec_command', args: { cmd, login: false, yield_time_ms: yieldMs } }],
});
const last = ({ body }: FakeRequest) => String(JSON.stringify(body.input.findLast(({ role }) => role === 'user')));

/** What the model does depends on the person's last word and on how far the turn is; a stream ends after the kill. */
const script =
  (when: When, killed: Promise<void>) =>
  (request: FakeRequest): FakeReply => {
    const word = last(request);
    const answered = request.body.input.at(-1)?.type === 'function_call_output';
    if (word.includes('begin')) return answered ? { text: 'it runs' } : call(background, 250);
    if (word.includes('again')) return answered ? { text: 'still here' } : call('echo again', 5000);
    if (when === 'stream') return { text: Array.from({ length: 30 }, (_, n) => `word${n}`).join(' '), hold: killed };
    if (when === 'tool') return answered ? { text: 'done' } : call(foreground, 30_000);
    return answered ? { text: 'done' } : call(asked, 5000);
  };

class Cell {
  readonly stage: Scene;
  readonly client: Client;
  readonly session: string;
  exec: ReturnType<Scene['home']['spawnTcx']> | undefined;

  private constructor(stage: Scene, client: Client, session: string) {
    this.stage = stage;
    this.client = client;
    this.session = session;
  }

  /** An idle session with a command in the background, so that there is a holder and something it holds. */
  static async begin(stage: Scene): Promise<Cell> {
    const { home } = stage;
    const exec = await home.tcx(['exec', '--json', '--yolo', 'begin']);
    const session = /"thread_id":"([^"]+)"/.exec(exec.stdout)![1]!;
    const client = await home.client({ reconnect: true, label: 'observer', heartbeatMs: 500 });
    return new Cell(stage, client, session);
  }

  ask = async <Value>(request: (client: Client) => Promise<Value>): Promise<Value> => {
    const answered = () =>
      request(this.client)
        .then((value) => ({ value }))
        .catch(() => undefined);
    return (await until(answered, 'an answer')).value;
  };
  rows = async (): Promise<readonly Row[]> =>
    (await this.ask((client) => client.request('rows', { session: this.session, limit: 10_000 }))).rows;
  all = async <Kind extends RowKind>(kind: Kind): Promise<RowOf<Kind>['body'][]> =>
    (await this.rows()).flatMap((row) => (row.kind === kind ? [row.body as RowOf<Kind>['body']] : []));
  has = <Kind extends RowKind>(kind: Kind, count: number): Promise<RowOf<Kind>['body'][]> =>
    until(async () => {
      const found = await this.all(kind);
      return found.length >= count ? found : undefined;
    }, `${count} rows ${kind}`);
  file = (name: string) => join(this.stage.home.work, name);
  lines = (name: string) =>
    existsSync(this.file(name)) ? readFileSync(this.file(name), 'utf8').trim().split('\n') : [];
  pidIn = (name: string) => until(() => Number(this.lines(name)[0]), `a pid in ${name}`);
  approvals = async () => (await this.ask((client) => client.request('inbox', {}))).approvals;

  [Symbol.dispose]() {
    this.client.close();
  }
}

/** Brings the session into the middle of what it is to be killed in. */
const into: Readonly<Record<When, (cell: Cell) => Promise<void>>> = {
  stream: async (cell) => {
    run(cell, 'speak');
    const attached = await cell.client.request('attach', { session: cell.session });
    let live = attached.live.length > 0;
    using _pushes = cell.client.onPush((push) => {
      live ||= push.t === 'delta' && push.live.some(({ text }) => text.includes('word'));
    });
    await until(() => live, 'text to stream');
  },
  tool: async (cell) => {
    run(cell, 'work');
    await cell.pidIn('fg.pid');
  },
  approval: async (cell) => {
    run(cell, 'ask', '--wait-approval=60s');
    await cell.has('asked', 1);
  },
  idle: async (cell) => {
    cell.exec = cell.stage.home.spawnTcx(['tail', '-f', cell.session]);
    await until(async () => {
      const view = await cell.client.request('attach', { session: cell.session });
      return view.presence.length > 1;
    }, 'tail to be attached');
  },
};

/** A turn by a client of its own, which can be killed. */
function run(cell: Cell, word: string, ...flags: readonly string[]) {
  const how = flags.length > 0 ? flags : ['--yolo'];
  cell.exec = cell.stage.home.spawnTcx(['exec', '--json', ...how, 'resume', cell.session, word]);
}

async function kill(cell: Cell, victim: Victim, when: When) {
  const { home } = cell.stage;
  const pid = {
    client: () => cell.exec!.pid!,
    tcxd: () => home.pid()!,
    holder: () => holderPids(home.home).find(isAlive)!,
    command: () => cell.pidIn(when === 'tool' ? 'fg.pid' : 'bg.pid'),
  }[victim];
  const target = await pid();
  process.kill(target, 'SIGKILL');
  await gone(target);
  if (victim === 'tcxd') await home.tcx(['daemon', 'start']);
}

const lost = 'the process that held this command died';

/** What the cell's sentence says, and how it goes on from there. */
const checks: Readonly<Record<When, (cell: Cell, victim: Victim) => Promise<void>>> = {
  stream: async (cell, victim) => {
    await cell.has('turn.ended', 2);
    expect((await cell.all('assistant')).map(({ text }) => text)).toEqual([
      'it runs',
      expect.stringMatching(/^word0 .*word29$/),
    ]);
    const spoken = cell.stage.model.requests.filter((request) => last(request).includes('speak'));
    expect(spoken).toHaveLength(victim === 'tcxd' ? 2 : 1);
  },
  tool: async (cell, victim) => {
    if (victim !== 'holder') writeFileSync(cell.file('go'), '');
    await cell.has('turn.ended', 2);
    const [, output] = await cell.all('output');
    expect(cell.lines('runs')).toEqual(['run']);
    if (victim === 'holder') expect(output).toMatchObject({ status: 'unknown', text: expect.stringContaining(lost) });
    else if (victim === 'command') expect(output).toMatchObject({ status: 'failed', exec: { code: 137 } });
    else expect(output).toMatchObject({ status: 'done', text: 'begun\nworked\n', exec: { code: 0 } });
    const told = outputsOf(cell.stage.model.requests.at(-1)!.body).at(-1);
    const sentence = { holder: 'The outcome is unknown', command: 'Process exited with code 137' }[victim as 'holder'];
    expect(told?.output).toContain(sentence ?? 'Process exited with code 0');
  },
  approval: async (cell) => {
    const [approval, ...others] = await until(async () => {
      const open = await cell.approvals();
      return open.length > 0 ? open : undefined;
    }, 'the question to be in the inbox');
    expect([approval?.approval, others, cell.lines('ran')]).toEqual(['a1', [], []]);
    expect((await cell.stage.home.tcx(['decide', 'a1', 'yes'])).code).toBe(0);
    await cell.has('turn.ended', 2);
    expect(cell.lines('ran')).toEqual(['ran']);
    expect((await cell.all('output'))[1]).toMatchObject({ status: 'done', exec: { code: 0 } });
    const late = await cell.stage.home.tcx(['decide', 'a1', 'no']);
    expect([late.code, late.stderr]).toEqual([1, expect.stringContaining('already answered by')]);
  },
  idle: async (cell) => {
    const view = await cell.ask((client) => client.request('attach', { session: cell.session }));
    expect(['done', 'done unread', 'idle']).toContain(view.view.state);
    expect(await cell.all('turn.ended')).toHaveLength(1);
  },
};

async function checkBackground(cell: Cell, victim: Victim, when: When) {
  const bg = await cell.pidIn('bg.pid');
  const ends = victim === 'holder' || (victim === 'command' && when !== 'tool');
  if (!ends) {
    expect(isAlive(bg), 'the background command lives on').toBe(true);
    expect(await cell.all('command.ended')).toEqual([]);
    return;
  }
  const [end] = await cell.has('command.ended', 1);
  expect(end).toEqual(victim === 'holder' ? { command: 1, why: lost } : { command: 1, code: 137 });
  expect(isAlive(bg)).toBe(false);
}

/** The session takes a next word, runs a command for it, and its first items are what they were. */
async function checkGoesOn(cell: Cell) {
  const ended = (await cell.all('turn.ended')).length;
  const before = cell.stage.model.requests.at(-1)!.body.input;
  const said = await cell.stage.home.tcx(['exec', '--yolo', 'resume', cell.session, 'again']);
  expect([said.code, said.stdout.trim()]).toEqual([0, 'still here']);
  await cell.has('turn.ended', ended + 1);
  expect(cell.stage.model.requests.at(-1)!.body.input.slice(0, before.length)).toEqual(before);
  expect(checkRows(await cell.rows())).toEqual([]);
  expect(cell.stage.illegal).toEqual([]);
}

for (const when of Object.keys(outcomes) as When[])
  for (const victim of Object.keys(outcomes[when]) as Victim[])
    verifies(
      '12.14',
      `${victim} killed in ${when}: ${outcomes[when][victim]}`,
      async () => {
        const killed = Promise.withResolvers<void>();
        await using stage = await scene(script(when, killed.promise));
        using cell = await Cell.begin(stage);
        await into[when](cell);
        await kill(cell, victim, when);
        killed.resolve();
        await checks[when](cell, victim);
        await checkBackground(cell, victim, when);
        await checkGoesOn(cell);
      },
      90_000,
    );
