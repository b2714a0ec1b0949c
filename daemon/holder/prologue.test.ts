import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findShells, type Launch, plainComplaint, type Shells, withOnly, withPrologue } from './prologue.ts';
import type { RunSpec } from './protocol.ts';
import { path, shell } from './testing.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'tcx-prologue-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const bash = findShells().bash!;
/** Both kinds of script; /bin/sh is dash on Debian. */
const kinds: [string, Shells][] = [
  ['bash', { bash, sh: '/bin/sh', shIsDash: false }],
  ['the system’s sh', { sh: '/bin/sh', shIsDash: findShells().shIsDash }],
];

/** Starts it with descriptors 3, 7 and, where the shell can close them, 15 leaked; and none that this test inherited. */
function launch(shells: Shells, spec: RunSpec, program = spec.file) {
  const meta = join(dir, 'meta');
  writeFileSync(meta, '{}\n');
  const wrapped = prologue(shells, spec, program, meta);
  const leaks = shells.shIsDash ? [3, 7] : [3, 7, 15];
  const clean = withOnly([0, 1, 2, ...leaks], { bash, sh: '/bin/sh', shIsDash: false }, [
    wrapped.file,
    ...wrapped.args,
  ]);
  const leaked = openSync('/etc/hostname', 'r');
  const stdio = Array.from({ length: 16 }, (_, fd) => (fd < 3 ? 'pipe' : leaks.includes(fd) ? leaked : 'ignore'));
  const { status, stdout, stderr, pid } = spawnSync(clean.file, [...clean.args], {
    stdio,
    env: { ...spec.env },
    cwd: spec.cwd,
    encoding: 'utf8',
  });
  closeSync(leaked);
  return { status, stdout, stderr, pid, meta: readFileSync(meta, 'utf8').split('\n').slice(1) };
}

function prologue(shells: Shells, spec: RunSpec, program: string, meta: string, holder = process.pid): Launch {
  const wrapped = withPrologue({ shells, holder, leaks: !shells.shIsDash }, spec, program, meta);
  if (typeof wrapped === 'string') throw new Error(wrapped);
  return wrapped;
}

describe.each(kinds)('by %s', (_name, shells) => {
  test('leaked descriptors are closed, the process is recorded with its own start, then it runs', () => {
    const script = `for fd in /proc/self/fd/*; do if [ -e "$fd" ]; then echo "\${fd##*/}"; fi; done; cat /proc/self/stat >&2`;
    const { status, stdout, stderr, pid, meta } = launch(shells, shell('k', script));
    expect({ status, stdout }).toEqual({ status: 0, stdout: '0\n1\n2\n' });
    expect(meta).toHaveLength(2);
    const [recordedPid, start] = meta[0]!.split(' ');
    expect(Number(recordedPid)).toBe(pid);
    expect(Number(start)).toBeGreaterThan(0);
    expect(Number(start)).toBeLessThanOrEqual(Number(stderr.slice(stderr.lastIndexOf(')') + 2).split(' ')[19]));
  });

  test('a failed exec, open or limit is written down, and nothing runs', () => {
    const marker = join(dir, 'ran');
    const ran = shell('k', `touch ${marker}`);
    const failures = [
      launch(shells, ran, '/no/such/program'),
      launch(shells, { ...ran, opens: [{ fd: 4, path: '/no/such/file', mode: 'r' }] }),
      launch(shells, { ...ran, limits: [{ name: 'nofile', value: 2 ** 50 }] }),
    ];
    for (const { status, stderr, meta } of failures) {
      expect(status).not.toBe(0);
      expect(meta).toContain('failed');
      expect(plainComplaint(stderr)).not.toMatch(/^tcx/);
    }
    expect(plainComplaint(failures[0]!.stderr)).toMatch(/^\/no\/such\/program: /);
    expect(failures[1]!.meta).toEqual(['failed', '']);
    expect(existsSync(marker)).toBe(false);
  });

  test('a process whose holder is not its parent any more does not begin', () => {
    const meta = join(dir, 'meta');
    writeFileSync(meta, '{}\n');
    const wrapped = prologue(shells, shell('k', 'echo ran'), 'sh', meta, process.pid + 1);
    const clean = withOnly([0, 1, 2], { bash, sh: '/bin/sh', shIsDash: false }, [wrapped.file, ...wrapped.args]);
    const { status, stdout, stderr } = spawnSync(clean.file, [...clean.args], {
      env: { PATH: path },
      encoding: 'utf8',
    });
    expect({ status, stdout, stderr }).toEqual({ status: 1, stdout: '', stderr: 'its holder died\n' });
    expect(readFileSync(meta, 'utf8')).toBe('{}\nfailed\n');
  });

  test('a record that cannot be written stops it', () => {
    const wrapped = prologue(shells, shell('k', 'echo ran'), 'sh', '/no/such/folder/meta');
    const { status, stdout } = spawnSync(wrapped.file, [...wrapped.args], { env: { PATH: path }, encoding: 'utf8' });
    expect(status).not.toBe(0);
    expect(stdout).toBe('');
  });
});

