/** Row 12.15 through the product: a file system that is really full, and logs that were cut. */
import { spawn } from 'node:child_process';
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Row } from '../../core/rows.ts';
import { node, root, type TestHome, until } from '../daemon.ts';
import { die } from '../kernel/walk.ts';
import { verifies } from '../verifies.ts';
import { checkRows } from './run.ts';
import { scene } from './scene.ts';

const cuts = 24;
const seed = Math.floor(Math.random() * 2 ** 30);

const log = async (home: TestHome, session: string): Promise<readonly Row[]> => {
  const { stdout, stderr } = await home.tcx(['log', session, '--json']);
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as Row[];
};
const fileOf = (home: TestHome, session: string) => globSync(join(home.home, 'sessions', '**', `${session}.jsonl`))[0]!;

verifies(
  '12.15 12.05',
  `logs cut at any byte have all rows up to there, each session takes a next word, and the daemon comes up (seed ${seed})`,
  async () => {
    const dice = die(seed);
    await using stage = await scene(({ body }) =>
      body.input.at(-1)?.type === 'function_call_output'
        ? { text: 'done' }
        : { calls: [{ name: 'exec_command', args: { cmd: 'echo hello', login: false } }] },
    );
    const { home } = stage;
    await home.start();
    const sessions = await Promise.all(
      Array.from({ length: cuts }, async () => {
        const { stdout, stderr, code } = await home.tcx(['exec', '--json', '--yolo', 'go']);
        if (code !== 0) throw new Error(`${code} ${stdout} ${stderr}`);
        return /"thread_id":"([^"]+)"/.exec(stdout)![1]!;
      }),
    );
    const whole = new Map<string, readonly Row[]>();
    for (const session of sessions) whole.set(session, await log(home, session));
    await home.kill();
    const sizes = new Map<string, number>();
    for (const session of sessions) {
      const file = fileOf(home, session);
      // Behind the first commit: before it there is no session yet.
      const first = readFileSync(file).indexOf('\n', readFileSync(file).indexOf('\n') + 1) + 1;
      sizes.set(session, first + dice.roll(statSync(file).size - first));
      truncateSync(file, sizes.get(session));
    }
    await home.start();
    for (const session of sessions) {
      const before = whole.get(session)!;
      const bytes = readFileSync(fileOf(home, session)).subarray(0, sizes.get(session)).toString();
      const kept = [...bytes.slice(0, bytes.lastIndexOf('\n')).matchAll(/\{"seq":(\d+),"at"/g)].length;
      const rows = await log(home, session);
      expect(rows.slice(0, kept)).toEqual(before.slice(0, kept));
      const said = await home.tcx(['exec', '--yolo', 'resume', session, 'and now?']);
      expect([said.code, said.stdout.trim()]).toEqual([0, 'done']);
      await until(async () => (await log(home, session)).at(-1)?.kind === 'turn.ended');
      expect(checkRows(await log(home, session))).toEqual([]);
    }
    expect(stage.illegal).toEqual([]);
  },
  180_000,
);

/** A daemon whose sessions lie on a file system of so many bytes. */
async function startOnSmallDisk({ home, env }: TestHome, bytes: number): Promise<{ disk: string }> {
  const sessions = join(home, 'sessions');
  mkdirSync(sessions);
  const tcxd = [node, '--disable-warning=ExperimentalWarning', join(root, 'dist', 'tcxd.js'), 'run'];
  const child = spawn('bwrap', ['--dev-bind', '/', '/', '--size', String(bytes), '--tmpfs', sessions, '--', ...tcxd], {
    cwd: '/',
    env,
    stdio: 'ignore',
    detached: true,
  });
  child.unref();
  const running = join(home, 'run', 'tcxd.json');
  await until(() => existsSync(running), 'the daemon to come up');
  const { pid } = JSON.parse(readFileSync(running, 'utf8')) as { pid: number };
  return { disk: join('/proc', String(pid), 'root', sessions) };
}

verifies(
  '12.15',
  'a full disk in the middle of a turn parks it with a sentence, and the turn goes on when there is room',
  async () => {
    const held = Promise.withResolvers<void>();
    await using stage = await scene(async ({ body }) => {
      if (body.input.at(-1)?.type === 'function_call_output') {
        await held.promise;
        return { text: `done ${'x'.repeat(20_000)}` };
      }
      return { calls: [{ name: 'exec_command', args: { cmd: 'echo once >> once', login: false } }] };
    });
    const { home, model } = stage;
    const { disk } = await startOnSmallDisk(home, 400_000);
    const exec = home.spawnTcx(['exec', '--json', '--yolo', 'go']);
    let stdout = '';
    exec.stdout!.on('data', (chunk) => {
      stdout += String(chunk);
    });
    await model.request(2);
    const session = /"thread_id":"([^"]+)"/.exec(stdout)![1]!;
    // Fill it up to the last byte, then let the answer come.
    const ballast = join(disk, 'ballast');
    for (const size of [100_000, 4096, 1]) {
      try {
        for (;;) writeFileSync(ballast, Buffer.alloc(size), { flag: 'a' });
      } catch {
        // Full, as far as pieces of this size go.
      }
    }
    held.resolve();
    const ps = async () => JSON.parse((await home.tcx(['ps', '--json'])).stdout) as { state: string; what: string }[];
    const [full] = await until(async () => {
      const rows = await ps();
      return rows[0]?.state === 'disk full' ? rows : undefined;
    }, 'the disk to be full');
    expect(full!.what).toMatch(/cannot be written: ENOSPC/);
    const said = await home.tcx(['say', session, 'hello']);
    expect([said.code, said.stderr]).toEqual([1, expect.stringMatching(/ENOSPC[\s\S]*make room/)]);
    rmSync(ballast);
    await until(async () => (await log(home, session)).some(({ kind }) => kind === 'turn.ended'), 'the turn to go on');
    const rows = await log(home, session);
    expect(checkRows(rows)).toEqual([]);
    expect(rows.findLast(({ kind }) => kind === 'turn.ended')?.body).toMatchObject({ status: 'completed' });
    expect(readFileSync(join(home.work, 'once'), 'utf8')).toBe('once\n');
    expect(model.requests).toHaveLength(2);
    expect((await home.tcx(['exec', '--yolo', 'resume', session, 'more'])).code).toBe(0);
  },
  90_000,
);
