/** exec_command and write_stdin through the product: what the model reads, what the process is given, what has an end. */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import type { Client } from '../../ipc/client.ts';
import { isAlive, startDaemon, type TestHome, until } from '../daemon.ts';
import { call, exec, readExec, toolbox } from '../toolbox.ts';
import { verifies } from '../verifies.ts';

let daemon: TestHome;
let client: Client;
beforeAll(async () => {
  daemon = await startDaemon({
    config: 'background_terminal_max_timeout = 5000\n',
    env: { FOO_TOKEN: 'hidden', PLAIN: 'seen', OPENAI_API_KEY: 'sk-hidden-too', TCX_CLIENT_NAME: 'mine' },
  });
  client = await daemon.client();
});
afterAll(async () => {
  client?.close();
  await daemon?.[Symbol.asyncDispose]();
});
const box = (more: readonly string[] = []) => toolbox(client, daemon.work, { more });

verifies(
  '1.07',
  'a result has its exact layout: exit code, signal, both streams in order, nothing at all',
  async () => {
    await using tools = await box();
    expect(readExec(await tools.exec('echo out; echo err >&2; exit 3'))).toMatchObject({
      code: 3,
      tokens: 2,
      output: 'out\nerr\n',
    });
    expect(readExec(await tools.exec('kill -9 $$'))).toMatchObject({ code: 137, output: '' });
    expect(readExec(await tools.exec(''))).toMatchObject({ code: 0, tokens: 0, output: '' });
    expect(readExec(await tools.exec('printf %s "no end"'))).toMatchObject({ code: 0, output: 'no end' });
    expect(readExec(await tools.exec('cat; echo eof'))).toMatchObject({ code: 0, output: 'eof\n' });
  },
);

verifies('1.07', 'bytes that are no text become U+FFFD, escapes stay', async () => {
  await using tools = await box();
  expect(readExec(await tools.exec(String.raw`printf 'a\xff\xfeb\x00c\033[31mred'`)).output).toBe(
    'a\ufffd\ufffdb\0c\u001b[31mred',
  );
  expect(readExec(await tools.exec('head -c 4096 /dev/urandom')).code).toBe(0);
});

verifies(
  '1.07',
  'a missing folder is said, an unknown shell falls back, a relative workdir is below the session’s',
  async () => {
    await using tools = await box();
    mkdirSync(join(daemon.work, 'sub'), { recursive: true });
    const [missing, unknown, relative, other] = await tools.run(
      exec('pwd', { workdir: '/no/such/folder' }),
      exec('echo $0', { shell: '/bin/nosuch' }),
      exec('pwd', { workdir: 'sub' }),
      exec('echo $0', { shell: '/bin/sh' }),
    );
    expect(missing).toMatch(/^exec_command failed: .*(No such file or directory|does not exist|ENOENT)/);
    expect(readExec(unknown!)).toMatchObject({ code: 0, output: expect.stringMatching(/bash\n$/) });
    expect(readExec(relative!).output).toBe(`${daemon.work}/sub\n`);
    expect(readExec(other!).output).toBe('/bin/sh\n');
  },
);

verifies('1.07', 'a command that outlives its yield time goes on, is polled to its end, and is told once', async () => {
  await using tools = await box();
  const go = join(daemon.work, 'go');
  const begun = readExec(
    await tools.exec(`echo one; until [ -e ${go} ]; do sleep 0.02; done; echo two`, { yield_time_ms: 250 }),
  );
  expect(begun).toMatchObject({ output: 'one\n', session: expect.any(Number) });
  expect(begun.session).toBeGreaterThanOrEqual(1000);
  expect(begun.wallMs).toBeGreaterThanOrEqual(240);
  expect(tools.session.view.commands).toHaveLength(1);
  writeFileSync(go, '');
  const poll = call('write_stdin', { session_id: begun.session });
  expect(readExec((await tools.run(poll))[0]!)).toMatchObject({ code: 0, output: 'two\n' });
  expect(await tools.run(poll)).toEqual([`write_stdin failed: Unknown process id ${begun.session}`]);
  expect(tools.session.view.commands).toEqual([]);
});

verifies(
  '1.07',
  'a poll waits no longer than background_terminal_max_timeout, and no shorter than five seconds',
  async () => {
    await using tools = await box();
    const { session } = readExec(await tools.exec('sleep 60', { yield_time_ms: 1 }));
    const polled = readExec(
      (await tools.run(call('write_stdin', { session_id: session, yield_time_ms: 300_000 })))[0]!,
    );
    expect(polled).toMatchObject({ session, output: '' });
    expect(polled.wallMs).toBeGreaterThan(4900);
    expect(polled.wallMs).toBeLessThan(15_000);
    await client.request('kill', { session: tools.session.id, command: session! - 1000 });
  },
);

