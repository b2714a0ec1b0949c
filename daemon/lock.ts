/**
 * One daemon a home. The lock is an SQLite file that nothing else opens, held exclusively until the process ends: Node has no
 * flock, and a POSIX lock is lost when the same process reads the file by other means. Its user_version is the epoch.
 */
import { DatabaseSync } from 'node:sqlite';

export interface Lock extends Disposable {
  /** Raised by each holder of the lock; a holder process refuses a daemon of a lower one. */
  readonly epoch: number;
}

/** Undefined when another process holds it. */
export function takeLock(path: string): Lock | undefined {
  const db = new DatabaseSync(path);
  try {
    db.exec('PRAGMA busy_timeout = 0; PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE');
    const epoch = Number(db.prepare('PRAGMA user_version').get()!.user_version) + 1;
    db.exec(`PRAGMA user_version = ${epoch}; COMMIT`);
    return { epoch, [Symbol.dispose]: () => db.close() };
  } catch (error) {
    db.close();
    if (/locked|busy/i.test(String(error))) return undefined;
    throw error;
  }
}
