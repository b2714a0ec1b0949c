/** The host that is there without any set-up: what a daemon loads for it, and what it does not. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect } from 'vitest';
import { node, root, startDaemon, until } from '../daemon.ts';
import { verifies } from '../verifies.ts';

verifies('12.13', 'a daemon that has run a turn has loaded no Temporal package', async () => {
  await using home = await startDaemon({ cold: true });
  // Node tells of every module that is asked for.
  const env = { ...home.env, NODE_DEBUG: 'module,esm' };
  const child = spawn(node, [join(root, 'dist', 'tcxd.js'), 'run'], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  const told = text(child.stderr);
  await until(() => home.pid() === child.pid, 'the daemon');
  expect(await home.tcx(['exec', '--demo', 'run pwd'])).toMatchObject({ code: 0 });
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
  const asked = [...(await told).matchAll(/Module\._load REQUEST (\S+)/g)].map(([, name]) => name!);
  expect(asked).toEqual(expect.arrayContaining(['./daemon.js', 'node:sqlite']));
  expect(asked.filter((name) => /temporal/i.test(name))).toEqual([]);
});
