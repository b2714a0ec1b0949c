/** `tcx exec` as scripts use it: where the prompt comes from, what goes where, how it ends. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { root, startDaemon, until } from '../daemon.ts';
import { verifies } from '../verifies.ts';
import { log, onTerminal, outputs, scene, words } from './scene.ts';

const tcx = join(root, 'bin', 'tcx');
/** Answers every request with the same words. */
const always = (text: string) => () => ({ text });

verifies('7.19', 'the prompt is words, standard input, or both, from a pipe or a terminal', async () => {
  await using set = await scene(always('answer'));
  const { home, model } = set;
  const said = () => words(model.requests.at(-1)!.body).at(-1);
  const cases: [string[], string | undefined, string][] = [
    [['exec', 'do it'], undefined, 'do it'],
    [['exec', 'do it'], 'data\n', 'do it\n\n<stdin>\ndata\n</stdin>'],
    [['exec', 'do it'], 'data', 'do it\n\n<stdin>\ndata\n</stdin>'],
    [['exec', '-'], 'from a pipe', 'from a pipe'],
    [['exec'], 'from a pipe\nof two lines', 'from a pipe\nof two lines'],
  ];
  for (const [args, stdin, expected] of cases) {
    const ran = await home.tcx(args, stdin === undefined ? {} : { stdin });
    expect([ran.code, ran.stdout], args.join(' ')).toEqual([0, 'answer\n']);
    expect(said(), args.join(' ')).toBe(expected);
  }
  const before = model.requests.length;
  const empty = await home.tcx(['exec']);
  expect([empty.code, empty.stdout]).toEqual([1, '']);
  expect(empty.stderr).toContain('Reading prompt from stdin...\nError: No prompt provided via stdin.');
  const none = await onTerminal(home, `${tcx} exec`);
  expect([none.code, none.screen]).toEqual([1, expect.stringContaining('Error: No prompt provided.')]);
  expect(model.requests).toHaveLength(before);
  const typed = await onTerminal(home, `${tcx} exec 'on a terminal' > out 2> err`);
  expect(typed.code).toBe(0);
  expect(said()).toBe('on a terminal');
  expect(readFileSync(join(home.work, 'out'), 'utf8')).toBe('answer\n');
  expect(readFileSync(join(home.work, 'err'), 'utf8')).not.toContain('Reading');
});

verifies('7.19', 'standard input may be UTF-16 or UTF-32, and nothing else that is no text', async () => {
  await using set = await scene(always('answer'));
  const { home, model } = set;
  const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('Grüße', 'utf16le')]);
  const codes = [...'hi 👋'].map((character) => character.codePointAt(0)!);
  const utf32 = Buffer.concat([
    Buffer.from([0, 0, 0xfe, 0xff]),
    ...codes.map((code) => Buffer.from([0, code >>> 16, (code >>> 8) & 255, code & 255])),
  ]);
  for (const [name, bytes] of [
    ['a', utf16],
    ['b', utf32],
    ['c', Buffer.from([0x68, 0xff, 0x69])],
  ] as const)
    writeFileSync(join(home.work, name), bytes);
  const fed = (name: string) => onTerminal(home, `${tcx} exec - < ${name} > out 2> err; echo "code $?"`);
  await fed('a');
  expect(words(model.requests.at(-1)!.body)).toEqual(['Grüße']);
  await fed('b');
  expect(words(model.requests.at(-1)!.body)).toEqual(['hi 👋']);
  expect((await fed('c')).screen).toContain('code 1');
  expect(readFileSync(join(home.work, 'err'), 'utf8')).toContain('is not text in UTF-8');
});

