/** Completion scripts in the shells they are for. */
import { execFile } from 'node:child_process';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { spawn } from '@lydell/node-pty';
import { expect } from 'vitest';
import { root, startDaemon, type TestHome, until } from '../daemon.ts';
import { verifies } from '../verifies.ts';
import { begin } from './scene.ts';

const run = promisify(execFile);

/** A home with `tcx` on its PATH and the script of a shell in a file. */
async function prepared(home: TestHome, shell: string) {
  const folder = home.env.HOME!;
  symlinkSync(join(root, 'bin', 'tcx'), join(folder, 'tcx'));
  const { code, stdout } = await home.tcx(['completion', shell]);
  expect(code).toBe(0);
  const script = join(folder, `tcx.${shell}`);
  writeFileSync(script, stdout);
  return { script, env: { ...home.env, PATH: `${folder}:${home.env.PATH}` } };
}

verifies('7.23', 'bash completes commands, flags, their values and session names', async () => {
  await using home = await startDaemon();
  const { script, env } = await prepared(home, 'bash');
  await begin(home, '--demo', '-n', 'blue-whale', 'run pwd');
  await begin(home, '--demo', '-n', 'red-fox', 'run pwd');
  /** What Tab offers after a line, as bash itself is told. */
  const offers = async (line: string) => {
    const words = line.split(' ');
    const quoted = words.map((word) => `'${word}'`).join(' ');
    const ask = `source '${script}'; COMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}; _tcx; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout } = await run('/bin/bash', ['--norc', '-c', ask], { env, cwd: home.work });
    return stdout
      .trim()
      .split('\n')
      .filter((word) => word !== '')
      .sort();
  };
  expect(await offers('tcx in')).toEqual(['inbox', 'interrupt']);
  expect(await offers('tcx exec --out')).toEqual(['--output-last-message']);
  expect(await offers('tcx exec --sandbox ')).toEqual(['danger-full-access', 'read-only', 'workspace-write']);
  expect(await offers('tcx wait . --for ')).toEqual(['done', 'idle', 'needs-you']);
  expect(await offers('tcx daemon re')).toEqual(['restart']);
  expect(await offers('tcx say ')).toEqual(['blue-whale', 'red-fox']);
  expect(await offers('tcx tail -n 5 b')).toEqual(['blue-whale']);
  expect(await offers('tcx kill-session -t r')).toEqual(['red-fox']);
  expect(await offers('tcx -C /tmp st')).toEqual(['stop']);
  expect(await offers('tcx rename red-fox ')).toEqual([]);
  expect(await offers('tcx ls -C /us')).toEqual(['/usr']);
});

verifies('7.23', 'zsh takes its script and completes commands and session names with it', async () => {
  await using home = await startDaemon();
  const { script, env } = await prepared(home, 'zsh');
  await run('zsh', ['-n', script]);
  await begin(home, '--demo', '-n', 'blue-whale', 'run pwd');
  // The completion system runs only in an interactive zsh, so one is driven on a terminal of its own.
  const zsh = spawn('zsh', ['-f', '-i'], { cwd: home.work, env, cols: 120, rows: 40 });
  let screen = '';
  zsh.onData((text) => {
    screen += text;
  });
  const shows = (text: string) => until(() => screen.includes(text), `zsh to show ${text}`);
  zsh.write(`autoload -U compinit && compinit -u && source '${script}' && echo re''ady\r`);
  await shows('ready');
  zsh.write('tcx interr\t');
  await shows('tcx interrupt');
  zsh.write('\u0015tcx say blue\t');
  await shows('tcx say blue-whale');
  zsh.kill('SIGKILL');
});

verifies('7.23', 'fish takes its script and completes commands, flags and session names with it', async () => {
  await using home = await startDaemon();
  const { script, env } = await prepared(home, 'fish');
  await begin(home, '--demo', '-n', 'blue-whale', 'run pwd');
  const offers = async (line: string) => {
    const ask = `source '${script}'; complete -C '${line}'`;
    const { stdout } = await run('fish', ['--no-config', '-c', ask], { env, cwd: home.work });
    return stdout
      .trim()
      .split('\n')
      .map((offer) => offer.split('\t')[0]);
  };
  expect(await offers('tcx inter')).toEqual(['interrupt']);
  expect(await offers('tcx exec --out')).toEqual(['--output-last-message']);
  expect(await offers('tcx say blue')).toEqual(['blue-whale']);
});

verifies('7.23', 'another shell is exit 2 with those there are', async () => {
  await using home = await startDaemon({ cold: true });
  const ran = await home.tcx(['completion', 'tcsh']);
  expect([ran.code, ran.stderr]).toEqual([2, expect.stringContaining('possible values: bash, zsh, fish')]);
});
