import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { PreparedPatch } from '../../actors/effects.ts';
import { applyPatch, checkPatch, preparePatch, settlePatch } from './patch.ts';
import type { PatchCall } from './patch-plan.ts';
import { waitingPath } from './replace-file.ts';

let dir = '';
beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'tcx-patch-')));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const at = (...path: string[]) => join(dir, ...path);
const put = (path: string, content: string | Buffer) => writeFileSync(at(path), content);
const got = (path: string) => readFileSync(at(path), 'utf8');
const hash = (text: string) => createHash('sha256').update(text).digest('hex');

const patchCall = (...lines: string[]): PatchCall => ({
  name: 'apply_patch',
  form: 'custom',
  args: ['*** Begin Patch', ...lines, '*** End Patch'].join('\n'),
});
const writeCall = (path: string, content: string): PatchCall => ({
  name: 'write_file',
  form: 'function',
  args: JSON.stringify({ file_path: path, content }),
});
const idle = new AbortController().signal;
const place = () => ({ cwd: dir, umask: 0o022, signal: idle, clock: () => 0 });

async function prepared(call: PatchCall): Promise<PreparedPatch> {
  const outcome = await preparePatch(call, place());
  if (outcome.kind !== 'done') throw new Error(JSON.stringify(outcome));
  return outcome.value;
}
async function refused(call: PatchCall): Promise<string> {
  const before = snapshot();
  const outcome = await preparePatch(call, place());
  if (outcome.kind !== 'failed') throw new Error(JSON.stringify(outcome));
  expect(await applyPatch(call, [], place())).toEqual(outcome);
  expect(snapshot()).toEqual(before);
  return outcome.why;
}
async function applied(call: PatchCall): Promise<string> {
  const outcome = await applyPatch(call, (await prepared(call)).files, place());
  if (outcome.kind !== 'done') throw new Error(JSON.stringify(outcome));
  expect(readdirSync(dir, { recursive: true }).filter((name) => String(name).includes('.tcx-'))).toEqual([]);
  return outcome.value.text;
}
/** Every file below the folder with its content, links as what they point to. */
const snapshot = () =>
  readdirSync(dir, { recursive: true, withFileTypes: true }).map((entry) => {
    const path = join(entry.parentPath, entry.name);
    const { size, mtimeMs } = lstatSync(path);
    return [path, size, mtimeMs, entry.isFile() && size < 10_000 && readFileSync(path, 'latin1')];
  });

