/**
 * Bad input and faults: each gets a clear sentence with the command that mends it and the right exit code, and loses nothing.
 * A full disk is made by a limit on the size of a file (RLIMIT_FSIZE): a real refusal of the kernel's that needs no rights, and
 * that the test can lift again. A home that cannot be written is one that refuses even root.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { isAlive, node, root, startDaemon, type TestHome, until } from '../daemon.ts';
import { fakeModel } from '../fake-model.ts';
import { Driven, fakeAt, yolo } from '../session.ts';
import { exec, readExec } from '../toolbox.ts';
import { verifies } from '../verifies.ts';

let daemon: TestHome;
beforeAll(async () => {
  daemon = await startDaemon();
});
afterAll(() => daemon?.[Symbol.asyncDispose]());

interface Mistake {
  readonly args: readonly string[];
  readonly code: number;
  readonly says: RegExp;
}
const mistakes: readonly Mistake[] = [
  { args: ['exec', '--demo', ' '], code: 1, says: /there is nothing in this message/ },
  {
    args: ['exec', '--demmo', 'hi'],
    code: 2,
    says: /unexpected argument '--demmo' found[\s\S]*similar.*--demo[\s\S]*--help/,
  },
  { args: ['exce'], code: 2, says: /unrecognized subcommand 'exce'[\s\S]*'exec'/ },
  {
    args: ['exec', '-s', 'open', 'hi'],
    code: 2,
    says: /invalid value 'open' for '--sandbox'[\s\S]*read-only, workspace-write/,
  },
  {
    args: ['exec', '--wait-approval=soon', 'hi'],
    code: 2,
    says: /invalid value 'soon' for '--wait-approval'[\s\S]*30s/,
  },
  { args: ['say', 'nobody', 'hi'], code: 1, says: /^Error: no session is called nobody\n {2}tcx ls --all\n$/ },
  { args: ['log', 'ffffffff'], code: 1, says: /no session is called ffffffff\n {2}tcx ls --all/ },
  {
    args: ['log', '0190a000-0000-7000-8000-000000000009'],
    code: 1,
    says: /there is no session 0190a000[\s\S]*tcx ls --all/,
  },
  { args: ['decide', 'a77', 'yes'], code: 1, says: /there is no approval a77\n {2}tcx inbox/ },
  { args: ['exec', '-C', '/no/such/place', '--demo', 'hi'], code: 1, says: /cannot work in \/no\/such\/place/ },
  {
    args: ['exec', '-c', 'model_provider=nope', 'hi'],
    code: 1,
    says: /no model provider is called "nope"; there are openai, anthropic/,
  },
  {
    args: ['exec', 'hi'],
    code: 1,
    says: /No model is configured\. Set OPENAI_API_KEY or ANTHROPIC_API_KEY, run tcx login, use --oss for Ollama, or try tcx exec --demo/,
  },
  {
    args: ['exec', '-c', 'model_provider=openai', 'hi'],
    code: 1,
    says: /OPENAI_API_KEY is not set[\s\S]*OPENAI_API_KEY/,
  },
];
for (const { args, code, says } of mistakes)
  verifies('12.05', `tcx ${args.join(' ')} is exit ${code} with a sentence that helps`, async () => {
    const ran = await daemon.tcx(args);
    expect(ran.code).toBe(code);
    expect(ran.stderr.replace(/^Reading .*stdin\.\.\.\n/, '')).toMatch(says);
    expect(ran.stderr).not.toMatch(/ {4}at |tcx broke/);
  });

verifies(
  '3.06 12.05',
  'a home that cannot be made, is a file, is open to others, or cannot be written is said so, exit 1',
  async () => {
    const file = join(daemon.work, 'a-file');
    writeFileSync(file, '');
    const open = join(daemon.work, 'open-home');
    mkdirSync(open);
    chmodSync(open, 0o777);
    // For root a mode forbids nothing; /sys takes no new folder from anybody.
    const closed = process.getuid?.() === 0 ? '/sys/kernel' : join(daemon.work, 'closed-home');
    if (closed !== '/sys/kernel') mkdirSync(closed, { mode: 0o500 });
    const homes: readonly [string, RegExp][] = [
      ['/proc/nowhere/home', /cannot use \/proc\/nowhere\/home as tcx's home[\s\S]*TCX_HOME/],
      [file, /cannot use .*a-file as tcx's home[\s\S]*TCX_HOME/],
      [open, /can be written by others\n {2}chmod 700 /],
      [closed, /cannot (use|write in) [\s\S]*TCX_HOME/],
    ];
    for (const [home, says] of homes) {
      const ran = await daemon.tcx(['exec', '--demo', 'run ls'], { env: { TCX_HOME: home } });
      expect(ran.code, home).toBe(1);
      expect(ran.stderr, home).toMatch(says);
      expect(ran.stderr, home).not.toMatch(/ {4}at |tcx broke/);
    }
  },
);

/** Starts `tcxd run` for a home by hand. `limit` is the largest file it may write, in KiB. */
async function tcxd({ env }: TestHome, limit?: number) {
  const run = [node, '--disable-warning=ExperimentalWarning', join(root, 'dist', 'tcxd.js'), 'run'];
  const args = limit === undefined ? run : ['/bin/bash', '-c', `ulimit -S -f ${limit}; exec "$@"`, 'limited', ...run];
  const child = spawn(args[0]!, args.slice(1), { env, cwd: '/', detached: true, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += String(chunk);
  });
  const code = await Promise.race([
    once(child, 'exit').then(([exit]) => exit as number),
    until(() => /^tcxd .* runs for/.test(said)).then(() => undefined),
  ]);
  return { child, code, said: () => said };
}