verifies('1.07', '`cat` with a terminal echoes what is written, ^C ends it there', async () => {
  await using tools = await box();
  const { session } = readExec(await tools.exec('cat', { tty: true, yield_time_ms: 250 }));
  expect(readExec((await tools.run(call('write_stdin', { session_id: session, chars: 'hello\n' })))[0]!)).toMatchObject(
    {
      session,
      output: 'hello\r\nhello\r\n',
    },
  );
  const ended = readExec((await tools.run(call('write_stdin', { session_id: session, chars: '\u0003' })))[0]!);
  expect(ended).toMatchObject({ code: 130, output: expect.stringContaining('^C') });
});

verifies('1.07', 'the terminal is 24 rows of 80 columns', async () => {
  await using tools = await box();
  expect(readExec(await tools.exec('stty size', { tty: true })).output).toBe('24 80\r\n');
});

verifies('1.07', 'a pipe takes no words but one ^C, which ends the command with 130', async () => {
  await using tools = await box();
  const { session } = readExec(await tools.exec('sleep 60', { yield_time_ms: 250 }));
  const [refused] = await tools.run(call('write_stdin', { session_id: session, chars: 'words\n' }));
  expect(refused).toMatch(/^write_stdin failed: .*stdin is closed.*tty=true/);
  const [ended] = await tools.run(call('write_stdin', { session_id: session, chars: '\u0003' }));
  expect(readExec(ended!)).toMatchObject({ code: 130 });
});

verifies('1.07', 'of 66 sleeping commands 64 live, the two used least recently make room', async () => {
  await using tools = await box();
  const results = await tools.run(...Array.from({ length: 66 }, () => exec('sleep 300', { yield_time_ms: 250 })));
  // The two that make room may be ended before their own call looks away.
  const told = results.map(readExec);
  const ids = told.flatMap(({ session }) => session ?? []);
  expect(new Set(ids).size).toBe(ids.length);
  expect(told.slice(2).every(({ session }) => session !== undefined)).toBe(true);
  for (const { code } of told.slice(0, 2)) expect([undefined, 143]).toContain(code);
  await until(() => tools.session.view.commands.length === 64);
  const alive = async () =>
    (await client.request('list', { what: 'actors' })).actors.filter(
      ({ kind, parent, pid }) => kind === 'command' && parent === tools.session.id && pid !== undefined && isAlive(pid),
    );
  await until(async () => (await alive()).length === 64, '64 living commands');
  const gone = call('write_stdin', { session_id: 1001 });
  expect(await tools.run(gone)).toEqual(['write_stdin failed: Unknown process id 1001']);
  await client.request('stop', { session: tools.session.id, key: 'stop 66' });
  await until(async () => (await alive()).length === 0, 'none after stop');
});

verifies('1.07', '3 MB keep 1 MiB of head and tail and say the bytes omitted; budgets cut in the middle', async () => {
  await using tools = await box();
  const { tokens, output } = readExec(
    await tools.exec(`head -c 1500000 /dev/zero | tr '\\0' a; head -c 1500000 /dev/zero | tr '\\0' b`),
  );
  expect(tokens).toBe(750_000);
  expect(output).toMatch(
    /^Warning: truncated output \(original token count: 750000\)\n\.\.\. 1951424 bytes omitted \.\.\.\n\na{20000}…\d+ tokens truncated…b{20000}$/,
  );
  const cut = await Promise.all(
    [0, 1, 50].map(async (max_output_tokens) => {
      await using own = await box();
      return readExec(await own.exec('seq 1 2000', { max_output_tokens })).output;
    }),
  );
  const warning = 'Warning: truncated output (original token count: 2224)\nTotal output lines: 2000\n\n';
  expect(cut[0]).toBe(`${warning}…2224 tokens truncated…`);
  expect(cut[1]).toBe(`${warning}1\n…2223 tokens truncated…0\n`);
  expect(cut[2]!.startsWith(`${warning}1\n2\n3\n`)).toBe(true);
});

verifies('1.07', 'tool_output_token_limit replaces the policy: 500 cuts, 30000 grants what is asked', async () => {
  await using small = await box(['tool_output_token_limit=500']);
  expect(readExec(await small.exec('seq 1 2000')).output).toContain('…1724 tokens truncated…');
  await using large = await box(['tool_output_token_limit=30000']);
  const { output } = readExec(await large.exec('seq 1 13000', { max_output_tokens: 20_000 }));
  expect(output).toBe(`${Array.from({ length: 13_000 }, (_, i) => i + 1).join('\n')}\n`);
});

verifies('1.07', '600 MB of output stay bounded in the spool, the log and the daemon', async () => {
  await using tools = await box();
  const memory = async () => (await client.request('daemon.status', {})).rss;
  const before = await memory();
  const { output, tokens } = readExec(
    await tools.exec('head -c 600000000 /dev/zero | tr "\\0" x', { yield_time_ms: 30_000 }),
  );
  expect(tokens).toBe(150_000_000);
  expect(output).toContain('bytes omitted');
  expect(output.length).toBeLessThan(50_000);
  // What passed through is garbage until it is collected, which levels off at some 240 MB; kept output would be 600.
  expect((await memory()) - before).toBeLessThan(400 * 1024 * 1024);
  expect(bytesBelow(join(daemon.home, 'run', 'spool'))).toBeLessThan(8 * 1024 * 1024);
  expect(bytesBelow(join(daemon.home, 'sessions'))).toBeLessThan(8 * 1024 * 1024);
});