describe('a patch', () => {
  test('that adds, updates, moves and deletes answers with what it did, in order of A, M, D', async () => {
    put('change.txt', 'a\nb\n');
    put('move.txt', 'x\n');
    put('gone.txt', 'bye\n');
    const text = await applied(
      patchCall(
        '*** Delete File: gone.txt',
        '*** Update File: change.txt',
        '@@',
        '-a',
        '+A',
        '*** Update File: move.txt',
        '*** Move to: deep/er/moved.txt',
        '@@',
        ' x',
        '+y',
        '*** Add File: new/n.txt',
        '+new',
      ),
    );
    expect(text).toBe(
      'Exit code: 0\nWall time: 0 seconds\nOutput:\nSuccess. Updated the following files:\nA new/n.txt\nM change.txt\nM deep/er/moved.txt\nD gone.txt\n',
    );
    expect([got('change.txt'), got('deep/er/moved.txt'), got('new/n.txt')]).toEqual(['A\nb\n', 'x\ny\n', 'new\n']);
    expect([existsSync(at('gone.txt')), existsSync(at('move.txt'))]).toEqual([false, false]);
  });

  test('is prepared with hashes, diffs and the real paths of all it writes', async () => {
    put('a.txt', 'a\n');
    put('b.txt', 'b\n');
    put('c.txt', 'c\n');
    const plan = await prepared(
      patchCall(
        '*** Update File: a.txt',
        '*** Move to: sub/a2.txt',
        '@@',
        '-a',
        '+A',
        '*** Add File: b.txt',
        '+B',
        '*** Delete File: c.txt',
      ),
    );
    expect(plan).toEqual({
      files: [
        { path: at('a.txt'), before: hash('a\n'), after: null },
        { path: at('sub/a2.txt'), before: null, after: hash('A\n') },
        { path: at('b.txt'), before: hash('b\n'), after: hash('B\n') },
        { path: at('c.txt'), before: hash('c\n'), after: null },
      ],
      changes: [
        {
          path: 'a.txt',
          kind: 'update',
          movedTo: 'sub/a2.txt',
          added: 1,
          removed: 1,
          diff: '@@ -1,1 +1,1 @@\n-a\n+A\n',
        },
        { path: 'b.txt', kind: 'update', added: 1, removed: 1, diff: '@@ -1,1 +1,1 @@\n-b\n+B\n' },
        { path: 'c.txt', kind: 'delete', added: 0, removed: 1, diff: '@@ -1,1 +0,0 @@\n-c\n' },
      ],
      writes: [at('sub/a2.txt'), at('a.txt'), at('b.txt'), at('c.txt')],
    });
    expect(existsSync(at('sub'))).toBe(false);
  });

  test('may name files by absolute and by climbing paths', async () => {
    mkdirSync(at('cwd'));
    put('up.txt', 'a\n');
    const call = patchCall('*** Update File: ../up.txt', '@@', '-a', '+b', `*** Add File: ${at('abs.txt')}`, '+x');
    const outcome = await preparePatch(call, { ...place(), cwd: at('cwd') });
    expect(outcome).toMatchObject({ value: { writes: [at('up.txt'), at('abs.txt')] } });
  });

  test('as a function call is the same', async () => {
    const { args } = patchCall('*** Add File: f', '+x');
    await applied({ name: 'apply_patch', form: 'function', args: JSON.stringify({ input: args }) });
    expect(got('f')).toBe('x\n');
  });

  test('tells the time it took', async () => {
    const call = patchCall('*** Add File: f', '+x');
    const times = [1000, 2234];
    const outcome = await applyPatch(call, (await prepared(call)).files, { ...place(), clock: () => times.shift()! });
    expect(outcome).toMatchObject({ value: { text: expect.stringContaining('Wall time: 1.2 seconds') } });
  });

  test('that replaces a file by a folder of its name works in that order', async () => {
    put('a', 'x\n');
    const call = patchCall('*** Delete File: a', '*** Add File: a/b', '+y');
    const { files } = await prepared(call);
    await applied(call);
    expect(got('a/b')).toBe('y\n');
    expect(await checkPatch(files)).toEqual({ state: 'done' });
  });
});