verifies('7.19', 'the answer alone is on stdout, the rest on stderr, and in a file when asked', async () => {
  await using set = await scene([
    { text: 'I look.', calls: [{ name: 'exec_command', args: { cmd: 'ls' } }] },
    { text: 'Nothing there.' },
    { calls: [{ name: 'exec_command', args: { cmd: 'pwd' } }] },
    { status: 400, error: { message: 'no more' } },
  ]);
  const { home } = set;
  const ran = await home.tcx(['exec', '-o', 'last.txt', 'look']);
  expect([ran.code, ran.stdout]).toEqual([0, 'Nothing there.\n']);
  for (const part of [
    'workdir: ',
    'user\nlook\n',
    'tcx\nI look.\n',
    '/bin/bash -lc ls in ',
    ' succeeded in ',
    'tokens used\n',
  ])
    expect(ran.stderr).toContain(part);
  expect(readFileSync(join(home.work, 'last.txt'), 'utf8')).toBe('Nothing there.');
  const failed = await home.tcx(['exec', '-o', 'none.txt', 'again']);
  expect([failed.code, failed.stdout]).toEqual([1, '']);
  expect(failed.stderr).toContain('ERROR: ');
  expect(failed.stderr).toContain('Warning: no last agent message');
  expect(readFileSync(join(home.work, 'none.txt'), 'utf8')).toBe('');
});

verifies('7.19', 'a wrong command line is exit 2 with the right one beside it, and nothing runs', async () => {
  await using set = await scene(always('answer'), { cold: true });
  const { home } = set;
  const cases: [string[], string][] = [
    [['exec', '--modle', 'x', 'hi'], "a similar argument exists: '--model'"],
    [['exec', 'fix', 'it'], 'put the prompt in quotes'],
    [['exec', '-s', 'everything', 'hi'], 'possible values: read-only, workspace-write, danger-full-access'],
    [['exec', '--color', 'blue', 'hi'], 'possible values: always, never, auto'],
    [['exec', '--last', 'hi'], '--last goes with tcx exec resume'],
    [['exec', 'fork'], 'required arguments were not provided: SESSION'],
    [['exec', '--wait-approval=soon', 'hi'], 'a duration such as 30s'],
    [['intrupt'], "a similar subcommand exists: 'interrupt'"],
    [['rename', 'x'], 'tcx rename SESSION NAME'],
    [['daemon', 'strat'], "a similar one exists: 'start'"],
    [['wait', '.', '--for', 'ever'], 'possible values: idle, needs-you, done'],
  ];
  for (const [args, tip] of cases) {
    const ran = await home.tcx(args);
    expect([ran.code, ran.stdout], args.join(' ')).toEqual([2, '']);
    expect(ran.stderr, args.join(' ')).toContain(tip);
  }
  expect(home.pid()).toBeUndefined();
});

verifies(
  '7.19',
  'what cannot begin is exit 1 with a sentence: sessions, providers, keys of config, files of it',
  async () => {
    await using set = await scene(always('answer'));
    const { home, model } = set;
    const failing = async (args: string[], sentence: string | RegExp, options = {}) => {
      const ran = await home.tcx(args, options);
      expect([ran.code, ran.stdout], args.join(' ')).toEqual([1, '']);
      expect(ran.stderr, args.join(' ')).toMatch(sentence);
    };
    await failing(['exec', 'resume', 'nobody', 'hi'], /Error: no session is called nobody\n {2}tcx ls --all/);
    await failing(
      ['exec', 'resume', '0190a000-0000-7000-8000-000000000001', 'hi'],
      /Error: there is no session 0190a000/,
    );
    await failing(['exec', 'resume', '--last', 'hi'], /Error: there is no session in .*\n {2}tcx ls --all/);
    await failing(['exec', '-c', 'model_provider=nope', 'hi'], /no model provider is called "nope"; there are openai/);
    await failing(['exec', '-c', 'approval_policy=sometimes', 'hi'], /approval_policy/);
    await failing(['exec', '-C', '/nowhere', 'hi'], /Error: cannot work in \/nowhere/);
    writeFileSync(join(home.home, 'config.toml'), 'model = "gpt-5.5"\nmodel_provider = [\n');
    await until(
      async () => (await home.tcx(['exec', 'hi'])).stderr.includes('config.toml:'),
      'the file to be read again',
    );
    await failing(['exec', 'hi'], /Error loading config\.toml:\n.*config\.toml:\d+:\d+/);
    expect(model.requests).toEqual([]);
  },
);

