/** The bundle that runs a daemon: `tcxd run`. Reads the environment and the command line; nothing else of the daemon does. */
import { writeSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 15)) {
  process.stderr.write(`tcxd needs Node 22.15 or newer; this is ${process.versions.node}\n`);
  process.exit(1);
}
enableCompileCache(join(import.meta.dirname, '.cache'));

const argv = process.argv.slice(2);
const readyAt = argv.indexOf('--ready-fd');
const readyFd = readyAt < 0 ? undefined : Number(argv[readyAt + 1]);

const { runDaemon, Refusal } = require('./daemon.js') as typeof import('./main.ts');

runDaemon({
  env: process.env,
  userHome: homedir(),
  build: __TCX_VERSION__,
  holderFile: join(import.meta.dirname, 'holder.js'),
  ready: () => (readyFd === undefined ? process.stderr.write('tcxd is ready\n') : writeSync(readyFd, 'ready\n')),
}).catch((error: unknown) => {
  if (!(error instanceof Refusal)) throw error;
  const { code, message, fix } = error;
  if (readyFd === undefined) process.stderr.write(`Error: ${message}\n  ${fix}\n`);
  // For whoever waits for a daemon, one that runs already is as good as this one.
  else writeSync(readyFd, code === 'running' ? 'ready\n' : `${JSON.stringify({ code, message, fix })}\n`);
  process.exit(1);
});
