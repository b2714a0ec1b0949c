import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ensureHome, fileSystem, type HomeInput, homeOf } from './home.ts';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'tcx-home-')));
afterAll(() => rmSync(root, { recursive: true }));

const input = (env: HomeInput['env'] = {}, flags: HomeInput['flags'] = {}): HomeInput => ({
  flags,
  env,
  cwd: '/src/shop',
  userHome: '/home/kim',
});

describe('which folder is the home', () => {
  test.each<[string, HomeInput, object]>([
    ['nothing said', input(), { path: '/home/kim/.tcx' }],
    ['TCX_HOME', input({ TCX_HOME: '/x' }), { path: '/x' }],
    ['TCX_HOME beside CODEX_HOME', input({ TCX_HOME: '/x', CODEX_HOME: '/c' }), { path: '/x' }],
    ['CODEX_HOME alone', input({ CODEX_HOME: '/c' }), { path: '/c/tcx', codex: '/c' }],
    ['--home over all', input({ TCX_HOME: '/x', CODEX_HOME: '/c' }, { home: '/f', codexHome: '/g' }), { path: '/f' }],
    [
      '--codex-home over the variables',
      input({ TCX_HOME: '/x', CODEX_HOME: '/c' }, { codexHome: '/g' }),
      { path: '/g' },
    ],
    ['empty values', input({ TCX_HOME: '', CODEX_HOME: '' }, { home: '' }), { path: '/home/kim/.tcx' }],
    ['a relative path', input({}, { home: 'h/../i' }), { path: '/src/shop/i' }],
    ['a tilde', input({ TCX_HOME: '~/t' }), { path: '/home/kim/t' }],
  ])('%s', (_, given, home) => expect(homeOf(given)).toEqual(home));
});

describe('making sure', () => {
  const deps = { uid: process.getuid?.(), fileSystem };

  test('a missing one is made for its owner alone', () => {
    const path = join(root, 'a/b/tcx');
    expect(ensureHome({ path, codex: join(root, 'a/b') }, deps)).toEqual({
      ok: true,
      home: { path, codex: join(root, 'a/b') },
    });
    expect(statSync(path).mode & 0o777).toBe(0o700);
    expect(ensureHome({ path }, deps)).toMatchObject({ ok: true });
  });

  test('a symlink is another name for the same home', () => {
    mkdirSync(join(root, 'real'), { mode: 0o755 });
    symlinkSync(join(root, 'real'), join(root, 'link'));
    expect(ensureHome({ path: join(root, 'link') }, deps)).toEqual({ ok: true, home: { path: join(root, 'real') } });
  });

  test('one that others can write is refused, and left as it is', () => {
    const path = join(root, 'open');
    mkdirSync(path);
    chmodSync(path, 0o775);
    expect(ensureHome({ path }, deps)).toEqual({
      ok: false,
      why: `tcx's home ${path} can be written by others`,
      fix: `chmod 700 ${path}`,
    });
    expect(statSync(path).mode & 0o777).toBe(0o775);
  });

  test('one on a network is refused with a sentence', () => {
    const path = join(root, 'nfs');
    const why = (type: number) => {
      const result = ensureHome({ path }, { ...deps, fileSystem: () => type });
      return result.ok ? '' : result.why;
    };
    expect(why(0x6969)).toBe(`tcx's home ${path} is on NFS, where file locks do not hold`);
    expect(why(0xff534d42 | 0)).toContain('CIFS');
    expect(why(0xef53)).toBe('');
  });

  test('one of another user is refused, but not for root', () => {
    const path = join(root, 'theirs');
    const owner = statSync(root).uid;
    expect(ensureHome({ path }, { ...deps, uid: owner + 1 })).toMatchObject({
      ok: false,
      why: expect.stringContaining('another user'),
    });
    expect(ensureHome({ path }, { ...deps, uid: 0 })).toMatchObject({ ok: true });
  });

  test('a file in its place is said', () => {
    const path = join(root, 'file');
    writeFileSync(path, '');
    expect(ensureHome({ path }, deps)).toMatchObject({ ok: false, why: expect.stringContaining(path) });
    expect(existsSync(path)).toBe(true);
  });
});