verifies('7.19', 'nothing configured is exit 1 with the ways out', async () => {
  await using home = await startDaemon();
  const ran = await home.tcx(['exec', 'hi']);
  expect([ran.code, ran.stdout]).toEqual([1, '']);
  expect(ran.stderr).toContain('No model is configured. Set OPENAI_API_KEY or ANTHROPIC_API_KEY');
  expect(ran.stderr).toContain('tcx exec --demo');
});

verifies('7.19', 'outside a repository it works only when that is waived or the folder is trusted', async () => {
  await using set = await scene(always('answer'));
  const { home } = set;
  const bare = join(home.env.HOME!, 'bare');
  mkdirSync(bare);
  const refused = await home.tcx(['exec', 'hi'], { cwd: bare });
  expect([refused.code, refused.stdout]).toEqual([1, '']);
  expect(refused.stderr).toContain('Not inside a trusted directory and --skip-git-repo-check was not specified.');
  const trust = `projects={${JSON.stringify(bare)}={trust_level="trusted"}}`;
  for (const args of [['--skip-git-repo-check'], ['--yolo'], ['-C', home.work], ['-c', trust]]) {
    const ran = await home.tcx(['exec', ...args, 'hi'], { cwd: bare });
    expect([ran.code, ran.stdout, ran.stderr], args.join(' ')).toEqual([0, 'answer\n', expect.anything()]);
  }
});

verifies('7.19', 'it goes on with a session by id, name or --last, and with a fork of one', async () => {
  await using set = await scene(({ n }) => ({ text: `answer ${n}` }));
  const { home, model } = set;
  const other = join(home.env.HOME!, 'other');
  mkdirSync(join(other, '.git'), { recursive: true });
  const first = await home.tcx(['exec', '--json', 'blue whale']);
  const id = (JSON.parse(first.stdout.split('\n')[0]!) as { thread_id: string }).thread_id;
  const said = () => words(model.requests.at(-1)!.body);
  await home.tcx(['exec', 'resume', id, 'by id']);
  expect(said()).toEqual(['blue whale', 'by id']);
  await home.tcx(['exec', 'resume', 'blue-whale', '-'], { stdin: 'by name' });
  expect(said()).toEqual(['blue whale', 'by id', 'by name']);
  await home.tcx(['exec', 'elsewhere'], { cwd: other });
  await home.tcx(['exec', 'resume', '--last', 'by age']);
  expect(said()).toEqual(['blue whale', 'by id', 'by name', 'by age']);
  await home.tcx(['exec', 'resume', '--last', '--all', 'of all'], { cwd: other });
  expect(said().at(-1)).toBe('of all');
  const forked = await home.tcx(['exec', 'fork', id, 'another way']);
  expect([forked.code, forked.stdout]).toEqual([0, expect.stringMatching(/^answer \d+\n$/)]);
  expect(said().slice(-2)).toEqual([expect.anything(), 'another way']);
  const only = await home.tcx(['exec', 'fork', id]);
  expect([only.code, only.stdout]).toEqual([0, expect.stringMatching(/^[0-9a-f-]{36}\n$/)]);
  await home.tcx(['archive', id]);
  const archived = await home.tcx(['exec', 'resume', id, 'more']);
  expect([archived.code, archived.stderr]).toEqual([1, expect.stringContaining('tcx unarchive blue-whale')]);
});

verifies('7.19', 'beside a turn that runs it waits for its own', async () => {
  const held = Promise.withResolvers<void>();
  await using set = await scene(async ({ n }) => {
    if (n === 1) await held.promise;
    return { text: n === 1 ? 'the first' : 'the second' };
  });
  const { home, model } = set;
  const first = home.tcx(['exec', 'long work']);
  await model.request(1);
  const second = home.tcx(['exec', 'resume', 'long-work', '--json', 'short work']);
  const client = await home.client();
  await until(async () => (await client.request('resolve', { session: 'long-work' })).pending === 1, 'the queue');
  held.resolve();
  expect((await first).stdout).toBe('the first\n');
  const events = (await second).stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { type: string; item?: { text: string } });
  expect(events.map(({ type }) => type)).toEqual([
    'thread.started',
    'turn.started',
    'item.completed',
    'turn.completed',
  ]);
  expect(events[2]!.item!.text).toBe('the second');
  client.close();
});

