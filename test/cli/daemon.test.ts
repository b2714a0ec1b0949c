/** One daemon a home, started by need and found again whatever happened to its files; and how it ends. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { spawn as openTerminal } from '@lydell/node-pty';
import { expect } from 'vitest';
import { daemonsOf, gone, holderPids, isAlive, node, root, startDaemon, type TestHome, until } from '../daemon.ts';
import { verifies } from '../verifies.ts';
import { begin, log, scene } from './scene.ts';

const tcxd = join(root, 'bin', 'tcxd');
const running = (home: TestHome) => join(home.home, 'run', 'tcxd.json');
const socketOf = (home: TestHome) => (JSON.parse(readFileSync(running(home), 'utf8')) as { socket: string }).socket;

/** A tcxd in the foreground, and what it says. */
function foreground(home: TestHome): { child: ChildProcess; said: () => string } {
  const child = spawn(tcxd, ['run'], { env: { ...home.env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream!.on('data', (chunk) => (text += String(chunk)));
  return { child, said: () => text };
}

verifies('12.09', 'ten tcx at once start one tcxd', async () => {
  await using home = await startDaemon({ cold: true });
  const ran = await Promise.all(Array.from({ length: 10 }, () => home.tcx(['ps', '--json'])));
  expect(ran.map(({ code, stdout }) => [code, stdout])).toEqual(Array(10).fill([0, '[]\n']));
  await until(async () => daemonsOf(home.home).length === 1, 'the losers to leave');
  expect(daemonsOf(home.home)).toEqual([home.pid()]);
});

verifies(
  '12.09',
  'a second tcxd is refused with a sentence; the foreground one works and says where its log is',
  async () => {
    await using home = await startDaemon({ cold: true });
    const first = foreground(home);
    await until(() => first.said().includes('its log is'), 'the first to be ready');
    expect(first.said()).toContain(
      `runs for ${home.home} (pid ${first.child.pid}); its log is ${home.home}/logs/tcxd.jsonl`,
    );
    expect(home.pid()).toBe(first.child.pid);
    const second = foreground(home);
    const [code] = await once(second.child, 'exit');
    expect(code).toBe(1);
    expect(second.said()).toBe(`Error: a daemon runs for ${home.home} already\n  tcx daemon status\n`);
    expect((await home.tcx(['exec', '--demo', 'run pwd'])).stdout).toContain(home.work);
    first.child.kill('SIGTERM');
    expect(await once(first.child, 'exit')).toEqual([0, null]);
  },
);

verifies('12.09', 'a stale socket heals, and a socket or a file that vanished is put back', async () => {
  await using home = await startDaemon();
  const before = home.pid();
  await home.kill('SIGKILL');
  expect(existsSync(socketOf(home))).toBe(true);
  expect((await home.tcx(['ps', '--json'])).stdout).toBe('[]\n');
  const after = home.pid();
  expect(after).not.toBe(before);
  for (const file of [socketOf(home), running(home)]) {
    rmSync(file);
    await until(() => existsSync(file), `${file} to be back`);
    const ran = await home.tcx(['daemon', 'status', '--json']);
    expect(JSON.parse(ran.stdout)).toMatchObject({ pid: after });
  }
});

verifies('12.09', '--no-daemon: a daemon that ends with its process, and is refused beside another one', async () => {
  await using home = await startDaemon({ cold: true });
  const terminal = openTerminal(node, [join(root, 'dist', 'tcx.js'), '--no-daemon', '--demo'], {
    cwd: home.work,
    env: { ...home.env },
    cols: 80,
    rows: 24,
  });
  const exited = new Promise<void>((resolve) => terminal.onExit(() => resolve()));
  const pid = await until(() => home.pid(), 'its daemon');
  expect(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')[1]).toBe(String(terminal.pid));
  expect((await home.tcx(['ps', '--json'])).code).toBe(0);
  const second = await home.tcx(['--no-daemon']);
  expect([second.code, second.stderr]).toEqual([1, expect.stringContaining(`a tcxd runs for ${home.home} already`)]);
  expect(isAlive(pid)).toBe(true);
  process.kill(terminal.pid, 'SIGKILL');
  await exited;
  await gone(pid);
  expect(existsSync(running(home))).toBe(false);
});

verifies('8.03', 'daemon stop lets turns end, ends every command and the holder, and leaves nothing', async () => {
  const held = Promise.withResolvers<void>();
  await using set = await scene(async ({ n }) => {
    if (n === 1) return { calls: [{ name: 'exec_command', args: { cmd: 'sleep 600', yield_time_ms: 250 } }] };
    await held.promise;
    return { text: 'the end' };
  });
  const { home, model } = set;
  const id = await begin(home, '--yolo', 'work');
  await model.request(2);
  const actors = JSON.parse((await home.tcx(['ps', '-a', '--json'])).stdout) as { kind: string; pid: number | null }[];
  const command = actors.find(({ kind }) => kind === 'command')!.pid!;
  const [holder] = holderPids(home.home);
  const daemon = home.pid()!;
  const stopping = home.tcx(['daemon', 'stop']);
  await until(async () => (await home.tcx(['daemon', 'logs'])).stdout.includes('tcxd stops'), 'the stop');
  expect(isAlive(daemon)).toBe(true);
  held.resolve();
  expect((await stopping).code).toBe(0);
  expect([daemon, holder!, command].map(isAlive)).toEqual([false, false, false]);
  expect([running(home), join(home.home, 'run', 'tcxd.sock')].map((file) => existsSync(file))).toEqual([false, false]);
  const rows = await log(home, id);
  expect(rows.findLast(({ kind }) => kind === 'turn.ended')).toMatchObject({ body: { status: 'completed' } });
  // What became of the command is looked up by the next tcxd, which reading the log has started.
  const ending = await until(async () => (await log(home, id)).find(({ kind }) => kind === 'command.ended'));
  expect(ending).toMatchObject({ body: { command: 1, code: 143 } });
  const again = await home.tcx(['kill-server']);
  expect(again.code).toBe(0);
  const none = await home.tcx(['daemon', 'stop']);
  expect([none.code, none.stderr]).toEqual([0, `no tcxd runs for ${home.home}\n`]);
});

verifies('8.03', 'daemon stop --now waits for nothing, and what was open goes on at the next start', async () => {
  await using set = await scene(({ n }) => (n === 1 ? { text: 'never', cut: 'silent' } : { text: 'after the start' }));
  const { home, model } = set;
  const id = await begin(home, 'work');
  await model.request(1);
  expect((await home.tcx(['daemon', 'stop', '--now'])).code).toBe(0);
  expect(home.pid()).toBeUndefined();
  expect((await home.tcx(['wait', id, '--for', 'done'])).code).toBe(0);
  expect((await log(home, id)).findLast(({ kind }) => kind === 'assistant')).toMatchObject({
    body: { text: 'after the start' },
  });
});

verifies('8.03', 'SIGTERM ends it too, and leaves the commands to the next one', async () => {
  await using set = await scene([
    { calls: [{ name: 'exec_command', args: { cmd: 'sleep 600', yield_time_ms: 250 } }] },
    { text: 'begun' },
  ]);
  const { home } = set;
  const id = await begin(home, '--yolo', 'work');
  expect((await home.tcx(['wait', id])).code).toBe(0);
  const [holder] = holderPids(home.home);
  await home.kill('SIGTERM');
  expect(existsSync(running(home))).toBe(false);
  expect(isAlive(holder!)).toBe(true);
  const actors = async () =>
    JSON.parse((await home.tcx(['ps', '-a', '--kind', 'command', '--json'])).stdout) as {
      state: string;
      pid: number;
    }[];
  const [command] = await until(async () => ((await actors()).length > 0 ? actors() : undefined));
  expect(command).toMatchObject({ state: 'running' });
  expect(isAlive(command!.pid)).toBe(true);
  expect(holderPids(home.home)).toEqual([holder]);
});

verifies('8.03', 'daemon restart: who follows stays, commands go on, another pid', async () => {
  await using set = await scene(({ n }) =>
    n === 1
      ? { calls: [{ name: 'exec_command', args: { cmd: 'sleep 600', yield_time_ms: 250 } }] }
      : { text: `said ${n}` },
  );
  const { home } = set;
  const id = await begin(home, '--yolo', 'work');
  expect((await home.tcx(['wait', id])).code).toBe(0);
  const before = home.pid();
  const follower = home.spawnTcx(['tail', '-n', '0', '-f', id]);
  let followed = '';
  follower.stdout!.on('data', (chunk) => (followed += String(chunk)));
  await until(async () => {
    const [session] = JSON.parse((await home.tcx(['ls', '--json'])).stdout) as { viewers: number }[];
    return session!.viewers === 1;
  }, 'the follower to be attached');
  const restarted = await home.tcx(['daemon', 'restart']);
  expect(restarted.code).toBe(0);
  expect(home.pid()).not.toBe(before);
  expect((await home.tcx(['say', id, 'more'])).code).toBe(0);
  await until(() => /> more\n\nsaid \d+\n/.test(followed), 'the follower to see the next turn');
  follower.kill();
});

verifies('8.03', 'its log and what it does can be read, with and without it', async () => {
  await using home = await startDaemon();
  const trace = home.spawnTcx(['daemon', 'trace']);
  let traced = '';
  trace.stdout!.on('data', (chunk) => (traced += String(chunk)));
  const logs = home.spawnTcx(['daemon', 'logs', '-f']);
  let followed = '';
  logs.stdout!.on('data', (chunk) => (followed += String(chunk)));
  await until(() => followed.includes('tcxd is ready'), 'the log');
  await until(async () => {
    await home.tcx(['exec', '--demo', 'run pwd']);
    return /session=.*"idle"/.test(traced) && /call\/c\d+=/.test(traced);
  }, 'machines and their states');
  trace.kill();
  await home.kill('SIGTERM');
  await until(() => followed.includes('tcxd stops'), 'the last line');
  logs.kill();
  const lines = (await home.tcx(['daemon', 'logs', '-n', '1', '--json'])).stdout;
  expect(JSON.parse(lines)).toMatchObject({ level: 30, msg: 'tcxd stops' });
  const status = await home.tcx(['daemon', 'status', '--json']);
  expect([status.code, status.stdout]).toEqual([1, 'null\n']);
  expect(home.pid()).toBeUndefined();
});