describe('refused, with nothing written, is', () => {
  const failed = 'apply_patch verification failed: ';

  test('an update of what is not there, is a folder, or is no text', async () => {
    mkdirSync(at('folder'));
    put('latin1.txt', Buffer.from('caf\xe9\n', 'latin1'));
    const update = (path: string) =>
      refused(patchCall('*** Add File: other', '+x', `*** Update File: ${path}`, '@@', '-a', '+b'));
    expect(await update('none')).toBe(
      `${failed}Failed to read file to update ${at('none')}: No such file or directory (os error 2)`,
    );
    expect(await update('folder')).toBe(
      `${failed}Failed to read file to update ${at('folder')}: Is a directory (os error 21)`,
    );
    expect(await update('latin1.txt')).toBe(
      `${failed}Failed to read file to update ${at('latin1.txt')}: stream did not contain valid UTF-8`,
    );
  });

  test('a deletion of what is not there, is a folder, or is no text', async () => {
    mkdirSync(at('folder'));
    put('binary', Buffer.from([0xff, 0xfe, 0]));
    expect(await refused(patchCall('*** Delete File: none'))).toBe(
      `${failed}Failed to read ${at('none')}: No such file or directory (os error 2)`,
    );
    expect(await refused(patchCall('*** Delete File: folder'))).toBe(
      `${failed}Failed to read ${at('folder')}: Is a directory (os error 21)`,
    );
    expect(await refused(patchCall('*** Delete File: binary'))).toBe(
      `${failed}Failed to read ${at('binary')}: stream did not contain valid UTF-8`,
    );
  });

  test('one bad hunk among good ones, naming the lines or the context', async () => {
    put('a.txt', 'one\ntwo\n');
    put('b.txt', 'x\n');
    const good = ['*** Update File: b.txt', '@@', '-x', '+y', '*** Update File: a.txt'];
    expect(await refused(patchCall(...good, '@@', ' one', '-three', '+3'))).toBe(
      `${failed}Failed to find expected lines in ${at('a.txt')}:\none\nthree`,
    );
    expect(await refused(patchCall(...good, '@@ fn main', '-two'))).toBe(
      `${failed}Failed to find context 'fn main' in ${at('a.txt')}`,
    );
  });

  test('what is no patch', async () => {
    expect(await refused(patchCall())).toBe('patch rejected: empty patch');
    expect(await refused({ name: 'apply_patch', form: 'custom', args: 'x' })).toMatch(/invalid patch: the first line/);
    expect(await refused({ name: 'apply_patch', form: 'function', args: '{}' })).toMatch(/missing field `input`/);
  });

  test('a second operation on a file, by whatever name', async () => {
    put('a.txt', 'a\n');
    put('b.txt', 'b\n');
    symlinkSync('a.txt', at('link.txt'));
    linkSync(at('a.txt'), at('hard.txt'));
    mkdirSync(at('real'));
    symlinkSync('real', at('alias'));
    const first = ['*** Update File: a.txt', '@@', '-a', '+A'];
    const twice = (path: string) => `${failed}invalid patch: multiple operations target ${at(path)}`;
    expect(await refused(patchCall(...first, ...first))).toBe(twice('a.txt'));
    expect(await refused(patchCall(...first, '*** Delete File: ./a.txt'))).toBe(twice('a.txt'));
    expect(await refused(patchCall(...first, '*** Add File: sub/../a.txt', '+x'))).toBe(twice('a.txt'));
    expect(await refused(patchCall(...first, '*** Add File: link.txt', '+x'))).toBe(twice('link.txt'));
    expect(await refused(patchCall(...first, '*** Update File: hard.txt', '@@', '-a', '+B'))).toBe(twice('hard.txt'));
    expect(await refused(patchCall(...first, '*** Update File: b.txt', '*** Move to: a.txt'))).toBe(twice('a.txt'));
    expect(await refused(patchCall('*** Add File: real/n', '+x', '*** Add File: alias/n', '+y'))).toBe(
      twice('alias/n'),
    );
  });

  test('a file where a folder is or would have to be', async () => {
    mkdirSync(at('folder'));
    put('file', 'x\n');
    const words = (path: string, why: string) => `${failed}Failed to write file ${at(path)}: ${why}`;
    expect(await refused(patchCall('*** Add File: folder', '+x'))).toBe(
      words('folder', 'Is a directory (os error 21)'),
    );
    expect(await refused(patchCall('*** Update File: file', '*** Move to: folder'))).toBe(
      words('folder', 'Is a directory (os error 21)'),
    );
    expect(await refused(patchCall('*** Add File: file/x', '+x'))).toBe(
      words('file/x', `${at('file')} is not a directory`),
    );
    expect(await refused(patchCall('*** Add File: n', '+x', '*** Add File: n/m', '+x'))).toBe(
      words('n/m', `${at('n')} is not a directory`),
    );
  });

  test('a named pipe or a device, without waiting for it', async () => {
    const { execFileSync } = await import('node:child_process');
    execFileSync('mkfifo', [at('pipe')]);
    expect(await refused(patchCall('*** Delete File: pipe'))).toBe(
      `${failed}Failed to read ${at('pipe')}: not a regular file`,
    );
    expect(await refused(patchCall('*** Update File: /dev/zero', '@@', '-a'))).toMatch(
      /\/dev\/zero: not a regular file$/,
    );
    expect(await refused(patchCall('*** Add File: /dev/null', '+a'))).toMatch(/\/dev\/null: not a regular file$/);
  });

  test('a loop of links and a path with a NUL', async () => {
    symlinkSync('b', at('a'));
    symlinkSync('a', at('b'));
    expect(await refused(patchCall('*** Add File: a', '+x'))).toMatch(
      /Failed to write file .*Too many levels of symbolic links/,
    );
    expect(await refused(patchCall('*** Add File: a\0b', '+x'))).toMatch(/Failed to write file /);
  });

  test('a file too large to hold', async () => {
    put('huge', '');
    truncateSync(at('huge'), 3 * 1024 ** 3);
    expect(await refused(patchCall('*** Update File: huge', '@@', '-a'))).toBe(
      `${failed}Failed to read file to update ${at('huge')}: larger than 64 MiB`,
    );
  });
});

