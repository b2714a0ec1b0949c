/** Every process under the daemon is a row, every row with a process has one, and the trace tells what happens to each actor. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { ActorInfo } from '../../ipc/messages.ts';
import { holderPids, isAlive, startDaemon, type TestHome, until } from '../daemon.ts';
import { fakeModel } from '../fake-model.ts';
import { Driven, fakeAt, yolo } from '../session.ts';
import { verifies } from '../verifies.ts';

/** Children of a process that are alive. */
function childrenOf(parent: number): number[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const [state, ppid] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return Number(ppid) === parent && state !== 'Z' ? [Number(name)] : [];
    } catch {
      return [];
    }
  });
}

const actors = async (home: TestHome): Promise<ActorInfo[]> =>
  JSON.parse((await home.tcx(['ps', '-a', '--json'])).stdout) as ActorInfo[];

verifies(
  '12.04',
  'the processes under a busy daemon and the rows of `tcx ps -a` match one to one, and go together',
  async () => {
    await using home = await startDaemon();
    await using model = await fakeModel(({ body }) => {
      if (body.input.at(-1)?.type === 'function_call_output') return { text: 'they run' };
      const args = (cmd: string, tty: boolean) => ({ cmd, tty, login: false, yield_time_ms: 250 });
      return {
        calls: [
          { name: 'exec_command', args: args('exec sleep 600', false) },
          { name: 'exec_command', args: args('exec sleep 601', true) },
        ],
      };
    });
    using client = await home.client();
    const sessions = await Promise.all(
      [1, 2, 3].map((n) => Driven.begin(client, home.work, { ...yolo, ...fakeAt(model, 'responses') }, `go ${n}`)),
    );
    for (const session of sessions) await session.ended(1);

    const matching = async () => {
      // A command that ended keeps its row until its last output was read; it has no process any more.
      const rows = (await actors(home)).filter(({ kind, pid }) => kind === 'command' && typeof pid === 'number');
      const holders = holderPids(home.home).filter(isAlive);
      const processes = holders.flatMap(childrenOf);
      return { rows: rows.map(({ pid }) => pid).sort(), processes: processes.sort(), all: rows };
    };
    const before = await matching();
    expect(before.processes).toHaveLength(6);
    expect(before.rows).toEqual(before.processes);
    // Nothing else runs under the daemon than what holds the commands.
    expect(childrenOf(home.pid()!)).toEqual(holderPids(home.home).filter(isAlive));
    const terminals = (await actors(home)).filter(({ kind }) => kind === 'pty');
    expect(terminals.map(({ pid }) => pid).every((pid) => before.processes.includes(pid!))).toBe(true);
    expect(terminals).toHaveLength(3);

    process.kill(before.processes[0]!, 'SIGKILL');
    await until(async () => (await matching()).rows.length === 5, 'the row to go with its process');
    await home.tcx(['stop', sessions[1]!.id]);
    const after = await until(async () => {
      const now = await matching();
      return now.processes.length <= 4 && now.rows.length === now.processes.length ? now : undefined;
    }, 'the commands of a stopped session to end');
    expect(after.rows).toEqual(after.processes);

    await home.kill();
    await home.start();
    const adopted = await matching();
    expect(adopted.rows).toEqual(after.processes);
    for (const session of sessions) session[Symbol.dispose]();
  },
  90_000,
);

verifies('12.04', '`tcx daemon trace` prints machine, event and state of each actor', async () => {
  await using home = await startDaemon();
  await using model = await fakeModel(({ body }) =>
    body.input.at(-1)?.type === 'function_call_output'
      ? { text: 'done' }
      : { calls: [{ name: 'exec_command', args: { cmd: 'echo hi', tty: true, login: false } }] },
  );
  const trace = home.spawnTcx(['daemon', 'trace']);
  let printed = '';
  trace.stdout!.on('data', (chunk) => {
    printed += String(chunk);
  });
  using client = await home.client();
  // Until the tracer is known to the daemon, what happens is not printed.
  const session = await until(async () => {
    const driven = await Driven.begin(client, home.work, { ...yolo, ...fakeAt(model, 'responses') }, 'go');
    await driven.ended(1);
    // Its end is printed after its rows are shown; a turn whose beginning was missed has none worth waiting for.
    const lines = () => printed.split('\n').filter((line) => line.startsWith(driven.id.slice(0, 8)));
    if (!lines().some((line) => line.includes('session<born>'))) return undefined;
    await until(() => lines().some((line) => line.includes('session="idle"')), 'the end of the turn in the trace');
    await until(() => lines().some((line) => line.includes('pty<exited>')), 'the end of the terminal in the trace');
    return driven;
  }, 'a whole turn to be traced');
  const lines = printed.split('\n').filter((line) => line.startsWith(session.id.slice(0, 8)));
  const text = lines.join('\n');
  expect(text).toMatch(/session<born> session<said> .*session=\{"turn":"thinking"\}/);
  expect(text).toMatch(/session<settled-done> .*session=\{"turn":"acting"\} .*call\/c1="running"/);
  expect(text).toMatch(/command\/p1="running"/);
  expect(text).toMatch(/c1<settled-done>/);
  expect(text).toMatch(/p1<settled-done>/);
  expect(text).toMatch(/session="idle"/);
  expect(text).toContain(`${session.id}/p1 pty<born> pty="held"\n`);
  expect(text).toContain(`${session.id}/p1 pty<exited> pty="exited"\n`);
  expect(printed).toMatch(/w workspace<session\.works> workspace="busy"\n/);
  session[Symbol.dispose]();
  trace.kill('SIGTERM');
});
