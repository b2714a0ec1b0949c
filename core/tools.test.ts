import { describe, expect, test } from 'vitest';
import { isParallel, parse, toolTraits } from './tools.ts';

const call = (name: string, args: unknown) => parse(name, 'function', JSON.stringify(args));
const use = (name: string, args: unknown) => {
  const parsed = call(name, args);
  if (!parsed.ok) throw new Error(parsed.why);
  return parsed.use;
};
const why = (name: string, args: string, form: 'function' | 'custom' = 'function') => {
  const parsed = parse(name, form, args);
  if (parsed.ok) throw new Error('it was accepted');
  return parsed.why;
};
const refusedArgs = (told: string) => `failed to parse function arguments: ${told}`;

describe('a call to no tool', () => {
  test.each(['shell', 'local_shell', 'constructor', '__proto__', 'toString', ''])('%j', (name) => {
    expect(why(name, '{}')).toBe(`unsupported call: ${name}`);
    expect(why(name, 'x', 'custom')).toBe(`unsupported custom tool call: ${name}`);
    expect(isParallel(name)).toBe(false);
  });

  test('a freeform call to a tool with arguments is told so', () => {
    expect(why('exec_command', '{"cmd":"ls"}', 'custom')).toBe('exec_command handler received unsupported payload');
  });
});

describe('arguments', () => {
  test.each([
    ['{"cmd": "ls"', 'EOF while parsing an object at line 1 column 12'],
    ['{}', 'missing field `cmd` at line 1 column 2'],
    ['{"cmd": 5}', 'invalid type: integer `5`, expected a string at line 1 column 9'],
    ['{"cmd": null}', 'invalid type: null, expected a string at line 1 column 12'],
    ['{"cmd": ["ls"]}', 'invalid type: sequence, expected a string at line 1 column 8'],
    ['["ls"]', 'invalid type: sequence, expected an object at line 1 column 0'],
    ['{"cmd":"ls","tty":"yes"}', 'invalid type: string "yes", expected a boolean at line 1 column 23'],
    ['{"cmd":"ls","yield_time_ms":"5"}', 'invalid type: string "5", expected u64 at line 1 column 31'],
    ['{"cmd":"ls","yield_time_ms":1.5}', 'invalid type: floating point `1.5`, expected u64 at line 1 column 31'],
    ['{"cmd":"ls","yield_time_ms":-1}', 'invalid value: integer `-1`, expected u64 at line 1 column 30'],
    ['{"cmd":"ls","prefix_rule":["a",1]}', 'invalid type: integer `1`, expected a string at line 1 column 32'],
    [
      '{"cmd":"ls","sandbox_permissions":"root"}',
      'unknown variant `root`, expected `use_default` or `require_escalated` at line 1 column 40',
    ],
  ])('%s', (args, told) => {
    expect(why('exec_command', args)).toBe(refusedArgs(told));
  });

  test('of a plan are placed inside the list', () => {
    expect(why('update_plan', '{"plan":[{"step":"a","status":"done"}]}')).toBe(
      refusedArgs('unknown variant `done`, expected one of `pending`, `in_progress`, `completed` at line 1 column 36'),
    );
    expect(why('update_plan', '{"plan":[{"status":"pending"}]}')).toBe(
      refusedArgs('missing field `step` at line 1 column 29'),
    );
    expect(why('update_plan', '{"plan":"a"}')).toBe(
      refusedArgs('invalid type: string "a", expected a sequence at line 1 column 11'),
    );
  });

  test('that are wrong and long are not read back whole', () => {
    expect(why('exec_command', JSON.stringify({ cmd: 'ls', tty: 'x'.repeat(100_000) })).length).toBeLessThan(300);
  });

  test('that nobody knows are ignored, and optional ones may be null', () => {
    expect(
      use('exec_command', { cmd: 'ls', environment_id: 4, workdir: null, tty: null, yield_time_ms: null }),
    ).toEqual(use('exec_command', { cmd: 'ls' }));
  });

  test('inherited from an object prototype are not there', () => {
    expect(why('read_file', '{"__proto__": {"file_path": "/etc/passwd"}}')).toMatch(/missing field `file_path`/);
  });
});

