/** Verbs that only look at a session: its rows, how it is, what it changed. */
import type { AnswerOf, Resolved } from '../../ipc/messages.ts';
import type { RequestOf } from '../../ipc/protocol.ts';
import type { Client } from '../connection.ts';
import type { Daemon } from '../daemon.ts';
import { firstPage, lastPage } from '../pages.ts';
import { resolve } from './reference.ts';

export async function rows(daemon: Daemon, client: Client, { session: ref, after, before, limit }: RequestOf<'rows'>) {
  const session = resolve(daemon, client, ref);
  const { tree } = await daemon.host.state(session);
  const end = Math.min(before ?? tree.seq + 1, tree.seq + 1);
  const from = after ?? Math.max(0, end - 1 - limit);
  const found = await daemon.host.rows(session, from, Math.min(limit, Math.max(0, end - 1 - from)));
  return { rows: after === undefined ? lastPage(found) : firstPage(found), head: tree.seq };
}

export async function resolved(
  daemon: Daemon,
  client: Client,
  { session: ref }: RequestOf<'resolve'>,
): Promise<Resolved> {
  const session = resolve(daemon, client, ref);
  const host = await daemon.host.state(session);
  const { name, cwd, state, what, fix, pending, held, questions } = await daemon.sessions.view(host);
  const { archived, ended } = host.meta;
  return {
    session,
    name,
    archived,
    cwd,
    state,
    what,
    ...(fix && { fix }),
    ended: ended?.status ?? null,
    pending: pending.length,
    held,
    questions,
  };
}

/** The patches that were done, with the turn and call each belongs to. */
export async function diff(
  daemon: Daemon,
  client: Client,
  { session: ref, turn }: RequestOf<'diff'>,
): Promise<AnswerOf<'diff'>> {
  const session = resolve(daemon, client, ref);
  const { cwd, fork } = (await daemon.host.state(session)).meta;
  const rows = await daemon.host.rows(session, 0, Number.MAX_SAFE_INTEGER);
  const turns = new Map(rows.flatMap((row) => (row.kind === 'call' ? [[row.body.call, row.body.turn] as const] : [])));
  const applied = new Set(
    rows.flatMap((row) => (row.kind === 'output' && row.body.status === 'done' ? [row.body.call] : [])),
  );
  const files = rows.flatMap((row) => {
    // What a fork shares was done by its source.
    if (row.kind !== 'patch' || row.seq <= (fork?.seq ?? 0) || !applied.has(row.body.call)) return [];
    const { call, changes } = row.body;
    return changes.map((change) => ({ ...change, call, turn: turns.get(call) ?? 0 }));
  });
  return { cwd, files: turn === undefined ? files : files.filter((file) => file.turn === turn) };
}
