/** A session's rows, a page at a time, and then as they come: what `log` and `tail` stand on. */
import type { Row } from '../core/rows.ts';
import { Attachment, type AttachmentListener } from '../ipc/attachment.ts';
import type { Client } from '../ipc/client.ts';
import { ClientError } from '../ipc/client-error.ts';
import type { Live, Push } from '../ipc/messages.ts';
import { type Context, exit } from './context.ts';
import { insist } from './insist.ts';

/** Rows of one answer; fewer when they are large. */
const pageRows = 200;

/** Rows after one seq up to the newest, in order. */
export async function* rowsAfter(client: Client, session: string, after: number): AsyncGenerator<readonly Row[]> {
  for (let limit = pageRows; ; ) {
    const page = await insist(client, () => client.request('rows', { session, after, limit })).catch(tooLarge);
    if (!page) {
      limit = Math.ceil(limit / 8);
      continue;
    }
    if (page.rows.length > 0) yield page.rows;
    after = page.rows.at(-1)?.seq ?? page.head;
    if (after >= page.head) return;
  }
}

/** Rows before one seq, newest page first, each in order. */
export async function* rowsBefore(client: Client, session: string): AsyncGenerator<readonly Row[]> {
  let before: number | undefined;
  for (let limit = pageRows; before === undefined || before > 1; ) {
    const ask = { session, limit, ...(before !== undefined && { before }) };
    const page = await insist(client, () => client.request('rows', ask)).catch(tooLarge);
    if (!page) {
      limit = Math.ceil(limit / 8);
      continue;
    }
    if (page.rows.length === 0) return;
    yield page.rows;
    before = page.rows[0]!.seq;
  }
}

/** One row alone always has room; several may not. */
function tooLarge(error: unknown): undefined {
  if (error instanceof ClientError && error.code === 'too-large') return undefined;
  throw error;
}

export interface Following {
  readonly session: string;
  readonly after: number;
  readonly listener: Pick<AttachmentListener, 'rows' | 'live'> & {
    /** All live text there is, at the start and after the daemon was away. */
    readonly snapshot?: (live: readonly Live[]) => void;
  };
}

/** Listens until the daemon lets go: resolves when this client is detached, rejects when the daemon ends. */
export async function follow(client: Client, { session, after, listener }: Following): Promise<Bye> {
  const ended = Promise.withResolvers<Bye>();
  const ask = { session, after, role: 'watch', focused: false } as const;
  const attached: AttachmentListener = {
    ...listener,
    back: ({ live }) => listener.snapshot?.(live),
    bye: ended.resolve,
    lost: ended.reject,
  };
  using attachment = await insist(client, () => Attachment.open(client, ask, attached));
  listener.rows?.(attachment.first.rows);
  listener.snapshot?.(attachment.first.live);
  return await ended.promise;
}

type Bye = Extract<Push, { t: 'bye' }>;

/** Detached by a person is an end like any other; a daemon that stops is a failure to follow on. */
export function goodbye({ err }: Pick<Context, 'err'>, { why, by, session }: Bye): number {
  err(`${why}${by ? ` by ${by}` : ''}\n`);
  return session === undefined ? exit.failed : exit.done;
}