verifies('7.19', 'Ctrl-C ends the turn and is exit 1; a second one does not wait', async () => {
  await using set = await scene(({ n }) =>
    n === 1 ? { text: 'never whole', cut: 'silent' } : { text: 'x', waitMs: 60_000 },
  );
  const { home, model } = set;
  for (const signals of [1, 2]) {
    const child = home.spawnTcx(['exec', `count ${signals}`]);
    const exited = new Promise<number | null>((resolve) => child.on('exit', resolve));
    await model.request(signals);
    const client = await home.client();
    await until(async () => (await client.request('resolve', { session: `count-${signals}` })).state === 'thinking');
    for (let n = 0; n < signals; n++) child.kill('SIGINT');
    expect(await exited).toBe(1);
    await until(async () => (await client.request('resolve', { session: `count-${signals}` })).ended === 'interrupted');
    client.close();
  }
});

verifies('7.19', 'without a person a call is refused in words that name the ways, and the turn goes on', async () => {
  await using set = await scene([
    { calls: [{ name: 'exec_command', args: { cmd: 'touch made' } }] },
    { text: 'I could not.' },
  ]);
  const { home, model } = set;
  const ran = await home.tcx(['exec', 'make it']);
  expect([ran.code, ran.stdout]).toEqual([0, 'I could not.\n']);
  const [output] = outputs(model.requests[1]!.body);
  expect(output).toContain('--yolo');
  expect(output).toContain('--wait-approval');
});

verifies(
  '7.19 11.04',
  '--wait-approval waits for tcx approve; when its time is over the exit is 3 and the question stays',
  async () => {
    const call = { calls: [{ name: 'exec_command', args: { cmd: 'touch made' } }] };
    await using set = await scene([call, { text: 'made' }, call, { text: 'late' }]);
    const { home } = set;
    const waiting = home.tcx(['exec', '--wait-approval', 'build shed']);
    const [question] = await until(async () => {
      const asked = JSON.parse((await home.tcx(['inbox', '--json'])).stdout) as { approval: string }[];
      return asked.length > 0 ? asked : undefined;
    });
    expect((await home.tcx(['approve', question!.approval])).code).toBe(0);
    const ran = await waiting;
    expect([ran.code, ran.stdout]).toEqual([0, 'made\n']);
    expect(ran.stderr).toContain(`waiting for approval ${question!.approval}: touch made`);
    const late = await home.tcx(['exec', '--wait-approval=300ms', 'paint shed again']);
    expect([late.code, late.stdout]).toEqual([3, '']);
    expect(late.stderr).toContain('tcx approve a2');
    expect((await home.tcx(['decide', 'a2', '1'])).code).toBe(0);
    expect(await home.tcx(['wait', 'paint-shed-again'])).toMatchObject({ code: 0, stderr: '' });
    const rows = await log(home, 'paint-shed-again');
    expect(rows.findLast(({ kind }) => kind === 'assistant')).toMatchObject({ body: { text: 'late' } });
  },
);

verifies('7.19', 'a daemon that dies under it is started again, and the turn ends right', async () => {
  const held = Promise.withResolvers<void>();
  await using set = await scene(async ({ n }) => {
    if (n === 1) await held.promise;
    return { text: 'whole' };
  });
  const { home, model } = set;
  const running = home.tcx(['exec', 'survive']);
  await model.request(1);
  await home.kill('SIGKILL');
  const ran = await running;
  held.resolve();
  expect([ran.code, ran.stdout, ran.stderr]).toEqual([0, 'whole\n', expect.anything()]);
});

verifies(
  '7.19',
  'a turn that needs a key which is not here ends, and does not begin by itself another day',
  async () => {
    await using home = await startDaemon({ config: 'model_provider = "openai"\nmodel = "gpt-5.5"\n' });
    const ran = await home.tcx(['exec', 'hi']);
    expect([ran.code, ran.stdout]).toEqual([1, '']);
    expect(ran.stderr).toMatch(/OPENAI_API_KEY/);
    expect((await log(home, 'hi')).at(-1)).toMatchObject({ kind: 'turn.ended', body: { status: 'interrupted' } });
  },
);