function bytesBelow(folder: string): number {
  if (!existsSync(folder)) return 0;
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

verifies(
  '4.12',
  'a command sees the person’s variables by the five steps, and none of tcx’s or of a provider’s key',
  async () => {
    await using tools = await box();
    const env = readExec(await tools.exec('env', { login: false })).output.split('\n');
    expect(env).toContain('PLAIN=seen');
    for (const line of ['NO_COLOR=1', 'TERM=dumb', 'PAGER=cat', 'GIT_PAGER=cat', 'LC_ALL=C.UTF-8', 'CODEX_CI=1'])
      expect(env).toContain(line);
    expect(env).toContain(`TCX_SESSION_ID=${tools.session.id}`);
    expect(env.filter((line) => /hidden|^TCX_(HOME|CLIENT_NAME)|OPENAI|FOO_TOKEN/.test(line))).toEqual([]);
    const terminal = readExec(await tools.exec('echo $TERM', { tty: true })).output;
    expect(terminal).toBe('xterm\r\n');
  },
);

verifies('4.12', 'inherit, default excludes, exclude, set and include_only, in this order', async () => {
  const policy = [
    'shell_environment_policy.exclude=["PLAIN"]',
    'shell_environment_policy.set={MADE="by policy", OTHER_KEY="set after the excludes", DROPPED="not included"}',
    'shell_environment_policy.include_only=["PATH", "HOME", "MADE", "OTHER_KEY"]',
  ];
  await using tools = await box(policy);
  const names = readExec(await tools.exec('env'))
    .output.split('\n')
    .map((line) => line.split('=')[0]!);
  const own = ['PATH', 'HOME', 'MADE', 'OTHER_KEY'];
  const added = /^(NO_COLOR|TERM|COLORTERM|LANG|LC_\w+|PAGER|G\w+_PAGER|TCX_\w+|CODEX_\w+|PWD|SHLVL|_|)$/;
  expect(names.filter((name) => !added.test(name)).sort()).toEqual([...own].sort());
  await using bare = await box(['shell_environment_policy={inherit="none", set={PATH="/usr/bin:/bin"}}']);
  expect(readExec(await bare.exec('env')).output).not.toContain('HOME=');
  await using open = await box(['shell_environment_policy.ignore_default_excludes=true']);
  const all = readExec(await open.exec('env')).output;
  expect(all).toContain('FOO_TOKEN=hidden');
  expect(all).not.toContain('sk-hidden-too');
});

verifies('1.07', 'files a command makes have the umask of the client, not the daemon’s', async () => {
  await using tools = await box();
  await tools.exec('touch by-umask');
  expect(statSync(join(daemon.work, 'by-umask')).mode & 0o777).toBe(0o666 & ~process.umask());
});

verifies('1.07', 'two commands of one answer run together', async () => {
  await using tools = await box();
  // Each waits for the other: one after another they would never end.
  const meet = (mine: string, other: string) =>
    exec(`touch ${mine}; until [ -e ${other} ]; do sleep 0.02; done; echo met`);
  const outputs = await tools.run(meet('a', 'b'), meet('b', 'a'));
  expect(outputs.map((text) => readExec(text).output)).toEqual(['met\n', 'met\n']);
});

verifies('1.07', 'a patch between two commands waits for the first and holds back the second', async () => {
  await using tools = await box();
  const patch = '*** Begin Patch\n*** Add File: between.txt\n+x\n*** End Patch';
  const outputs = await tools.run(
    exec('sleep 0.3; ls between.txt 2>/dev/null; echo first'),
    { name: 'apply_patch', form: 'custom', args: patch },
    exec('cat between.txt'),
  );
  expect(readExec(outputs[0]!).output).toBe('first\n');
  expect(outputs[1]).toContain('A between.txt');
  expect(readExec(outputs[2]!).output).toBe('x\n');
});

verifies('1.07', 'unknown tools, broken JSON and wrong fields are told, and the turn goes on', async () => {
  await using tools = await box();
  expect(
    await tools.run(
      call('shell', { command: ['ls'] }),
      call('exec_command', '{"cmd": "ls"'),
      call('exec_command', {}),
      { name: 'nonsense', form: 'custom', args: 'x' },
      call('exec_command', { cmd: 'ls', justification: 'why' }),
    ),
  ).toEqual([
    'unsupported call: shell',
    expect.stringMatching(/^failed to parse function arguments: .* at line 1 column \d+$/),
    expect.stringMatching(/^failed to parse function arguments: missing field `cmd` at line 1 column \d+$/),
    'unsupported custom tool call: nonsense',
    expect.stringMatching(/sandbox_permissions/),
  ]);
  expect(readFileSync(join(daemon.home, 'logs', 'tcxd.jsonl'), 'utf8')).not.toContain('"level":50');
});
