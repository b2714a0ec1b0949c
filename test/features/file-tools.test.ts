/** apply_patch and the optional tools through the product: offered by config, their answers, and how much of them is kept. */
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import type { Client } from '../../ipc/client.ts';
import { startDaemon, type TestHome } from '../daemon.ts';
import { fakeModel } from '../fake-model.ts';
import { asking, providerAt } from '../session.ts';
import { call, exec, patchCall, readExec, type ToolboxOptions, toolbox } from '../toolbox.ts';
import { verifies } from '../verifies.ts';

const optional = ['grep_files', 'list_dir', 'read_file', 'update_plan', 'write_file'];
let daemon: TestHome;
let client: Client;
/** A folder of the running test. */
let place: string;
let count = 0;
beforeAll(async () => {
  daemon = await startDaemon({ config: optional.map((name) => `[tools.${name}]\nenabled = true\n`).join('') });
  client = await daemon.client();
});
afterAll(async () => {
  client?.close();
  await daemon?.[Symbol.asyncDispose]();
});
beforeEach(() => {
  place = join(daemon.work, `place-${++count}`);
  mkdirSync(place);
});
const box = (options: ToolboxOptions = {}) => toolbox(client, place, options);
const put = (name: string, text: string) => {
  mkdirSync(dirname(join(place, name)), { recursive: true });
  writeFileSync(join(place, name), text);
};
const read = (name: string) => readFileSync(join(place, name), 'utf8');

verifies('1.02 1.03 1.04 1.05 1.08', 'what config enables is offered besides the tools every session has', async () => {
  await using tools = await box();
  await tools.run(exec('pwd'));
  const offered = tools.model.requests[0]!.body.tools;
  expect(offered.map(({ name }) => name).sort()).toEqual(
    ['apply_patch', 'exec_command', ...optional, 'write_stdin'].sort(),
  );
  for (const tool of offered.filter(({ type }) => type === 'function'))
    expect(tool).toMatchObject({ strict: false, parameters: { additionalProperties: false } });
});

verifies('1.02', 'read_file: a slice, a block round its anchor, and an offset past the end', async () => {
  put('code.py', Array.from({ length: 40 }, (_, i) => (i % 10 === 0 ? `def f${i}():` : `    line ${i}`)).join('\n'));
  put('block.py', 'first\nsecond\nif x:\n    one\n    two\nelse:\nlast\n');
  await using tools = await box();
  const path = join(place, 'code.py');
  const [slice, block, past, relative, missing] = await tools.run(
    call('read_file', { file_path: path, offset: 10, limit: 5 }),
    call('read_file', { file_path: join(place, 'block.py'), offset: 4, mode: 'indentation' }),
    call('read_file', { file_path: path, offset: 100 }),
    call('read_file', { file_path: 'code.py' }),
    call('read_file', { file_path: join(place, 'none') }),
  );
  expect(slice).toBe('L10:     line 9\nL11: def f10():\nL12:     line 11\nL13:     line 12\nL14:     line 13');
  expect(block).toBe('L3: if x:\nL4:     one\nL5:     two\nL6: else:');
  expect(past).toBe('offset exceeds file length');
  expect(relative).toMatch(/absolute/);
  expect(missing).toMatch(/^failed to read file: /);
});

verifies('1.02 1.04', 'what a reading tool answers is cut for the conversation like every output', async () => {
  put('big.txt', Array.from({ length: 2000 }, (_, i) => `${i} ${'x'.repeat(100)}`).join('\n'));
  await using tools = await box();
  const [text] = await tools.run(call('read_file', { file_path: join(place, 'big.txt') }));
  expect(Buffer.byteLength(text!)).toBeLessThan(48_000 + 100);
  expect(text).toMatch(/^L1: 0 x+\n[\s\S]*…\d+ tokens truncated…[\s\S]*L2000: 1999 x+$/);
  await using small = await box({ more: ['tool_output_token_limit=100'] });
  const [short] = await small.run(call('list_dir', { dir_path: '/usr/bin', limit: 500 }));
  expect(Buffer.byteLength(short!)).toBeLessThan(480 + 100);
  expect(small.session.all('output')[0]!.text).toBe(short);
});

verifies('1.04', 'list_dir: the sorted tree with its marks, and how many were shown when there are more', async () => {
  for (let i = 0; i < 30; i++) put(`f${String(i).padStart(2, '0')}`, '');
  put('sub/deep/deeper/bottom', '');
  symlinkSync('f00', join(place, 'link'));
  await using tools = await box();
  const [first, rest, bad] = await tools.run(
    call('list_dir', { dir_path: place, depth: 2, limit: 25 }),
    call('list_dir', { dir_path: place, offset: 26, limit: 25 }),
    call('list_dir', { dir_path: place, offset: 999 }),
  );
  const lines = first!.split('\n');
  expect(lines.slice(0, 4)).toEqual([`Absolute path: ${place}`, 'f00', 'f01', 'f02']);
  expect(lines.at(-1)).toBe('More than 25 entries found');
  expect(lines).toHaveLength(27);
  expect(rest!.split('\n').slice(1)).toEqual(['f25', 'f26', 'f27', 'f28', 'f29', 'link@', 'sub/', '  deep/']);
  expect(bad).toBe('offset exceeds directory entry count');
});

