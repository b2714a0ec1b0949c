/** The README's commands as a newcomer types them: a fresh copy, nothing in the environment but PATH and HOME, the system's own Node. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect } from 'vitest';
import { type Ran, root, startDaemon, type TestHome } from './daemon.ts';
import { Screen } from './screen.ts';
import { verifies } from './verifies.ts';

/** What git would hand on: no dependencies, no build. */
function freshCopy(to: string) {
  const listed = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root });
  const files = listed.stdout.toString().split('\0').filter(Boolean);
  expect(files, 'files of a git checkout').toContain('package.json');
  for (const file of files) {
    mkdirSync(dirname(join(to, file)), { recursive: true });
    cpSync(join(root, file), join(to, file));
  }
}

const systemPath = process.env
  .PATH!.split(':')
  .filter((folder) => !folder.includes('node_modules'))
  .join(':');

async function run(command: string, cwd: string, path: string, { home, env }: TestHome): Promise<Ran> {
  // The registry's settings are the person's; all else is tcx's to bring.
  const clean = { PATH: path, HOME: process.env.HOME!, TCX_HOME: home, SHELL: env.SHELL! };
  const child = spawn('/bin/sh', ['-c', command], { cwd, env: clean, stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr, [code, signal]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>,
  ]);
  return { code, signal, stdout, stderr };
}

verifies(
  '12.13',
  'a fresh clone starts with the README’s commands, and works in another folder once it is installed',
  async () => {
    await using home = await startDaemon({ cold: true });
    const base = mkdtempSync(join(tmpdir(), 'tcx-install-'));
    try {
      const clone = join(base, 'clone');
      freshCopy(clone);
      const inClone = (command: string) => run(command, clone, systemPath, home);
      expect(await inClone('npm ci --no-audit --no-fund')).toMatchObject({ code: 0 });

      const start = await inClone('npm start');
      expect(start.code).not.toBe(0);
      expect(start.stderr).toContain('npm start -- exec --demo "run ls"');
      const demo = await inClone('npm start -- exec --demo "run ls"');
      expect([demo.code, demo.stdout]).toEqual([0, expect.stringContaining('README.md')]);

      const prefix = join(base, 'global');
      expect(await inClone(`npm i -g . --prefix ${prefix} --no-audit --no-fund`)).toMatchObject({ code: 0 });
      const installed = `${join(prefix, 'bin')}:${systemPath}`;
      const there = await run('tcx exec --demo "run ls"', home.work, installed, home);
      expect([there.code, there.stderr]).toEqual([0, expect.stringContaining('ls')]);
      await using screen = new Screen(home, ['-c', 'exec tcx'], { shell: true, env: { PATH: installed } });
      await screen.until('Which model shall it use?');
      await home.tcx(['daemon', 'stop', '--now']);
    } finally {
      rmSync(base, { recursive: true, force: true });
    }
  },
  240_000,
);
