import { expect, test } from 'vitest';
import type { Item, ToolSpec } from '../../core/items.ts';
import { farewell, greeting, interpret } from './demo-rules.ts';
import { callArgs, type ScriptedAnswer } from './script.ts';

const fn = (name: string, properties = {}): ToolSpec => ({
  form: 'function',
  name,
  description: '',
  parameters: { type: 'object', properties },
});
const patch: ToolSpec = { form: 'custom', name: 'apply_patch', description: '', grammar: '' };
const tools: readonly ToolSpec[] = [fn('exec_command'), patch, fn('update_plan')];

const ran = (text: string, code = 0) =>
  `Chunk ID: c57c85\nWall time: 0.0671 seconds\nProcess exited with code ${code}\nOriginal token count: 2\nOutput:\n${text}`;
const patched = 'Exit code: 0\nWall time: 0 seconds\nOutput:\nSuccess. Updated the following files:\nA x\n';

/** Plays a conversation to its end: each call is answered by `world`. */
function play(
  said: string,
  world: (call: { name: string; args: string }) => string,
  offered = tools,
): ScriptedAnswer[] {
  const items: Item[] = [{ kind: 'user', text: said }];
  const answers: ScriptedAnswer[] = [];
  for (let n = 0; n < 20; n++) {
    const answer = interpret({ items, tools: offered });
    answers.push(answer);
    if (answer.text) items.push({ kind: 'assistant', text: answer.text });
    for (const [i, call] of (answer.calls ?? []).entries()) {
      const id = `${n}.${i}`;
      items.push({ kind: 'call', id, name: call.name, form: call.form ?? 'function', args: callArgs(call) });
      items.push({
        kind: 'output',
        id,
        form: call.form ?? 'function',
        text: world({ name: call.name, args: callArgs(call) }),
      });
    }
    if (!answer.calls) return answers;
  }
  throw new Error('the demo never ends');
}
const calls = (answers: readonly ScriptedAnswer[]) => answers.flatMap((answer) => (answer.calls ?? []).map(callArgs));
const last = (answers: readonly ScriptedAnswer[]) => answers.at(-1)?.text ?? '';

test('says what it is in the first line of the first answer, and only there', () => {
  const answers = play('run ls', () => ran('a\nb\n'));
  expect(answers[0]!.text?.split('\n')[0]).toBe(greeting);
  expect(last(answers)).not.toContain(greeting);
  const later: Item[] = [
    { kind: 'user', text: 'x' },
    { kind: 'assistant', text: 'y' },
    { kind: 'user', text: 'count to 2' },
  ];
  expect(interpret({ items: later, tools }).text).toBe('1 2');
});

test('run: one real call, then what it printed', () => {
  const answers = play('run ls -l', () => ran('a.txt\nb.txt\n'));
  expect(calls(answers)).toEqual(['{"cmd":"ls -l"}']);
  expect(last(answers)).toBe('`ls -l` exited with code 0 and printed:\n\n```\na.txt\nb.txt\n```');
});

test.each([
  [ran('', 3), '`x` exited with code 3 and printed nothing.'],
  ['Process running with session ID 4711\nOutput:\n', '`x` still runs, as session 4711.'],
  ['exec_command failed: rejected by user', '`x` did not run: exec_command failed: rejected by user'],
])('run tells how it went: %s', (output, text) => {
  expect(last(play('run x', () => output))).toBe(text);
});

test('create: a patch in the form that is offered', () => {
  const freeform = play('create notes/a.txt with one\\ntwo', () => patched);
  expect(calls(freeform)).toEqual(['*** Begin Patch\n*** Add File: notes/a.txt\n+one\n+two\n*** End Patch\n']);
  expect(freeform[0]!.calls![0]!.form).toBe('custom');
  expect(last(freeform)).toBe('I created notes/a.txt.');
  const asFunction = play('create "a b.txt" with x', () => patched, [fn('apply_patch')]);
  expect(JSON.parse(calls(asFunction)[0]!).input).toContain('*** Add File: a b.txt\n+x\n');
  expect(calls(play('create /a with x', () => 'Wrote /a', [fn('write_file')]))).toEqual([
    '{"file_path":"/a","content":"x\\n"}',
  ]);
});

test('replace: reads first, then changes every line that has it', () => {
  const answers = play('replace "red" by green in c.txt', ({ name }) =>
    name === 'exec_command' ? ran('a red\nblue\nred red\n') : patched,
  );
  expect(calls(answers)).toEqual([
    `{"cmd":"cat -- 'c.txt'"}`,
    '*** Begin Patch\n*** Update File: c.txt\n@@\n-a red\n+a green\n@@\n-red red\n+green green\n*** End Patch\n',
  ]);
  expect(last(answers)).toBe('I changed 2 lines of c.txt.');
});

test('replace: says so when there is nothing to change, and when it failed', () => {
  expect(last(play('replace x by y in c', () => ran('abc\n')))).toBe('c does not contain "x".');
  expect(last(play('replace x by y in c', () => ran('cat: c: No such file\n', 1)))).toContain('I could not read c');
  expect(
    last(play('replace b by y in c', ({ name }) => (name === 'exec_command' ? ran('b\n') : 'patch rejected by user'))),
  ).toContain('rejected');
});