describe('exec_command', () => {
  test('has defaults', () => {
    expect(use('exec_command', { cmd: '' })).toEqual({
      name: 'exec_command',
      cmd: '',
      login: true,
      tty: false,
      yieldMs: 10_000,
      maxTokens: 10_000,
      escalate: false,
    });
  });

  test('takes what it is given', () => {
    expect(
      use('exec_command', {
        cmd: 'make',
        workdir: 'src',
        shell: '/bin/zsh',
        login: false,
        tty: true,
        yield_time_ms: 500,
        max_output_tokens: 0,
        sandbox_permissions: 'require_escalated',
        justification: 'May I?',
        prefix_rule: ['make'],
      }),
    ).toEqual({
      name: 'exec_command',
      cmd: 'make',
      workdir: 'src',
      shell: '/bin/zsh',
      login: false,
      tty: true,
      yieldMs: 500,
      maxTokens: 0,
      justification: 'May I?',
      escalate: true,
      prefixRule: ['make'],
    });
  });

  test.each([
    [0, 250],
    [249, 250],
    [30_001, 30_000],
  ])('waits %i ms as %i', (asked, waits) => {
    expect(use('exec_command', { cmd: 'ls', yield_time_ms: asked })).toMatchObject({ yieldMs: waits });
  });

  test('wants a justification to say what for', () => {
    expect(why('exec_command', '{"cmd":"ls","justification":"please"}')).toMatch(/explicit `sandbox_permissions`/);
    expect(
      use('exec_command', { cmd: 'ls', justification: 'please', sandbox_permissions: 'use_default' }),
    ).toMatchObject({ justification: 'please', escalate: false });
  });

  test('remembers a prefix only for an escalation', () => {
    expect(use('exec_command', { cmd: 'ls', prefix_rule: ['ls'] })).not.toHaveProperty('prefixRule');
  });
});

describe('write_stdin', () => {
  test.each([
    [{ chars: 'x' }, 250],
    [{ chars: 'x', yield_time_ms: 10 }, 250],
    [{ chars: 'x', yield_time_ms: 60_000 }, 30_000],
    [{}, 5_000],
    [{ chars: '', yield_time_ms: 20_000 }, 20_000],
    [{ yield_time_ms: 900_000 }, 300_000],
  ])('%j waits %i ms', (args, yieldMs) => {
    expect(use('write_stdin', { session_id: 1001, ...args })).toMatchObject({ session: 1001, yieldMs });
  });

  test('config says how long a poll may be', () => {
    const poll = (maxPollMs: number) =>
      parse('write_stdin', 'function', '{"session_id":1001,"yield_time_ms":900000}', { maxPollMs });
    expect(poll(600_000)).toMatchObject({ use: { yieldMs: 600_000 } });
    expect(poll(1)).toMatchObject({ use: { yieldMs: 5_000 } });
  });

  test('needs a session', () => {
    expect(why('write_stdin', '{"chars":"x"}')).toBe(refusedArgs('missing field `session_id` at line 1 column 13'));
  });
});

test('apply_patch is the same freeform and as a function', () => {
  const patch = '*** Begin Patch\n*** Delete File: a\n*** End Patch';
  expect(parse('apply_patch', 'custom', patch)).toEqual({ ok: true, use: { name: 'apply_patch', patch } });
  expect(call('apply_patch', { input: patch })).toEqual(parse('apply_patch', 'custom', patch));
  expect(why('apply_patch', patch)).toMatch(/^failed to parse function arguments: expected value at line 1/);
});

describe('the file tools', () => {
  test('read_file reads a slice by default', () => {
    expect(use('read_file', { file_path: 'a', indentation: { anchor_line: 4 } })).toEqual({
      name: 'read_file',
      path: 'a',
      offset: 1,
      limit: 2000,
    });
  });

  test('read_file fills in what a block needs from the slice', () => {
    expect(use('read_file', { file_path: '/a', offset: 7, limit: 9, mode: 'indentation' })).toMatchObject({
      indentation: { anchor: 7, maxLevels: 0, siblings: false, header: true, maxLines: 9 },
    });
  });

  test('list_dir, grep_files and write_file', () => {
    expect(use('list_dir', { dir_path: '/a' })).toEqual({
      name: 'list_dir',
      path: '/a',
      offset: 1,
      limit: 25,
      depth: 2,
    });
    expect(use('grep_files', { pattern: ' x', include: ' *.ts ', path: '', limit: 5000 })).toEqual({
      name: 'grep_files',
      pattern: ' x',
      include: '*.ts',
      limit: 2000,
    });
    expect(use('grep_files', { pattern: 'x' })).toMatchObject({ limit: 100 });
    expect(use('write_file', { file_path: 'a', content: '' })).toEqual({ name: 'write_file', path: 'a', content: '' });
  });

  test('update_plan takes an empty plan and several steps in progress', () => {
    const plan = [1, 2].map((n) => ({ step: `${n}`, status: 'in_progress' }));
    expect(use('update_plan', { plan, explanation: 'why' })).toEqual({ name: 'update_plan', plan, explanation: 'why' });
    expect(use('update_plan', { plan: [] })).toEqual({ name: 'update_plan', plan: [] });
  });
});

test('what writes or asks is exclusive', () => {
  const exclusive = Object.entries(toolTraits).filter(([, { parallel }]) => !parallel);
  expect(exclusive.map(([name]) => name)).toEqual(['apply_patch', 'write_file', 'update_plan']);
  expect(isParallel('exec_command')).toBe(true);
});
