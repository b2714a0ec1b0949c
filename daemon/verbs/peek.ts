/** What a list shows beside a session that nobody has attached to for it: read from its newest rows. */
import type { Row } from '../../core/rows.ts';
import type { Peek } from '../../ipc/messages.ts';
import type { RequestOf } from '../../ipc/protocol.ts';
import type { Client } from '../connection.ts';
import type { Daemon } from '../daemon.ts';
import { resolve } from './reference.ts';

/** Rows looked at from the end: a list is drawn often, and a session may have a hundred thousand. */
const lookedAt = 1000;
const lastText = 2000;

export async function peek(daemon: Daemon, client: Client, { session: ref }: RequestOf<'peek'>): Promise<Peek> {
  const session = resolve(daemon, client, ref);
  const state = await daemon.host.state(session);
  const { meta, tree } = state;
  const view = await daemon.sessions.view(state);
  const rows = await daemon.host.rows(session, Math.max(0, tree.seq - lookedAt), lookedAt);
  const said = rows.findLast((row) => row.kind === 'assistant' && row.body.text.trim() !== '');
  const plan = rows.findLast((row) => row.kind === 'plan');
  return {
    session,
    title: meta.title,
    cwd: meta.cwd,
    settings: meta.settings,
    contextTokens: view.contextTokens,
    contextWindow: view.contextWindow,
    viewers: daemon.hub.presence(session),
    plan: plan?.kind === 'plan' ? plan.body.items : [],
    last: said?.kind === 'assistant' ? said.body.text.slice(0, lastText) : '',
    changed: changed(rows),
    changes: view.questions.flatMap(({ call }) =>
      rows.flatMap((row) => (row.kind === 'patch' && row.body.call === call ? [row.body] : [])),
    ),
  };
}

function changed(rows: readonly Row[]): Peek['changed'] {
  const done = new Set(
    rows.flatMap((row) => (row.kind === 'output' && row.body.status === 'done' ? [row.body.call] : [])),
  );
  const changes = rows.flatMap((row) => (row.kind === 'patch' && done.has(row.body.call) ? row.body.changes : []));
  const sum = (of: 'added' | 'removed') => changes.reduce((all, change) => all + change[of], 0);
  return { files: new Set(changes.map(({ path }) => path)).size, added: sum('added'), removed: sum('removed') };
}
