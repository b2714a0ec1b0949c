import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parse, type ReadUse } from '../../core/tools.ts';
import { read } from './read.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'tcx-read-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const signal = new AbortController().signal;

async function call(args: object, stop = signal) {
  const parsed = parse('read_file', 'function', JSON.stringify({ file_path: join(dir, 'f'), ...args }));
  if (!parsed.ok) throw new Error(parsed.why);
  return read(parsed.use as ReadUse, { cwd: dir, signal: stop });
}
async function lines(content: string | Buffer, args: object = {}): Promise<string[]> {
  writeFileSync(join(dir, 'f'), content);
  const outcome = await call(args);
  if (outcome.kind !== 'done' || !outcome.value.ok) throw new Error(JSON.stringify(outcome));
  return outcome.value.text.split('\n');
}
async function refused(args: object): Promise<string> {
  const outcome = await call(args);
  if (outcome.kind !== 'done' || outcome.value.ok) throw new Error(JSON.stringify(outcome));
  return outcome.value.text;
}

/** By this process so far; only Linux tells. */
const bytesRead = () =>
  process.platform === 'linux' ? Number(/^rchar: (\d+)/m.exec(readFileSync('/proc/self/io', 'utf8'))?.[1]) : 0;

const numbers = (count: number) => Array.from({ length: count }, (_, n) => `${n + 1}\n`).join('');

describe('a slice', () => {
  test('is numbered lines from the offset, as many as asked for', async () => {
    expect(await lines(numbers(30), { offset: 10, limit: 5 })).toEqual([
      'L10: 10',
      'L11: 11',
      'L12: 12',
      'L13: 13',
      'L14: 14',
    ]);
  });

  test('is the first two thousand lines when nothing is said', async () => {
    const all = await lines(numbers(2500));
    expect([all.length, all.at(-1)]).toEqual([2000, 'L2000: 2000']);
  });

  test('ends where the file ends, with or without a last newline', async () => {
    expect(await lines('a\nb', { offset: 2 })).toEqual(['L2: b']);
    expect(await lines('a\nb\n', { offset: 2 })).toEqual(['L2: b']);
    expect(await lines('a\n\n', { offset: 1 })).toEqual(['L1: a', 'L2: ']);
  });

  test('has no carriage returns at its ends', async () => {
    expect(await lines('a\r\nb\rc\r\n')).toEqual(['L1: a', 'L2: b\rc']);
  });

  test('cuts long lines between characters', async () => {
    const [ascii, euros, exact] = await lines(`${'x'.repeat(2000)}\n${'€'.repeat(200)}\n${'y'.repeat(500)}\n`);
    expect(ascii).toBe(`L1: ${'x'.repeat(500)}`);
    expect(euros).toBe(`L2: ${'€'.repeat(166)}`);
    expect(exact).toBe(`L3: ${'y'.repeat(500)}`);
  });

  test('keeps the carriage return out of a line that is cut, and in no line that is not', async () => {
    expect(await lines(`${'x'.repeat(503)}\r\n${'y'.repeat(499)}\r\n`)).toEqual([
      `L1: ${'x'.repeat(500)}`,
      `L2: ${'y'.repeat(499)}`,
    ]);
  });

  test('shows what is no UTF-8 as replacement characters', async () => {
    expect(await lines(Buffer.from([0x61, 0xff, 0x62, 0x0a, 0x00, 0xc3, 0x0a]))).toEqual([
      'L1: a\ufffdb',
      'L2: \0\ufffd',
    ]);
  });

  test('is the same wherever the pieces in which a file is read end', async () => {
    const text = Array.from({ length: 40_000 }, (_, n) => `${n} ${'é'.repeat(n % 7)}`);
    expect(await lines(text.join('\n'), { limit: 40_000 })).toEqual(text.map((line, n) => `L${n + 1}: ${line}`));
  });

  test('of more than an answer holds says where to read on', async () => {
    const all = await lines(`${'x'.repeat(600)}\n`.repeat(5000), { limit: 5000 });
    const last = /^\(.*read on with offset (\d+)\)$/.exec(all.at(-1)!)?.[1];
    expect(Number(last)).toBe(all.length);
    expect(all.length).toBeGreaterThan(2000);
    expect(all.join('\n').length).toBeLessThan(1024 * 1024 + 100);
  });

  test('of a file of three gigabytes reads no more than it shows', async () => {
    writeFileSync(join(dir, 'f'), numbers(10));
    truncateSync(join(dir, 'f'), 3 * 1024 ** 3);
    const before = bytesRead();
    const outcome = await call({ offset: 3, limit: 5 });
    expect(outcome).toMatchObject({ value: { text: 'L3: 3\nL4: 4\nL5: 5\nL6: 6\nL7: 7' } });
    // The eleventh line is three gigabytes of zeros, and the last that is wanted.
    expect(await call({ offset: 11, limit: 1 })).toMatchObject({ value: { text: `L11: ${'\0'.repeat(500)}` } });
    expect(bytesRead() - before).toBeLessThan(10 * 1024 ** 2);
  });
});

