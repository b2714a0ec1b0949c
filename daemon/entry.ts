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
const readyFd = Number(argv[argv.indexOf('--ready-fd') + 1] ?? Number.NaN);
/** One line to whoever started us: `ready`, or why not as JSON. */
const tell = (line: string) => {
  if (argv.includes('--ready-fd') && Number.isInteger(readyFd)) writeSync(readyFd, `${line}\n`);
  else if (line !== 'ready')
    process.stderr.write(
      `${(JSON.parse(line) as { message: string; fix: string }).message}\n  ${(JSON.parse(line) as { fix: string }).fix}\n`,
    );
};

const { runDaemon, Refusal } = (await import('./daemon.js' as string)) as typeof import('./main.ts');
try {
  await runDaemon({
    env: process.env,
    userHome: homedir(),
    build: __TCX_VERSION__,
    holderFile: join(import.meta.dirname, 'holder.js'),
    ready: () => tell('ready'),
  });
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  tell(
    error.code === 'running' ? 'ready' : JSON.stringify({ code: error.code, message: error.message, fix: error.fix }),
  );
  process.exit(error.code === 'running' ? 0 : 1);
}
