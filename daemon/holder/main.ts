/**
 * The holder's process. One argument, a JSON object (`StartArgs`). SIGTERM means `leave`: a stray one, or the one every
 * process gets when the machine goes down, ends no command, and the process goes with its last one. SIGHUP is ignored.
 * SIGUSR2 binds the socket again, after somebody has cleaned up its folder.
 */
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, readSync, writeSync } from 'node:fs';
import { holderPipesDir, removeHolderFiles, writeHolderFile } from './holder-file.ts';
import { Pipes } from './pipes.ts';
import { startTime } from './procfs.ts';
import { findShells } from './prologue.ts';
import { protocolVersion } from './protocol.ts';
import { HolderServer } from './serve.ts';
import { spoolRoot } from './spool-files.ts';
import type { StartArgs } from './start.ts';

/** What this process says in its life; then it is silent, and no disk fills. */
const maxLogBytes = 64 * 1024;
/** A peer that does not read keeps the process at most this long. */
const goodbyeMs = 500;

const args = JSON.parse(process.argv[2] ?? '{}') as StartArgs;
const { run, incarnation, socket, build } = args;

let logged = 0;
function log(line: string): void {
  const text = `${new Date().toISOString()} ${line}\n`;
  logged += text.length;
  if (logged <= maxLogBytes) process.stderr.write(text);
}

/** Descriptors above 9 that were open before this process had any of its own and that children would inherit. */
function inheritsHighDescriptors(): boolean {
  if (process.platform !== 'linux') return true;
  return readdirSync('/proc/self/fd').some((fd) => {
    if (Number(fd) <= 9) return false;
    try {
      const flags = /^flags:\s*([0-7]+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1] ?? '0';
      return (Number.parseInt(flags, 8) & 0o2000000) === 0;
    } catch {
      return false; // The folder's own descriptor, closed since.
    }
  });
}

function gone(empty: boolean): void {
  pipes.remove();
  if (empty) removeHolderFiles(run, { incarnation, socket });
  setTimeout(() => process.exit(0), goodbyeMs).unref();
}

/** From the system's source: loading `node:crypto` would take a fifth of this process's start. */
function randomHex(bytes: number): string {
  const fd = openSync('/dev/urandom', 'r');
  const buffer = Buffer.alloc(bytes);
  readSync(fd, buffer);
  closeSync(fd);
  return buffer.toString('hex');
}

process.title = 'tcx-holder';
process.umask(0o077);
process.on('uncaughtException', (error) => log(`this is a bug: ${error.stack ?? error}`));
process.on('SIGHUP', () => {});

const token = randomHex(16);
const inherited = inheritsHighDescriptors();
const pipes = new Pipes(holderPipesDir(run, incarnation));
mkdirSync(spoolRoot(run), { recursive: true, mode: 0o700 });
const server = new HolderServer({
  ...args,
  token,
  shells: findShells(),
  pipes,
  inherited,
  now: Date.now,
  log,
  pid: process.pid,
  gone,
});
process.on('SIGTERM', () => server.leave());
process.on('SIGUSR2', () => void server.listen().catch((error) => log(`the socket cannot be bound again: ${error}`)));

async function start(): Promise<void> {
  await server.listen();
  const started = startTime(process.pid) ?? '';
  writeHolderFile(run, {
    version: protocolVersion,
    incarnation,
    pid: process.pid,
    start: started,
    socket,
    build,
    token,
  });
  writeSync(args.readyFd, 'ready\n');
  closeSync(args.readyFd);
}

start().catch((error: unknown) => {
  log(`cannot start: ${error instanceof Error ? error.message : error}`);
  process.exit(1);
});
