import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parse, type ReadUse } from '../../core/tools.ts';
import { type GrepPlace, grepFiles } from './grep-files.ts';
import { alternatives } from './ignore-rules.ts';

/** Both ways to search are held against each other, so these tests need the real one. */
const rg = (process.env.PATH ?? '')
  .split(':')
  .map((folder) => join(folder, 'rg'))
  .find((path) => existsSync(path));
if (!rg) throw new Error('these tests need ripgrep: put rg on PATH');

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'tcx-grep-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

let age = 0;
/** Each file is a minute older than the one before it. */
function put(path: string, content: string | Buffer = 'needle\n') {
  mkdirSync(dirname(join(dir, path)), { recursive: true });
  writeFileSync(join(dir, path), content);
  const seconds = 1_700_000_000 - 60 * ++age;
  utimesSync(join(dir, path), seconds, seconds);
}

const idle = new AbortController().signal;
const use = (args: object) => {
  const parsed = parse('grep_files', 'function', JSON.stringify(args));
  if (!parsed.ok) throw new Error(parsed.why);
  return parsed.use as Extract<ReadUse, { name: 'grep_files' }>;
};

describe.each([
  ['ripgrep', { rg }],
  ['our own search', {}],
])('by %s', (_, engine: Pick<GrepPlace, 'rg'>) => {
  const grep = (args: object, place: Partial<GrepPlace> = {}) =>
    grepFiles(use(args), { cwd: dir, signal: idle, ...engine, ...place });
  async function found(args: object, place: Partial<GrepPlace> = {}): Promise<string[]> {
    const outcome = await grep(args, place);
    if (outcome.kind !== 'done') throw new Error(JSON.stringify(outcome));
    const { text, ok } = outcome.value;
    if (!ok) expect(text).toBe('No matches found.');
    return ok ? text.split('\n').map((path) => path.replace(`${dir}/`, '')) : [];
  }
  const told = async (args: object, place: Partial<GrepPlace> = {}) => {
    const outcome = await grep(args, place);
    if (outcome.kind !== 'done' || outcome.value.ok) throw new Error(JSON.stringify(outcome));
    return outcome.value.text;
  };

  test('files come newest first, each once', async () => {
    put('z/first');
    put('a', 'hay\nneedle\nneedle\n');
    put('m', 'hay\n');
    put('b/last');
    expect(await found({ pattern: 'needle' })).toEqual(['z/first', 'a', 'b/last']);
  });

  test('no more than the limit, a hundred when nothing is said', async () => {
    for (let n = 0; n < 130; n++) put(`f${n}`);
    expect(await found({ pattern: 'needle', limit: 3 })).toEqual(['f0', 'f1', 'f2']);
    expect(await found({ pattern: 'needle' })).toHaveLength(100);
  });

  test('nothing found says so', async () => {
    put('a');
    expect(await told({ pattern: 'nothing' })).toBe('No matches found.');
  });

  test('a pattern is a regular expression on single lines', async () => {
    put('a', 'one two\nthree\n');
    put('b', 'One\n\ntwo\n');
    put('c', 'a-b\n');
    expect(await found({ pattern: '^one\\b.*two$' })).toEqual(['a']);
    expect(await found({ pattern: '(?i)^ONE' })).toEqual(['a', 'b']);
    expect(await found({ pattern: 'one\\s+two' })).toEqual(['a']);
    expect(await found({ pattern: 'two\\s*three' })).toEqual([]);
    expect(await found({ pattern: '^$' })).toEqual(['b']);
    expect(await found({ pattern: '-b' })).toEqual(['c']);
    expect(await found({ pattern: '\\p{Lu}' })).toEqual(['b']);
  });

  test('a last line needs no newline, and a long line may hide the match at its end', async () => {
    put('a', 'hay\nneedle');
    put('b', `${'x'.repeat(200_000)}needle`);
    expect(await found({ pattern: 'needle$' })).toEqual(['a', 'b']);
  });

  test('characters of several bytes are found across the pieces in which a file is read', async () => {
    put('a', `${'x'.repeat(64 * 1024 - 1)}é!\n`);
    expect(await found({ pattern: 'xé!' })).toEqual(['a']);
  });

  test.each([
    ['*.ts', ['a.ts', 'src/b.ts']],
    ['*.{ts,tsx}', ['a.ts', 'src/b.ts', 'src/c.tsx']],
    ['src/**', ['src/b.ts', 'src/c.tsx']],
    ['/*.ts', ['a.ts']],
    ['!*.ts', ['src/c.tsx', 'd.md']],
    ['**/b.*', ['src/b.ts']],
    ['.env*', ['.env.local']],
    ['*.log', ['x.log']],
  ])('include %s', async (include, expected) => {
    mkdirSync(join(dir, '.git'));
    for (const path of ['a.ts', 'src/b.ts', 'src/c.tsx', 'd.md', '.env.local', 'x.log']) put(path);
    put('.gitignore', '*.log\n');
    expect(await found({ pattern: 'needle', include })).toEqual(expected);
  });

  test('hidden, ignored and binary files are left out, and links are not followed', async () => {
    mkdirSync(join(dir, '.git'));
    put('.gitignore', 'build/\n*.log\n!keep.log\n/top\n');
    put('sub/.gitignore', 'secret\n!x.log\n');
    put('.ignore', 'other\n');
    put('.git/info/exclude', 'private\n');
    for (const path of [
      'plain',
      'build/out',
      'x.log',
      'keep.log',
      'top',
      'sub/top',
      'sub/secret',
      'secret',
      'sub/x.log',
      'other',
      'private',
      '.hidden',
      '.config/f',
      'Build/f',
    ])
      put(path);
    put('binary', Buffer.from('needle\n\0needle\n'));
    symlinkSync('plain', join(dir, 'link'));
    expect(await found({ pattern: 'needle' })).toEqual([
      'plain',
      'keep.log',
      'sub/top',
      'secret',
      'sub/x.log',
      'Build/f',
    ]);
  });

  test('ignore files of git count only in a repository, those above a folder too', async () => {
    put('.gitignore', 'a\n');
    put('sub/a');
    expect(await found({ pattern: 'needle' })).toEqual(['sub/a']);
    mkdirSync(join(dir, '.git'));
    expect(await found({ pattern: 'needle', path: 'sub' })).toEqual([]);
  });

  test('a path may be relative, absolute, a file, and a file is searched whatever the rules', async () => {
    put('sub/.hidden');
    put('sub/a');
    put('b');
    expect(await found({ pattern: 'needle', path: 'sub' })).toEqual(['sub/a']);
    expect(await found({ pattern: 'needle', path: join(dir, 'sub') })).toEqual(['sub/a']);
    expect(await found({ pattern: 'needle', path: 'sub/.hidden' })).toEqual(['sub/.hidden']);
  });

  test.each([
    [{ pattern: ' ' }, /^pattern must not be empty$/],
    [{ pattern: 'x', limit: 0 }, /^limit must be greater than zero$/],
    [{ pattern: 'x', path: '/none' }, /^unable to access `\/none`: No such file or directory \(os error 2\)$/],
    [{ pattern: 'a(' }, /^rg failed: .*regex parse error/],
  ])('error: %j', async (args, words) => {
    put('a');
    expect(await told(args)).toMatch(words);
  });

  test('a pattern that would never end elsewhere ends here', async () => {
    put('a', `${'a'.repeat(50_000)}!\n`);
    expect(await found({ pattern: '(a+)+$' })).toEqual([]);
  });

  test('an interruption ends it', async () => {
    put('a');
    expect(await grep({ pattern: 'needle' }, { signal: AbortSignal.abort() })).toEqual({ kind: 'interrupted' });
  });

  test('the time it may take is limited', async () => {
    // More than can be read before a timer that is due at once.
    for (let n = 0; n < 500; n++) put(`f${n}`);
    expect(await told({ pattern: 'needle' }, { timeoutMs: 0 })).toBe('rg timed out after 0 seconds');
  });
});

