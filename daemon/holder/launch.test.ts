/** What a command is started with: its program, arguments, environment, limits and files, or the system's reason why not. */
import { mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Holder } from './client.ts';
import type { RunSpec } from './protocol.ts';
import { Home, path, runToEnd, shell } from './testing.ts';

let home: Home;
let holder: Holder;
let files: string;
beforeAll(async () => {
  home = new Home();
  holder = await home.open();
  files = join(home.run, 'files');
  mkdirSync(files);
}, 20_000);
afterAll(() => home[Symbol.asyncDispose](), 20_000);

let keys = 0;
const key = () => `test/p${++keys}/run#1`;
const exited = (code: number) => expect.objectContaining({ kind: 'exited', code });
test.each<[string, Partial<RunSpec>, string]>([
  ['a missing program', { file: 'no-such-program' }, 'no-such-program: No such file or directory (ENOENT)'],
  ['a missing program by path', { file: '/no/such' }, '/no/such: No such file or directory (ENOENT)'],
  ['a program that may not be run', { file: '/etc/passwd' }, '/etc/passwd: Permission denied (EACCES)'],
  ['a folder as program', { file: '/etc' }, '/etc: Permission denied (EACCES)'],
  ['a missing folder', { cwd: '/no/such' }, '/no/such: No such file or directory (ENOENT)'],
  ['a file as folder', { cwd: '/etc/passwd' }, '/etc/passwd: Not a directory (ENOTDIR)'],
  [
    'a missing file to open',
    { opens: [{ fd: 4, path: '/no/such', mode: 'r' }] },
    '/no/such: No such file or directory (ENOENT)',
  ],
  ['arguments that are too long', { args: ['-c', 'true', 'x'.repeat(300_000)] }, 'Argument list too long (E2BIG)'],
])('%s fails with the system’s sentence', async (_name, more, why) => {
  const { text, end } = await runToEnd(holder, shell(key(), 'true', more));
  expect({ text, end }).toMatchObject({ text: '', end: { kind: 'failed', why } });
});

test.each(['pipes', 'pty'] as const)('what only exec can find out fails too, on %s', async (mode) => {
  const script = join(files, `interpreter-${mode}`);
  writeFileSync(script, '#!/no/such/interpreter\n', { mode: 0o755 });
  const { end } = await runToEnd(holder, shell(key(), '', { file: script, mode }));
  expect(end).toMatchObject({ kind: 'failed', why: expect.stringContaining(script) });
  const opened = shell(key(), 'true', { mode, opens: [{ fd: 5, path: `${files}/no/such`, mode: 'w' }] });
  expect((await runToEnd(holder, opened)).end).toMatchObject({
    kind: 'failed',
    why: expect.stringContaining('/no/such'),
  });
});

test('codes 126 and 127 of a command itself are its codes', async () => {
  expect((await runToEnd(holder, shell(key(), 'exit 127'))).end).toEqual(exited(127));
  expect((await runToEnd(holder, shell(key(), 'no-such-program', { mode: 'pty' }))).end).toEqual(exited(127));
  expect((await runToEnd(holder, shell(key(), '/etc/passwd'))).end).toEqual(exited(126));
});

test.each(['sh', 'bash'])('arguments reach a program as they are, through %s', async (through) => {
  const args = ['a b', '$HOME', '`id`', "it's", '"q"', '', '*', '-n', '--', 'new\nline', '\\', 'ä€', '!x'];
  const env = through === 'bash' ? { PATH: path, 'no.identifier': '1' } : { PATH: path };
  const { text } = await runToEnd(holder, shell(key(), '', { file: 'printf', args: ['%s|', ...args], env }));
  expect(text).toBe(args.map((arg) => `${arg}|`).join(''));
});

test('a program whose name looks like an option, and one beside the folder, are found', async () => {
  for (const name of ['-odd', 'plain']) symlinkSync('/bin/echo', join(files, name));
  const bin = { PATH: `${files}:${path}` };
  expect((await runToEnd(holder, shell(key(), '', { file: '-odd', args: ['x'], env: bin }))).text).toBe('x\n');
  expect((await runToEnd(holder, shell(key(), '', { file: './plain', args: ['y'], cwd: files }))).text).toBe('y\n');
});