describe('the file it leaves', () => {
  test('keeps its line ends, its mode and its owner', async () => {
    put('run.sh', '#!/bin/sh\r\necho a\r\n');
    chmodSync(at('run.sh'), 0o750);
    if (process.getuid?.() === 0) chownSync(at('run.sh'), 1234, 1234);
    const { uid, gid } = statSync(at('run.sh'));
    await applied(patchCall('*** Update File: run.sh', '@@', '-echo a', '+echo b'));
    expect(got('run.sh')).toBe('#!/bin/sh\r\necho b\r\n');
    const now = statSync(at('run.sh'));
    expect([now.mode & 0o777, now.uid, now.gid]).toEqual([0o750, uid, gid]);
  });

  test('takes its mode along when it moves, also over another', async () => {
    put('run.sh', 'a\n');
    chmodSync(at('run.sh'), 0o755);
    put('old.sh', 'old\n');
    await applied(patchCall('*** Update File: run.sh', '*** Move to: old.sh', '@@', '-a', '+b'));
    expect(got('old.sh')).toBe('b\n');
    expect(statSync(at('old.sh')).mode & 0o777).toBe(0o755);
    expect(existsSync(at('run.sh'))).toBe(false);
  });

  test('is new with what the umask of the person leaves, whatever the daemon has', async () => {
    const own = process.umask(0o077);
    try {
      await applied(patchCall('*** Add File: sub/new', '+x'));
    } finally {
      process.umask(own);
    }
    expect(statSync(at('sub/new')).mode & 0o777).toBe(0o644);
    expect(statSync(at('sub')).mode & 0o777).toBe(0o755);
  });

  test('is the one a link points to, and the link stays', async () => {
    mkdirSync(at('real'));
    put('real/f', 'a\n');
    symlinkSync('real', at('alias'));
    symlinkSync('alias/f', at('link'));
    const call = patchCall('*** Update File: link', '@@', '-a', '+b');
    expect((await prepared(call)).writes).toEqual([at('real/f')]);
    await applied(call);
    expect([got('real/f'), lstatSync(at('link')).isSymbolicLink()]).toEqual(['b\n', true]);
  });

  test('is made where a link to nothing points, outside of the folder as well', async () => {
    mkdirSync(at('cwd'));
    mkdirSync(at('outside'));
    symlinkSync('../outside', at('cwd/out'));
    symlinkSync('out/made', at('cwd/dangling'));
    const outcome = await preparePatch(patchCall('*** Add File: dangling', '+x', '*** Add File: out/a/b', '+y'), {
      ...place(),
      cwd: at('cwd'),
    });
    expect(outcome).toMatchObject({ value: { writes: [at('outside/made'), at('outside/a/b')] } });
  });

  test('is still one file when it has two names', async () => {
    put('a', 'x\n');
    linkSync(at('a'), at('b'));
    await applied(patchCall('*** Update File: a', '@@', '-x', '+y'));
    expect(got('b')).toBe('y\n');
  });

  test('a deleted or moved link goes, not what it points to', async () => {
    put('real', 'x\n');
    symlinkSync('real', at('one'));
    symlinkSync('real', at('two'));
    await applied(patchCall('*** Delete File: one'));
    await applied(patchCall('*** Update File: two', '*** Move to: three'));
    expect([got('real'), existsSync(at('one')), existsSync(at('two')), got('three')]).toEqual([
      'x\n',
      false,
      false,
      'x\n',
    ]);
  });

  test.each(['f', './f', 'sub/../f', 'link', 'hard'])('moved onto itself as %s is only changed', async (name) => {
    put('f', 'x\n');
    symlinkSync('f', at('link'));
    linkSync(at('f'), at('hard'));
    const text = await applied(patchCall('*** Update File: f', `*** Move to: ${name}`, '@@', '-x', '+y'));
    expect(got('f')).toBe('y\n');
    expect(text).toMatch(/\nM f\n$/);
  });

  test('may be renamed without being text', async () => {
    put('a.bin', Buffer.from([0xff, 0, 1]));
    await applied(patchCall('*** Update File: a.bin', '*** Move to: b.bin'));
    expect([...readFileSync(at('b.bin'))]).toEqual([0xff, 0, 1]);
  });

  test('may take the place of one that is no text', async () => {
    put('a.bin', Buffer.from([0xff, 0, 1]));
    expect((await prepared(patchCall('*** Add File: a.bin', '+x'))).changes).toMatchObject([
      { kind: 'update', removed: 0 },
    ]);
    await applied(patchCall('*** Add File: a.bin', '+x'));
    expect(got('a.bin')).toBe('x\n');
  });
});

