/** `tcx daemon logs` and `trace`: what the daemon wrote, also when it does not run, and what its actors do right now. */
import { watch } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Parsed } from './args.ts';
import { CliError, type Context, exit } from './context.ts';
import { count } from './numbers.ts';
import { clean } from './table.ts';
import { clockTime } from './time.ts';

const defaultLines = 20;
/** Read from the end of the log for its last lines. */
const tailBytes = 1024 * 1024;

export async function logs(context: Context, parsed: Parsed): Promise<number> {
  const folder = join(context.home, 'logs');
  const file = join(folder, 'tcxd.jsonl');
  const lines = count(parsed, 'lines') ?? defaultLines;
  const json = parsed.flags.json === true;
  const print = (text: string) => context.out(json ? text : linesOf(text).map(readable).join(''));
  // What was printed before there was a log, or at the end of all: a stack, when tcxd broke.
  const printed = json ? '' : lastLines(await endOf(join(folder, 'tcxd.out')), lines);
  if (printed !== '') context.err(`${printed}\n`);
  const end = await endOf(file);
  if (end === undefined && !parsed.flags.follow)
    throw new CliError(`there is no log in ${folder}: no tcxd has run`, 'tcx daemon start');
  print(lastLines(end, lines));
  if (parsed.flags.follow) await followFile(file, end === undefined ? 0 : (await stat(file)).size, print);
  return exit.done;
}

export async function trace(context: Context, { args: [session] }: Parsed): Promise<number> {
  using client = await context.connect({ kind: 'cli' });
  const ended = Promise.withResolvers<void>();
  using _push = client.onPush((push) => {
    if (push.t === 'trace') context.out(`${clean(push.line)}\n`);
  });
  using _state = client.onState(({ state }) => {
    if (state === 'closed') ended.resolve();
  });
  await client.request('daemon.trace', session === undefined ? {} : { session });
  await ended.promise;
  context.err('the daemon went away\n');
  return exit.failed;
}

const linesOf = (text: string) => text.split('\n').filter((line) => line !== '');

function lastLines(text: string | undefined, wanted: number): string {
  if (text === undefined || wanted === 0) return '';
  return linesOf(text)
    .slice(-wanted)
    .map((line) => `${line}\n`)
    .join('');
}

/** The last part of a file; undefined when it is not there. */
async function endOf(path: string): Promise<string | undefined> {
  try {
    await using file = await open(path);
    const { size } = await file.stat();
    const length = Math.min(size, tailBytes);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.toString('utf8', 0, bytesRead);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** A line of the log for people: when, how bad, what, and the facts. */
function readable(line: string): string {
  try {
    const { level, time, msg, ...facts } = JSON.parse(line) as { level: number; time: string; msg: string };
    const rest = Object.entries(facts).map(
      ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
    );
    return clean(`${clockTime(Date.parse(time))} ${levelName(level)} ${[msg, ...rest].join(' ')}`).concat('\n');
  } catch {
    return `${clean(line)}\n`;
  }
}

const levelName = (level: number) => (level >= 50 ? 'error' : level >= 40 ? 'warn ' : 'info ');

/** Goes on with the file of this name, also when another one takes its place as it grows too large. Ends only with the process. */
async function followFile(path: string, from: number, print: (text: string) => void): Promise<never> {
  let at = from;
  let rest: Buffer = Buffer.of();
  let reading = Promise.resolve();
  const read = async () => {
    const size = await stat(path).then(
      (found) => found.size,
      () => 0,
    );
    if (size < at) at = 0;
    if (size === at) return;
    await using file = await open(path);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.min(size - at, tailBytes)), 0, undefined, at);
    at += bytesRead;
    const bytes = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
    const end = bytes.lastIndexOf(0x0a) + 1;
    rest = bytes.subarray(end);
    print(bytes.toString('utf8', 0, end));
    if (at < size) await read();
  };
  watch(dirname(path), (_, name) => {
    if (name === basename(path)) reading = reading.then(read, read);
  });
  await read();
  return new Promise<never>(() => {});
}