verifies(
  '12.05',
  'a second tcxd for a home says who is there and leaves; twenty clients at once make one daemon',
  async () => {
    const second = await tcxd(daemon);
    expect(second.code).toBe(1);
    expect(second.said()).toMatch(/a daemon runs for .* already\n {2}tcx daemon status/);
    await using cold = await startDaemon({ cold: true });
    const ran = await Promise.all(Array.from({ length: 20 }, () => cold.tcx(['ps', '--json'])));
    expect(ran.map(({ code }) => code)).toEqual(Array.from({ length: 20 }, () => 0));
    const status = JSON.parse((await cold.tcx(['daemon', 'status', '--json'])).stdout) as { pid: number };
    expect(status.pid).toBe(cold.pid());
  },
);

verifies(
  '12.05',
  'a full disk parks the session, refuses new words in a sentence, and with room again nothing is lost',
  async () => {
    await using own = await startDaemon({ cold: true });
    const { child } = await tcxd(own, 512);
    const held = Promise.withResolvers<void>();
    // Together too much for a file of that size; each by itself small enough to stay in the log.
    const calls = Array.from({ length: 10 }, () => ({ name: 'nobody', args: { text: 'x'.repeat(60_000) } }));
    await using model = await fakeModel(async ({ n }) => {
      if (n === 2) await held.promise;
      return n === 2 ? { calls } : { text: `answer ${n}` };
    });
    using client = await own.client();
    using session = await Driven.begin(client, own.work, { ...yolo, ...fakeAt(model, 'responses') }, 'one');
    await session.ended(1);
    await session.say('two');
    await model.request(2);
    // The answer that comes now does not fit any more.
    held.resolve();
    const full = await session.state('disk full');
    expect(full).toMatchObject({
      what: expect.stringContaining('cannot be written'),
      fix: expect.stringContaining('make room'),
    });
    await until(() => session.notices.some((text) => text.includes('make room')));
    await expect(session.say('refused')).rejects.toMatchObject({
      code: 'disk-full',
      fix: expect.stringContaining('make room'),
    });
    const said = await own.tcx(['say', session.id, 'refused too']);
    expect(said).toMatchObject({ code: 1, stderr: expect.stringMatching(/cannot be written[\s\S]*make room/) });
    expect((await client.request('list', { what: 'awake' })).sessions).toMatchObject([{ state: 'disk full' }]);

    execFileSync('prlimit', ['--pid', String(child.pid), '--fsize=unlimited']);
    expect(await session.ended(2)).toMatchObject({ status: 'completed' });
    expect(session.all('call')).toHaveLength(10);
    expect(session.answer).toBe('answer 3');
    expect(model.requests).toHaveLength(3);
    await session.say('three');
    await session.ended(3);
    expect(session.all('user').map(({ text }) => text)).toEqual(['one', 'two', 'three']);
    await own.kill();
    await own.start();
    using later = await own.client();
    using again = await Driven.attach(later, session.id);
    expect(again.rows).toEqual(session.rows);
  },
);