describe('write_file', () => {
  test('makes parents and the file, with a diff', async () => {
    const call = writeCall('a/b/c.txt', 'one\ntwo');
    expect((await prepared(call)).changes).toEqual([
      {
        path: 'a/b/c.txt',
        kind: 'add',
        added: 2,
        removed: 0,
        diff: '@@ -0,0 +1,2 @@\n+one\n+two\n\\ No newline at end of file\n',
      },
    ]);
    expect(await applied(call)).toMatch(/\nA a\/b\/c.txt\n$/);
    expect(got('a/b/c.txt')).toBe('one\ntwo');
  });

  test('speaks for itself when it is refused', async () => {
    mkdirSync(at('d'));
    expect(await refused(writeCall('d', 'x'))).toBe(
      `write_file failed: Failed to write file ${at('d')}: Is a directory (os error 21)`,
    );
  });
});

describe('between the check and the deed', () => {
  test('a changed file stops the whole patch and is named', async () => {
    put('a', 'x\n');
    put('b', 'x\n');
    const call = patchCall('*** Update File: a', '@@', '-x', '+y', '*** Update File: b', '@@', '-x', '+y');
    const { files } = await prepared(call);
    put('b', 'x\nmore\n');
    expect(await applyPatch(call, files, place())).toMatchObject({
      kind: 'failed',
      why: expect.stringContaining(`${at('b')} is no longer as it was`),
    });
    expect(got('a')).toBe('x\n');
  });

  test('a file that was made meanwhile is not overwritten', async () => {
    const call = patchCall('*** Add File: new', '+x');
    const { files } = await prepared(call);
    put('new', 'mine\n');
    expect(await applyPatch(call, files, place())).toMatchObject({ kind: 'failed' });
    expect(got('new')).toBe('mine\n');
  });

  test('a folder that became a link elsewhere is not followed', async () => {
    mkdirSync(at('in'));
    mkdirSync(at('out'));
    const call = patchCall('*** Add File: in/f', '+x');
    const { files } = await prepared(call);
    rmSync(at('in'), { recursive: true });
    symlinkSync('out', at('in'));
    expect(await applyPatch(call, files, place())).toMatchObject({
      kind: 'failed',
      why: expect.stringContaining(at('in/f')),
    });
    expect(readdirSync(at('out'))).toEqual([]);
  });

  test('an interruption changes nothing', async () => {
    const call = patchCall('*** Add File: f', '+x');
    const { files } = await prepared(call);
    const signal = AbortSignal.abort();
    expect(await preparePatch(call, { ...place(), signal })).toEqual({ kind: 'interrupted' });
    expect(await applyPatch(call, files, { ...place(), signal })).toEqual({ kind: 'interrupted' });
    expect(existsSync(at('f'))).toBe(false);
  });
});

describe('a write that fails half-way', () => {
  test('says which, why, and what was done before it', async () => {
    put('a', 'x\n');
    // Where not even root can make a file.
    const closed = process.platform === 'darwin' ? '/System/tcx-test' : '/proc/tcx-test';
    const call = patchCall(
      '*** Update File: a',
      '@@',
      '-x',
      '+y',
      `*** Add File: ${closed}`,
      '+x',
      '*** Add File: never',
      '+x',
    );
    const { files } = await prepared(call);
    expect(await applyPatch(call, files, place())).toEqual({
      kind: 'done',
      value: {
        ok: false,
        text: expect.stringMatching(
          new RegExp(
            `^Exit code: 1\nWall time: 0 seconds\nOutput:\nFailed to write file ${closed}\n.*\\(os error \\d+\\)\nAlready done and left so:\nM a\n$`,
          ),
        ),
      },
    });
    expect([got('a'), existsSync(at('never')), readdirSync(dir)]).toEqual(['y\n', false, ['a']]);
  });
});