test('hostile variables change nothing in the prologue', () => {
  const env = {
    PATH: path,
    GLOBIGNORE: '*',
    IFS: '0123456789/',
    BASH_ENV: join(dir, 'evil'),
    ENV: join(dir, 'evil'),
    'BASH_FUNC_umask%%': '() {  echo evil\n}',
    'BASH_FUNC_exec%%': '() {  echo evil\n}',
    'BASH_FUNC_eval%%': '() {  echo evil\n}',
    CDPATH: '/',
    PS4: '$(echo evil)',
  };
  writeFileSync(join(dir, 'evil'), 'echo evil\n');
  for (const [, shells] of kinds) {
    const { stdout } = launch(shells, shell('k', '', { env, file: '/bin/ls', args: ['/proc/self/fd'] }));
    expect(stdout).toBe('0\n1\n2\n3\n');
  }
});

test('which shell: dash when nothing asks for more', () => {
  const shells = { bash: '/bin/bash', sh: '/bin/sh', shIsDash: true };
  const file = (more: Partial<RunSpec>, leaks = false, has: Shells = shells) => {
    const wrapped = withPrologue({ shells: has, holder: 1, leaks }, shell('k', '', more), 'sh', '/meta');
    return typeof wrapped === 'string' ? wrapped : wrapped.file;
  };
  expect(file({})).toBe('/bin/sh');
  expect(file({}, true)).toBe('/bin/bash');
  expect(file({ env: { 'a.b': '' } })).toBe('/bin/bash');
  expect(file({ opens: [{ fd: 9, path: '/x', mode: 'r' }] })).toBe('/bin/sh');
  expect(file({ opens: [{ fd: 10, path: '/x', mode: 'r' }] })).toBe('/bin/bash');
  expect(file({}, true, { sh: '/bin/sh', shIsDash: false })).toBe('/bin/sh');
  expect(file({ env: { 'a.b': '' } }, false, { sh: '/bin/sh', shIsDash: true })).toBe('/bin/sh');
});

test.each([
  ['bash', 'tcx: line 9: /x: cannot execute: required file not found\n', '/x: cannot execute: required file not found'],
  [
    'bash, of the builtin',
    'tcx: line 9: exec: /x: cannot execute: Permission denied\n',
    '/x: cannot execute: Permission denied',
  ],
  ['dash', 'tcx: 9: exec: /x: not found\r\n', '/x: not found'],
  ['busybox', 'tcx: exec: line 10: /x: not found\n', '/x: not found'],
  ['nobody', 'execvp(3) failed.: Argument list too long\r\n', 'execvp(3) failed.: Argument list too long'],
])('a complaint of %s is told without the shell', (_name, said, plain) => {
  expect(plainComplaint(said)).toBe(plain);
});