test('read: by the file tool where there is one', () => {
  const byShell = play("read it's", () => ran('one\n'));
  expect(calls(byShell)).toEqual([JSON.stringify({ cmd: "cat -- 'it'\\''s'" })]);
  const byTool = play('read /a.txt', () => 'L1: one\nL2: \nL3: two', [...tools, fn('read_file')]);
  expect(calls(byTool)).toEqual(['{"file_path":"/a.txt"}']);
  expect(last(byTool)).toBe('/a.txt holds:\n\n```\none\n\ntwo\n```');
  expect(last(play('read /a', () => 'failed to read file: gone', [fn('read_file')]))).toBe(
    'I could not read /a: failed to read file: gone',
  );
});

test('read: a relative name needs the folder that the harness told, else the shell finds it', () => {
  const context: Item = { kind: 'user', text: '<environment_context>\n<cwd>/work/x</cwd>\n</environment_context>' };
  const offered = [...tools, fn('read_file')];
  const [call] = interpret({ items: [context, { kind: 'user', text: 'read a.txt' }], tools: offered }).calls ?? [];
  expect(call).toEqual({ name: 'read_file', args: { file_path: '/work/x/a.txt' } });
  expect(calls(play('read a.txt', () => ran('one\n'), offered))).toEqual([`{"cmd":"cat -- 'a.txt'"}`]);
});

test('plan, ask and agents make the calls of their tools', () => {
  expect(calls(play('plan: look; change;test', () => 'Plan updated'))).toEqual([
    JSON.stringify({
      plan: [
        { step: 'look', status: 'in_progress' },
        { step: 'change', status: 'pending' },
        { step: 'test', status: 'pending' },
      ],
    }),
  ]);
  const asked = play('ask which colour? red / blue', () => '{"answers":{}}', [fn('request_user_input')]);
  expect(JSON.parse(calls(asked)[0]!).questions[0]).toMatchObject({
    question: 'which colour?',
    options: [{ label: 'red' }, { label: 'blue' }],
  });
  const agents = play('agents: look | test it', () => '{}', [fn('spawn_agent', { task_name: {} })]);
  expect(calls(agents)).toEqual([
    '{"task_name":"demo_1","message":"look"}',
    '{"task_name":"demo_2","message":"test it"}',
  ]);
  expect(last(agents)).toBe('I started 2 agents.');
});

test('count: fast or slowly', () => {
  expect(play('count to 3', () => '')[0]).toMatchObject({ text: expect.stringContaining('1 2 3') });
  expect(play('count to 3', () => '')[0]).not.toHaveProperty('delayMs');
  expect(play('Count to 3 slowly', () => '')[0]!.delayMs).toBeGreaterThan(100);
});

test('several lines are several steps, each seen before the next', () => {
  const answers = play('run one\ncount to 2\n\nreplace a by b in f\nrun two', ({ args }) =>
    args.includes('Begin Patch') ? patched : ran(args.includes('cat') ? 'a\n' : 'ok\n'),
  );
  expect(answers.map(({ calls: made = [] }) => made.map(({ name }) => name))).toEqual([
    ['exec_command'],
    ['exec_command'],
    ['apply_patch'],
    ['exec_command'],
    [],
  ]);
  expect(answers[1]!.text).toBe('`one` exited with code 0 and printed:\n\n```\nok\n```\n\n1 2');
  expect(answers[2]!.text).toBeUndefined();
  expect(answers[3]!.text).toBe('I changed 1 line of f.');
});

test.each(['run ls', 'read a', 'create a with b', 'replace a by b in c', 'plan: a', 'ask why?', 'agents: a'])(
  'without its tool, "%s" is answered plainly',
  (line) => {
    const [answer] = play(line, () => '', []);
    expect(answer!.calls).toBeUndefined();
    expect(answer!.text).toMatch(/I cannot .*: the tool \w+ is not offered to me here\.$/);
  },
);

test('anything else gets the rules and the way to a real model', () => {
  const [answer] = play('please fix my bug', () => '');
  expect(answer!.text).toContain('- run CMD');
  expect(answer!.text?.split('\n').at(-1)).toBe(farewell);
  expect(farewell).toBe('This is the demo. A real model: /model');
});

test('words of the harness are not the person’s; a steer is', () => {
  const items: Item[] = [
    { kind: 'user', text: 'count to 2' },
    { kind: 'user', text: '<environment_context>\n<cwd>/</cwd>\n</environment_context>' },
    { kind: 'user', text: '# AGENTS.md instructions for /x' },
  ];
  expect(interpret({ items, tools }).text).toContain('1 2');
  const steered = interpret({ items: [...items, { kind: 'user', text: 'count to 4' }], tools });
  expect(steered.text).toContain('1 2 3 4');
});

test('an output that is still missing is waited for by asking the same again', () => {
  const items: Item[] = [
    { kind: 'user', text: 'run ls' },
    { kind: 'call', id: '1', name: 'exec_command', form: 'function', args: '{}' },
  ];
  expect(interpret({ items, tools }).calls).toHaveLength(1);
});