describe('after a restart', () => {
  async function begun() {
    put('a', 'x\n');
    put('b', 'x\n');
    const call = patchCall('*** Update File: a', '@@', '-x', '+y', '*** Delete File: b', '*** Add File: c', '+new');
    return { call, files: (await prepared(call)).files };
  }

  test('a patch that was done is told as such', async () => {
    const { call, files } = await begun();
    await applyPatch(call, files, place());
    expect(await checkPatch(files)).toEqual({ state: 'done' });
    expect(await settlePatch(call, files)).toMatchObject({
      kind: 'done',
      value: { ok: true, text: expect.stringMatching(/Success.*\nA c\nM a\nD b\n$/) },
    });
  });

  test('one that was not begun, too', async () => {
    const { call, files } = await begun();
    expect(await checkPatch(files)).toEqual({ state: 'not done' });
    expect(await settlePatch(call, files)).toMatchObject({
      kind: 'failed',
      why: expect.stringContaining('Nothing has changed'),
    });
  });

  test('one that was cut short is unknown, with the files by name', async () => {
    const { call, files } = await begun();
    put('a', 'y\n');
    expect(await checkPatch(files)).toMatchObject({ state: 'unknown', written: [at('a')] });
    expect(await settlePatch(call, files)).toEqual({
      kind: 'unknown',
      why: `tcxd stopped while it wrote the files (written: ${at('a')}; not written: ${at('b')}, ${at('c')})`,
    });
  });

  test('a file that is neither makes it unknown', async () => {
    const { files } = await begun();
    put('a', 'somebody else\n');
    expect(await checkPatch(files)).toMatchObject({ state: 'unknown', why: expect.stringContaining('neither') });
    rmSync(at('a'));
    mkdirSync(at('a'));
    expect(await checkPatch(files)).toMatchObject({ state: 'unknown' });
  });

  test('a file that the patch leaves as it is proves nothing', async () => {
    put('same', 'x\n');
    const { files } = await prepared(patchCall('*** Add File: same', '+x', '*** Add File: new', '+x'));
    expect(await checkPatch(files)).toEqual({ state: 'not done' });
    put('new', 'x\n');
    expect(await checkPatch(files)).toEqual({ state: 'done' });
  });

  test('what waited to take a place is cleared away', async () => {
    const { files } = await begun();
    const waiting = waitingPath(at('a'), hash('y\n'));
    writeFileSync(waiting, 'y');
    await checkPatch(files);
    expect(existsSync(waiting)).toBe(false);
  });
});

describe('size', () => {
  test('a patch of five megabytes and a file of a hundred thousand lines', async () => {
    const lines = Array.from({ length: 100_000 }, (_, n) => `this is line number ${n} of a long file`);
    put('long', `${lines.join('\n')}\n`);
    const added = Array.from({ length: 100_000 }, (_, n) => `+this is line number ${n} of a file that is added here`);
    const chunks = lines.flatMap((line, n) => (n % 1000 === 7 ? ['@@', `-${line}`, `+changed ${n}`] : []));
    const call: PatchCall = {
      name: 'apply_patch',
      form: 'custom',
      args: [
        '*** Begin Patch',
        '*** Update File: long',
        ...chunks,
        '*** Add File: more',
        ...added,
        '*** End Patch',
      ].join('\n'),
    };
    expect(call.args.length).toBeGreaterThan(5_000_000);
    const { changes } = await prepared(call);
    expect(changes).toMatchObject([
      { added: 100, removed: 100 },
      { added: 100_000, removed: 0 },
    ]);
    expect(changes.reduce((sum, { diff }) => sum + diff.length, 0)).toBeLessThan(520 * 1024);
    expect(changes[1]?.diff).toMatch(/\\ \d+ more lines of this diff are not shown\n$/);
    await applied(call);
    expect(got('long').split('\n')[1007]).toBe('changed 1007');
    expect(got('more').split('\n')).toHaveLength(100_001);
  });
});
