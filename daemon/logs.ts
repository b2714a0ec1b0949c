/** The daemon's own log: structured lines, one file rotated by size, known secrets masked before they are written. */
import { closeSync, mkdirSync, openSync, renameSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { type Logger, pino } from 'pino';

const fileLimit = 5 * 1024 * 1024;

export interface Logs {
  readonly logger: Logger;
  readonly file: string;
}

/** `secrets` lists values that must never be written, as they are known at that moment. */
export function createLogs(home: string, secrets: () => readonly string[]): Logs {
  const folder = join(home, 'logs');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, 'tcxd.jsonl');
  let fd = openSync(file, 'a', 0o600);
  let size = statSync(file).size;
  const write = (line: string) => {
    const masked = secrets().reduce(
      (text, secret) => (secret.length < 8 ? text : text.replaceAll(secret, '[secret]')),
      line,
    );
    size += writeSync(fd, masked);
    if (size < fileLimit) return;
    closeSync(fd);
    renameSync(file, `${file}.1`);
    fd = openSync(file, 'a', 0o600);
    size = 0;
  };
  return { file, logger: pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime }, { write: tolerant(write) }) };
}

/** A full disk must not take the daemon with it. */
const tolerant = (write: (line: string) => void) => (line: string) => {
  try {
    write(line);
  } catch {
    // There is nowhere left to say so.
  }
};

/** A bug in one request or effect ends that; the daemon and all other sessions go on. */
export function logBugs(logger: Logs['logger']) {
  process.on('uncaughtException', (error) => logger.error({ error: error.stack }, 'uncaught exception'));
  process.on('unhandledRejection', (error) =>
    logger.error({ error: error instanceof Error ? error.stack : String(error) }, 'unhandled rejection'),
  );
}