for (const rg of [true, false])
  verifies('1.05', `grep_files ${rg ? 'with' : 'without'} rg: newest first, globs, limits, nothing found`, async () => {
    const config = '[tools.grep_files]\nenabled = true\n';
    await using own = rg ? undefined : await startDaemon({ env: { PATH: '/nonexistent' }, config });
    using another = await own?.client();
    for (const [i, name] of ['a.ts', 'b.ts', 'c.md', 'sub/d.ts'].entries()) {
      put(name, i === 2 ? 'needle in markdown\n' : `const x = 1;\n// needle ${i}\n`);
      utimesSync(join(place, name), 1_700_000_000 + i, 1_700_000_000 + i);
    }
    put('e.ts', 'nothing');
    await using tools = await toolbox(another ?? client, place);
    const [all, typed, limited, none, empty] = await tools.run(
      call('grep_files', { pattern: 'needle \\d|in markdown' }),
      call('grep_files', { pattern: 'needle', include: '*.ts' }),
      call('grep_files', { pattern: 'needle', limit: 1 }),
      call('grep_files', { pattern: 'absent' }),
      call('grep_files', { pattern: '' }),
    );
    const paths = (text: string) => text.split('\n').map((path) => path.replace(`${place}/`, ''));
    expect(paths(all!)).toEqual(['sub/d.ts', 'c.md', 'b.ts', 'a.ts']);
    expect(paths(typed!)).toEqual(['sub/d.ts', 'b.ts', 'a.ts']);
    expect(paths(limited!)).toEqual(['sub/d.ts']);
    expect(none).toBe('No matches found.');
    expect(empty).toMatch(/empty/);
  });

verifies('1.03', 'write_file makes parents and the file, and clients see the diff', async () => {
  await using tools = await box();
  const target = join(place, 'new', 'deep', 'file.txt');
  const [done] = await tools.run(call('write_file', { file_path: target, content: 'one\ntwo\n' }));
  expect(done).toContain(`A ${target}`);
  expect(readFileSync(target, 'utf8')).toBe('one\ntwo\n');
  expect(statSync(target).mode & 0o777).toBe(0o666 & ~process.umask());
  const diff = expect.stringContaining('+one\n+two');
  expect(tools.session.all('patch')).toEqual([
    { call: 1, changes: [{ path: target, kind: 'add', added: 2, removed: 0, diff }] },
  ]);
});

verifies('1.03', 'write_file outside asks, and is refused where nothing may be asked', async () => {
  const outside = join(daemon.work, 'outside.txt');
  const write = call('write_file', { file_path: outside, content: 'x' });
  await using never = await box({ settings: { approval: 'never', sandbox: 'workspace-write' } });
  expect((await never.run(write))[0]).toMatch(/^patch rejected: /);
  expect(existsSync(outside)).toBe(false);
  await using asks = await box({ settings: asking });
  await asks.begin(write);
  const question = await asks.session.question();
  expect(question).toMatchObject({
    kind: 'patch',
    summary: expect.stringContaining('outside.txt'),
    because: expect.stringContaining('outside'),
  });
  expect(question.choices.map(({ id }) => id)).toEqual(['once', 'no', 'abort']);
  await asks.session.decide(question.approval, 'once');
  expect((await asks.outputs())[0]).toContain('A ');
  expect(readFileSync(outside, 'utf8')).toBe('x');
  rmSync(outside);
});

verifies(
  '1.06',
  'a patch that adds, updates, moves and deletes answers in A, M, D order; a bad hunk changes nothing',
  async () => {
    put('old.txt', 'a\nb\nc\n');
    put('gone.txt', 'x\n');
    put('move.txt', 'm\n');
    await using tools = await box();
    const patch = [
      '*** Begin Patch',
      '*** Delete File: gone.txt',
      '*** Update File: old.txt',
      '@@',
      ' a',
      '-b',
      '+B',
      '*** Update File: move.txt',
      '*** Move to: sub/moved.txt',
      '@@',
      '-m',
      '+M',
      '*** Add File: new.txt',
      '+hello',
      '*** End Patch',
    ].join('\n');
    const [done] = await tools.run(patchCall(patch));
    expect(done).toMatch(
      /^Exit code: 0\nWall time: \d+(\.\d)? seconds\nOutput:\nSuccess\. Updated the following files:\nA new\.txt\nM old\.txt\nM sub\/moved\.txt\nD gone\.txt\n$/,
    );
    expect([read('old.txt'), read('sub/moved.txt'), read('new.txt')]).toEqual(['a\nB\nc\n', 'M\n', 'hello\n']);
    expect([existsSync(join(place, 'gone.txt')), existsSync(join(place, 'move.txt'))]).toEqual([false, false]);
    const hunk = '*** Update File: old.txt\n@@\n-absent line\n+y';
    const [failed] = await tools.run(patchCall(`*** Begin Patch\n*** Add File: never.txt\n+x\n${hunk}\n*** End Patch`));
    expect(failed).toBe(
      `apply_patch verification failed: Failed to find expected lines in ${place}/old.txt:\nabsent line`,
    );
    expect([existsSync(join(place, 'never.txt')), read('old.txt')]).toEqual([false, 'a\nB\nc\n']);
  },
);