describe('an error', () => {
  test.each([
    [{ offset: 0 }, 'offset must be a 1-indexed line number'],
    [{ limit: 0 }, 'limit must be greater than zero'],
    [{ file_path: 'f' }, 'file_path must be an absolute path'],
    [{ mode: 'indentation', indentation: { anchor_line: 0 } }, 'anchor_line must be a 1-indexed line number'],
    [{ mode: 'indentation', indentation: { anchor_line: 4 } }, 'anchor_line exceeds file length'],
    [{ mode: 'indentation', indentation: { max_lines: 0 } }, 'max_lines must be greater than zero'],
    [{ offset: 4 }, 'offset exceeds file length'],
    [{ file_path: '/none/such' }, 'failed to read file: No such file or directory (os error 2)'],
    [{ file_path: '/' }, 'failed to read file: Is a directory (os error 21)'],
    [{ file_path: '/dev/zero' }, 'failed to read file: not a regular file'],
  ])('%j', async (args, told) => {
    writeFileSync(join(dir, 'f'), 'a\nb\nc\n');
    expect(await refused(args)).toBe(told);
  });

  test('an empty file has no line to begin with', async () => {
    writeFileSync(join(dir, 'f'), '');
    expect(await refused({})).toBe('offset exceeds file length');
  });

  test('a named pipe is not waited for', async () => {
    execFileSync('mkfifo', [join(dir, 'f')]);
    expect(await refused({})).toBe('failed to read file: not a regular file');
  });
});

test('an interruption ends the reading', async () => {
  writeFileSync(join(dir, 'f'), 'a\n');
  expect(await call({}, AbortSignal.abort())).toEqual({ kind: 'interrupted' });
});

describe('the block round a line', () => {
  const code = [
    'import os', // 1
    '',
    '# about A', // 3
    '# more about A',
    'class A:', // 5
    '    x = 1',
    '',
    '    # about f', // 8
    '    def f(self):',
    '        a = 1', // 10
    '',
    '        b = 2', // 12
    '        return a + b',
    '', // 14
    '    def g(self):',
    '        pass', // 16
    '',
    'class B:', // 18
    '\ty = 1',
    '', // 20
  ].join('\n');
  const block = async (args: object, indentation: object) => {
    const shown = await lines(code, { mode: 'indentation', ...args, indentation });
    return shown.map((line) => Number(/^L(\d+):/.exec(line)?.[1]));
  };
  const span = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => from + n);

  test.each([
    ['everything, when no level is named', { anchor_line: 10 }, span(3, 19)],
    ['the function with its comment', { anchor_line: 10, max_levels: 1 }, span(8, 16)],
    ['the function without its comment', { anchor_line: 10, max_levels: 1, include_header: false }, span(9, 16)],
    ['the class body, with siblings', { anchor_line: 10, max_levels: 1, include_siblings: true }, span(6, 16)],
    ['the class', { anchor_line: 10, max_levels: 2 }, span(3, 19)],
    ['one level at an outermost line', { anchor_line: 18, max_levels: 1 }, span(3, 19)],
    ['a tab as four columns', { anchor_line: 19, max_levels: 1 }, span(6, 19)],
    ['a cap, half above and half below', { anchor_line: 10, max_lines: 4 }, span(8, 10)],
    ['a cap of one', { anchor_line: 10, max_lines: 1 }, [10]],
  ])('is %s', async (_, indentation, expected) => {
    const shown = await block({}, indentation);
    expect(shown).toEqual(expected);
  });

  test('begins at the offset when no anchor is named, and is no longer than the limit', async () => {
    expect(await block({ offset: 13, limit: 2 }, {})).toEqual([12, 13]);
  });

  test('is found in the middle of a very long file', async () => {
    writeFileSync(join(dir, 'f'), '');
    for (let part = 0; part < 10; part++) appendFileSync(join(dir, 'f'), `if ${part}:\n${'    same\n'.repeat(50_000)}`);
    const outcome = await call({ mode: 'indentation', indentation: { anchor_line: 250_000, max_lines: 3 } });
    expect(outcome).toMatchObject({ value: { text: 'L249999:     same\nL250000:     same\nL250001:     same' } });
  });
});