verifies('12.05', 'damage in one log is one session’s: it says so, all others go on, the daemon starts', async () => {
  await using own = await startDaemon();
  await using model = await fakeModel(() => ({ text: 'fine' }));
  const begin = async (text: string) => {
    using client = await own.client();
    using session = await Driven.begin(client, own.work, { ...yolo, ...fakeAt(model, 'responses') }, text);
    await session.ended(1);
    return session.id;
  };
  const [damaged, torn, whole] = [await begin('damaged'), await begin('torn'), await begin('whole')];
  await own.kill();
  const logs = readdirSync(join(own.home, 'sessions'), { recursive: true, encoding: 'utf8' });
  const log = (id: string) => join(own.home, 'sessions', logs.find((name) => name.endsWith(`${id}.jsonl`))!);
  const bytes = readFileSync(log(damaged));
  bytes.fill('#', Math.floor(bytes.length / 2), Math.floor(bytes.length / 2) + 20);
  writeFileSync(log(damaged), bytes);
  truncateSync(log(torn), readFileSync(log(torn)).length - 7);
  await own.start();
  const refused = await own.tcx(['say', damaged, 'hello']);
  expect(refused).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/is damaged at byte \d+[\s\S]*tcx doctor session/),
  });
  using client = await own.client();
  for (const id of [torn, whole]) {
    using session = await Driven.attach(client, id);
    await session.say('more');
    const turn = await until(
      () => session.all('turn.ended').at(-1)?.status === 'completed' && session.all('user').at(-1)?.text === 'more',
    );
    expect(turn).toBe(true);
  }
});

verifies(
  '12.05',
  'a folder that is gone fails its command, not its session; a daemon killed in a command finds it again',
  async () => {
    await using own = await startDaemon();
    const gone = join(own.work, 'gone');
    mkdirSync(gone);
    await using model = await fakeModel(({ body }) =>
      body.input.at(-1)?.role === 'user'
        ? { calls: [exec(`rmdir ${gone}; echo $$; sleep 0.5; echo after`)] }
        : { text: 'ok' },
    );
    using first = await own.client();
    using session = await Driven.begin(first, gone, { ...yolo, ...fakeAt(model, 'responses') }, 'one');
    await until(() => session.live.some(({ kind }) => kind === 'output'));
    await own.kill();
    await own.start();
    using client = await own.client();
    using again = await Driven.attach(client, session.id);
    await again.ended(1);
    expect(again.all('output')).toMatchObject([{ status: 'done', text: expect.stringMatching(/^\d+\nafter\n$/) }]);
    await again.say('two');
    expect(await again.ended(2)).toMatchObject({ status: 'completed' });
    expect(again.all('output')[1]).toMatchObject({
      status: 'failed',
      text: expect.stringMatching(/^exec_command failed: /),
    });
    expect(readExec(String(model.requests[1]!.body.input.at(-1)!.output)).code).toBe(0);
  },
);

for (const what of ['state.sqlite', 'handles.jsonl', 'run/starts.json', 'run/tcxd.json', 'run/token'] as const)
  verifies('12.05', `garbage in ${what} does not keep a daemon from coming up with all its sessions`, async () => {
    await using own = await startDaemon();
    expect((await own.tcx(['exec', '--demo', 'run pwd'])).code).toBe(0);
    await own.kill();
    writeFileSync(join(own.home, what), 'not what it should be \u0000 {');
    const ran = await own.tcx(['ls', '--all', '--json']);
    expect(ran).toMatchObject({ code: 0 });
    expect(JSON.parse(ran.stdout)).toHaveLength(1);
    expect((await own.tcx(['exec', '--demo', 'run pwd'])).code).toBe(0);
    expect(isAlive(own.pid()!)).toBe(true);
  });

// The stop waits for files that are gone and never comes to its end (daemon/shutdown.ts); a second SIGTERM is needed.
verifies('12.05', 'a daemon whose home was removed still ends when it is asked to', async () => {
  await using own = await startDaemon();
  const pid = own.pid()!;
  rmSync(own.home, { recursive: true, force: true });
  process.kill(pid, 'SIGTERM');
  try {
    await until(() => !isAlive(pid), 'the end of a daemon without a home', 5000);
  } finally {
    if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  }
});
