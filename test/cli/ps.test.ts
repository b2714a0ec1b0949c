/** `tcx ps`: what is awake and every actor, as tables, as data, as it changes, and at a glance. */
import { expect } from 'vitest';
import { startDaemon, until } from '../daemon.ts';
import { verifies } from '../verifies.ts';
import { begin, scene, words } from './scene.ts';

interface Actor {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  readonly state: string;
  readonly since: string;
  readonly parent: string | null;
  readonly cwd: string | null;
  readonly cost_usd: number | null;
  readonly pid: number | null;
}

verifies(
  '12.03',
  'ps lists what is awake, those that need a person first, and counts the rest and the cost',
  async () => {
    const held = Promise.withResolvers<void>();
    await using set = await scene(
      async (request) => {
        const [said] = words(request.body);
        if (said === 'asks') return { calls: [{ name: 'exec_command', args: { cmd: 'touch made' } }] };
        if (said === 'hangs') await held.promise;
        return { text: 'done', usage: { input: 400_000, output: 100_000 } };
      },
      { more: '' },
    );
    const { home } = set;
    expect((await home.tcx(['ps'])).stdout).toBe(
      'Nothing is awake. 0 of 0 sessions are awake (all: tcx ls · every actor: tcx ps -a)\n',
    );
    const idle = await begin(home, '-m', 'gpt-5', 'ends');
    await home.tcx(['wait', idle]);
    const hanging = await begin(home, 'hangs');
    await home.tcx(['wait', await begin(home, 'asks')]);
    const client = await home.client();
    // A person has looked at the one that is done.
    await client.request('attach', { session: idle });
    await client.request('presence', { session: idle, focused: true });
    await client.request('unattach', { session: idle });
    await until(async () => (await client.request('resolve', { session: idle })).state === 'done');
    const lines = (await home.tcx(['ps'])).stdout.split('\n');
    expect(lines[0]).toMatch(/^ +NAME +STATE +SINCE +FOLDER +WHAT +COST$/);
    expect(lines[1]).toMatch(/^! +asks +needs you +\d+s +~\/w +touch made/);
    expect(lines[2]).toMatch(/^◐ +hangs +thinking +\d+s +~\/w +gpt-5\.5/);
    expect(lines[3]).toMatch(/^2 of 3 sessions are awake \(all: tcx ls · every actor: tcx ps -a\) · today \$1\.50$/);
    const data = JSON.parse((await home.tcx(['ps', '--json'])).stdout) as {
      id: string;
      state: string;
      since: string;
    }[];
    expect(data.map(({ state }) => state)).toEqual(['needs you', 'thinking']);
    expect(data[1]).toMatchObject({ id: hanging, since: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) });
    held.resolve();
    client.close();
  },
);

verifies(
  '12.03',
  'ps -a is every live actor with its kind, state, since when, parent, folder, cost; --tree indents',
  async () => {
    await using set = await scene(({ n }) =>
      n === 1
        ? { calls: [{ name: 'exec_command', args: { cmd: 'sleep 600', tty: true, yield_time_ms: 250 } }] }
        : { text: 'begun' },
    );
    const { home } = set;
    const id = await begin(home, '-m', 'gpt-5', '-n', 'worker', '--yolo', 'work');
    await home.tcx(['wait', id]);
    const actors = JSON.parse((await home.tcx(['ps', '-a', '--json'])).stdout) as Actor[];
    expect(actors.find(({ kind }) => kind === 'session')).toMatchObject({
      id,
      name: 'worker',
      parent: null,
      cwd: home.work,
      cost_usd: expect.any(Number),
    });
    const command = actors.find(({ kind }) => kind === 'command')!;
    expect(command).toMatchObject({ id: `${id}/p1`, name: 'p1', state: 'running', parent: id, cwd: home.work });
    expect(command.pid).toBeGreaterThan(1);
    expect(Date.parse(command.since)).not.toBeNaN();
    const tree = (await home.tcx(['ps', '-a', '--tree'])).stdout.split('\n');
    const at = tree.findIndex((line) => /^worker +session/.test(line));
    expect(
      tree.slice(at + 1).some((line) => /^ {2}worker\/p1 +command +p1 +running +\d+s +worker +~\/w/.test(line)),
    ).toBe(true);
    const only = JSON.parse((await home.tcx(['ps', '--kind', 'command', '--json'])).stdout) as Actor[];
    expect(only.map(({ kind }) => kind)).toEqual(['command']);
    // Its process is killed behind tcx's back: the row changes by that, without anybody asking.
    const watch = home.spawnTcx(['ps', '-a', '--watch', '--json']);
    let printed = '';
    watch.stdout!.on('data', (chunk) => (printed += String(chunk)));
    const states = () =>
      printed
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as Actor[]).find(({ kind }) => kind === 'command')?.state);
    await until(() => printed !== '');
    expect(states()).toEqual(['running']);
    process.kill(command.pid!, 'SIGKILL');
    await until(() => states().at(-1) !== 'running', 'the row to change');
    watch.kill();
  },
);

verifies('13.43', 'ps --short is one line of marks, empty without a daemon, and never starts one', async () => {
  await using home = await startDaemon({ cold: true });
  expect(await home.tcx(['ps', '--short'])).toMatchObject({ code: 0, stdout: '', stderr: '' });
  expect(home.pid()).toBeUndefined();
  await home.start();
  expect((await home.tcx(['ps', '--short'])).stdout).toBe('');
  const asking = await begin(home, '--demo', 'run touch made');
  await home.tcx(['wait', asking]);
  await home.tcx(['wait', await begin(home, '--demo', 'run ls')]);
  expect((await home.tcx(['ps', '--short'])).stdout).toBe('! 1  ✓ 1\n');
  await home.kill('SIGKILL');
  expect(await home.tcx(['ps', '--short'])).toMatchObject({ code: 0, stdout: '', stderr: '' });
});