describe('the program', () => {
  const program = (script: string) => {
    const path = join(dir, 'rg');
    writeFileSync(path, `#!/bin/sh\n${script}\n`);
    chmodSync(path, 0o755);
    return path;
  };
  const isAlive = (pid: number) => {
    try {
      process.kill(pid, 0);
      return process.platform !== 'linux' || !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
    } catch {
      return false;
    }
  };

  test('is ended with all it started when nobody waits for it', async () => {
    const stop = new AbortController();
    const slow = program(`sleep 1000 & echo $! > ${dir}/pid.new; mv ${dir}/pid.new ${dir}/pid; wait`);
    const started = new Promise<void>((resolve) => {
      const watcher = watch(dir, () => {
        if (!existsSync(join(dir, 'pid'))) return;
        watcher.close();
        resolve();
      });
    });
    const outcome = grepFiles(use({ pattern: 'x' }), { cwd: dir, signal: stop.signal, rg: slow });
    await started;
    const child = Number(readFileSync(join(dir, 'pid'), 'utf8'));
    expect(isAlive(child)).toBe(true);
    stop.abort();
    expect(await outcome).toEqual({ kind: 'interrupted' });
    expect(isAlive(child)).toBe(false);
  });

  test('may find some and fail on others', async () => {
    put('a');
    const partly = program(`printf '${dir}/a\\0/gone\\0'; echo trouble >&2; exit 2`);
    expect(await grepFiles(use({ pattern: 'x' }), { cwd: dir, signal: idle, rg: partly })).toMatchObject({
      value: { text: join(dir, 'a'), ok: true },
    });
  });

  test('is told about when it fails', async () => {
    const broken = program('echo no such option >&2; exit 2');
    expect(await grepFiles(use({ pattern: 'x' }), { cwd: dir, signal: idle, rg: broken })).toMatchObject({
      value: { text: 'rg failed: no such option', ok: false },
    });
  });

  test('that floods is stopped', async () => {
    put('a');
    const flood = program(`exec yes '${dir}/a' | tr '\\n' '\\0'`);
    const outcome = await grepFiles(use({ pattern: 'x', limit: 2 }), { cwd: dir, signal: idle, rg: flood });
    expect(outcome).toMatchObject({ value: { text: `${dir}/a\n${dir}/a`, ok: true } });
  });

  test('that is gone is done without', async () => {
    put('a');
    expect(
      await grepFiles(use({ pattern: 'needle' }), { cwd: dir, signal: idle, rg: join(dir, 'none') }),
    ).toMatchObject({
      value: { text: join(dir, 'a') },
    });
  });
});

test('a pipe in the tree is not waited for', async () => {
  put('a');
  execFileSync('mkfifo', [join(dir, 'pipe')]);
  const outcome = await grepFiles(use({ pattern: 'needle' }), { cwd: dir, signal: idle });
  expect(outcome).toMatchObject({ value: { text: join(dir, 'a') } });
});

test.each([
  ['a', ['a']],
  ['{a,b}', ['a', 'b']],
  ['{a,b{c,d}}', ['a', 'bc', 'a', 'bd']],
  ['x{a,}y', ['xay', 'xy']],
  ['{a', ['{a']],
])('braces: %s', (glob, expected) => {
  expect(alternatives(glob).toSorted()).toEqual(expected.toSorted());
});

test('braces have a limit', () => {
  expect(alternatives('{a,b}'.repeat(40)).length).toBeLessThan(1000);
});