test.each(['pipes', 'pty'] as const)(
  'the environment is the one given and nothing of the holder’s, on %s',
  async (mode) => {
    const env = {
      PATH: path,
      TERM: 'dumb',
      SHLVL: '7',
      EMPTY: '',
      MULTI: 'a\nb',
      n: '5',
      d: 'x',
      meta: 'mine',
      start: '1',
    };
    const { text } = await runToEnd(holder, shell(key(), '', { file: 'env', args: ['-0'], env, mode }));
    const got = Object.fromEntries(
      text
        .replaceAll('\r\n', '\n')
        .split('\0')
        .filter(Boolean)
        .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
    );
    expect(got).toEqual({ ...env, PWD: tmpdir() });
  },
);

test('exported options of a shell do not reach the shells in between', async () => {
  const env = { PATH: path, SHELLOPTS: 'xtrace:noexec', BASHOPTS: 'failglob', 'a.b': '1' };
  const { text } = await runToEnd(holder, shell(key(), 'echo "$-" "$SHELLOPTS"', { file: 'bash', env }));
  expect(text).toBe('hBc braceexpand:hashall:interactive-comments\n');
});

test('names that are no identifiers, and functions of a shell, reach the command', async () => {
  const env = {
    PATH: path,
    'a.b-c': '1',
    'BASH_FUNC_hi%%': '() {  echo hi from a function\n}',
    BASH_ENV: '/etc/passwd',
  };
  const { text } = await runToEnd(
    holder,
    shell(key(), 'hi; env | grep a.b-c', { file: 'bash', env: { ...env, BASH_ENV: '' } }),
  );
  expect(text).toBe('hi from a function\na.b-c=1\n');
  const got = (await runToEnd(holder, shell(key(), '', { file: 'env', args: ['-0'], env }))).text.split('\0');
  expect(got).toEqual(expect.arrayContaining(['a.b-c=1', 'BASH_ENV=/etc/passwd']));
});

test('umask and limits are the session’s', async () => {
  const limits: RunSpec['limits'] = [
    { name: 'nofile', value: 77 },
    { name: 'fsize', value: 1024 * 1024 },
    { name: 'core', value: 0, soft: true },
    { name: 'cpu', value: 100 },
  ];
  for (const more of [
    {},
    { env: { PATH: path, 'a.b': '' } },
    { env: { PATH: path, 'a.b': '', POSIXLY_CORRECT: '1' } },
    { mode: 'pty' as const },
  ]) {
    const script = 'umask; ulimit -n; ulimit -S -c; ulimit -t; head -c 2000000 /dev/zero >"$0"; echo $?';
    const file = join(files, `limited-${key().replaceAll('/', '-')}`);
    const { text } = await runToEnd(
      holder,
      shell(key(), '', { args: ['-c', script, file], umask: 0o027, limits, ...more }),
    );
    expect(text.replaceAll('\r', '').split('\n').slice(0, 4)).toEqual(['0027', '77', '0', '100']);
    expect(statSync(file)).toMatchObject({ size: 1024 * 1024, mode: 0o100640 });
    rmSync(file);
  }
});

test('files are opened under the numbers asked for, low and high', async () => {
  const [read, write] = [join(files, 'read me'), join(files, 'write me')];
  writeFileSync(read, 'content');
  const opens: RunSpec['opens'] = [
    { fd: 4, path: read, mode: 'r' },
    { fd: 7, path: write, mode: 'w' },
    { fd: 12, path: write, mode: 'a' },
  ];
  const script = 'cat <&4; echo one >&7; echo two >&12';
  expect((await runToEnd(holder, shell(key(), script, { opens, file: 'bash' }))).text).toBe('content');
  expect(readFileSync(write, 'utf8')).toBe('one\ntwo\n');
  const low = await runToEnd(holder, shell(key(), 'cat <&4', { opens: opens.slice(0, 1), mode: 'pty' }));
  expect(low.text).toBe('content');
});