verifies(
  '1.06',
  'a command that is nothing but a patch is a patch, in its own folder; anything more is a command',
  async () => {
    mkdirSync(join(place, 'sub'));
    await using tools = await box();
    const patch = (name: string) => `*** Begin Patch\n*** Add File: ${name}\n+x\n*** End Patch`;
    const [done, below, bare, more] = await tools.run(
      exec(`apply_patch <<'EOF'\n${patch('one.txt')}\nEOF`),
      exec(`cd sub && apply_patch <<EOF\n${patch('two.txt')}\nEOF`),
      exec(patch('three.txt')),
      exec(`apply_patch <<'EOF'\n${patch('four.txt')}\nEOF\necho after`),
    );
    const applied = (name: string) =>
      `Wall time: 0.0000 seconds\nOutput:\nExit code: 0\nWall time: 0 seconds\nOutput:\nSuccess. Updated the following files:\nA ${name}\n`;
    expect([done, below]).toEqual([applied('one.txt'), applied('two.txt')]);
    expect([read('one.txt'), read('sub/two.txt')]).toEqual(['x\n', 'x\n']);
    expect(bare).toMatch(/^apply_patch verification failed: .*without an explicit apply_patch call/);
    expect(readExec(more!).output).toContain('after');
    const paths = tools.session.all('patch').map(({ changes }) => changes[0]!.path.replace(`${place}/`, ''));
    expect([...paths].sort()).toEqual(['one.txt', 'sub/two.txt']);
  },
);

verifies('1.06', 'a patch over Messages and Chat is a function with one text, over Responses freeform', async () => {
  const patch = '*** Begin Patch\n*** Add File: wire.txt\n+x\n*** End Patch';
  for (const wire of ['messages', 'chat'] as const) {
    await using model = await fakeModel([{ calls: [patchCall(patch)] }, { text: 'ok' }]);
    const config = [...providerAt(model, wire), 'model_provider="fake"'].flatMap((each) => ['-c', each]);
    const ran = await daemon.tcx(['exec', '--yolo', '-C', place, '-m', 'claude-sonnet-5-5', ...config, 'go']);
    expect(ran.code).toBe(0);
    expect(model.requests[1]!.text).toContain('A wire.txt');
    expect(read('wire.txt')).toBe('x\n');
    rmSync(join(place, 'wire.txt'));
  }
});

verifies('1.08', 'update_plan answers Plan updated, and exec --json shows the steps as a todo list', async () => {
  const plan = (...states: string[]) =>
    call('update_plan', { plan: states.map((status, i) => ({ step: `step ${i}`, status })) });
  await using model = await fakeModel([
    { calls: [plan('in_progress', 'pending')] },
    { calls: [plan('completed', 'in_progress')] },
    { text: 'planned' },
  ]);
  const config = [...providerAt(model, 'responses'), 'model_provider="fake"'].flatMap((each) => ['-c', each]);
  const { stdout, code } = await daemon.tcx(['exec', '--json', '-m', 'gpt-5.5', ...config, 'plan it']);
  expect(code).toBe(0);
  const outputs = model.requests[2]!.body.input.filter(({ type }) => type === 'function_call_output');
  expect(outputs.map(({ output }) => output)).toEqual(['Plan updated', 'Plan updated']);
  const events = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { type: string; item?: { type: string } });
  const steps = (...completed: boolean[]) => completed.map((done, i) => ({ text: `step ${i}`, completed: done }));
  const todo = (type: string, items: object) => ({ type, item: { id: 'item_0', type: 'todo_list', items } });
  expect(events.filter(({ item }) => item)).toEqual([
    todo('item.started', steps(false, false)),
    todo('item.updated', steps(true, false)),
    { type: 'item.completed', item: { id: 'item_1', type: 'agent_message', text: 'planned' } },
    todo('item.completed', steps(true, false)),
  ]);
});

verifies('1.02', 'a tool that exists but is not offered is an unsupported call', async () => {
  await using own = await startDaemon();
  using other = await own.client();
  await using tools = await toolbox(other, own.work);
  const unoffered = ['read_file', 'list_dir', 'grep_files', 'write_file', 'update_plan'];
  const outputs = await tools.run(...unoffered.map((name) => call(name, { file_path: `${own.work}/a`, content: 'x' })));
  expect(outputs).toEqual(unoffered.map((name) => `unsupported call: ${name}`));
  expect(existsSync(`${own.work}/a`)).toBe(false);
  await other.request('settings', {
    session: tools.session.id,
    settings: { overrides: ['tools.write_file.enabled=true'] },
  });
  await tools.run(call('write_file', { file_path: `${own.work}/a`, content: 'x' }));
  expect(readFileSync(`${own.work}/a`, 'utf8')).toBe('x');
});
