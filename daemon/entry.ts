/** The bundle that runs a daemon: `tcxd run`. Reads the environment and the command line; nothing else of the daemon does. */
import { writeSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const usage = `tcxd: the daemon of tcx's sessions, one a home

Usage: tcxd run [--with-parent]

It stays in the foreground. Most people never type this: tcx starts it when it is needed (tcx daemon --help).

      --with-parent    end when standard input does, commands too
      --ready-fd N     write one line to this descriptor: ready, or why not
      --version        print the version
`;

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 22)) {
  process.stderr.write(`tcxd needs Node 22.22 or newer; this is ${process.versions.node}\n`);
  process.exit(1);
}
enableCompileCache(join(import.meta.dirname, '.cache'));

const { values } = commandLine();
const readyFd = values['ready-fd'] === undefined ? undefined : Number(values['ready-fd']);

const { runDaemon, Refusal } = require('./daemon.js') as typeof import('./main.ts');

runDaemon({
  env: process.env,
  userHome: homedir(),
  build: __TCX_VERSION__,
  holderFile: join(import.meta.dirname, 'holder.js'),
  filesFile: join(import.meta.dirname, 'files.js'),
  ready: ({ home, log }) => {
    if (readyFd !== undefined) tell(readyFd, 'ready\n');
    else process.stderr.write(`tcxd ${__TCX_VERSION__} runs for ${home} (pid ${process.pid}); its log is ${log}\n`);
  },
  ...(values['with-parent'] && { until: ended(process.stdin) }),
}).catch((error: unknown) => {
  if (!(error instanceof Refusal)) throw error;
  const { code, message, fix } = error;
  if (readyFd === undefined) process.stderr.write(`Error: ${message}\n  ${fix}\n`);
  else tell(readyFd, `${JSON.stringify({ code, message, fix })}\n`);
  process.exit(1);
});

/** Whoever started this may be gone by now; then the next one who comes is served. */
function tell(fd: number, line: string) {
  try {
    writeSync(fd, line);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
  }
}

function commandLine() {
  try {
    const parsed = parseArgs({
      options: {
        'ready-fd': { type: 'string' },
        'with-parent': { type: 'boolean' },
        version: { type: 'boolean', short: 'V' },
        help: { type: 'boolean', short: 'h' },
      },
      allowPositionals: true,
    });
    if (parsed.values.help) leave(1, usage, 0);
    if (parsed.values.version) leave(1, `tcxd ${__TCX_VERSION__}\n`, 0);
    if (parsed.positionals.join(' ') !== 'run') leave(2, usage, 2);
    return parsed;
  } catch (error) {
    return leave(2, `error: ${(error as Error).message}\n\n${usage}`, 2);
  }
}

function leave(fd: 1 | 2, text: string, code: number): never {
  writeSync(fd, text);
  process.exit(code);
}

function ended(stream: NodeJS.ReadStream): Promise<void> {
  return new Promise((resolve) => {
    stream.on('end', resolve).on('error', resolve).resume();
  });
}
