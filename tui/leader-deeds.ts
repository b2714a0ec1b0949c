/** What the leader's keys do that go from one session to another, or show who else is here. */
import type { SessionInfo, Viewer } from '../ipc/messages.ts';
import type { ActDeps } from './act-deps.ts';
import { ordered, placedNow } from './agents-order.ts';
import { fieldOf } from './board.ts';
import { type Item, selectorOf } from './selector.ts';
import { oneLine } from './text.ts';
import { age, plural } from './words.ts';

async function sessionsNow({ desk }: ActDeps): Promise<readonly SessionInfo[]> {
  await desk.lists.look();
  return desk.lists.all();
}

/** The session before or after this one among those of its folder, in the order in which they began. */
export async function showBeside(deps: ActDeps, by: 1 | -1) {
  const { current, session, cwd } = deps.store.get();
  const place = session?.view.cwd ?? cwd;
  const all = await sessionsNow(deps);
  const here = all.filter((each) => each.cwd === place && !each.archived).sort((a, b) => a.created - b.created);
  const at = here.findIndex(({ id }) => id === current);
  const next = here[(Math.max(at, by > 0 ? -1 : 0) + by + here.length) % here.length];
  if (next && next.id !== current) void deps.desk.opening.show(next.id);
  else deps.desk.hint('no other session in this folder', 'dim');
}

/** The nth row of the agents screen, as it would stand now. */
export async function showNth(deps: ActDeps, n: number) {
  await sessionsNow(deps);
  const view = deps.store.get();
  const row = placedNow(view, view.board.agents)[n - 1];
  if (row) void deps.desk.opening.show(row.id);
  else deps.desk.hint(`there are ${plural(ordered(view.sessions).length, 'session')}`, 'dim');
}

export function askName({ desk, store }: ActDeps) {
  const { session } = store.get();
  if (!session) return desk.hint('there is no session to rename', 'dim');
  const { name, session: id } = session.view;
  desk.board.set({ field: fieldOf('rename', id, 'new name:', name) });
}

/** Who is attached; Enter detaches the marked one. */
export function showWho({ desk, store }: ActDeps) {
  const { session } = store.get();
  if (!session) return desk.hint('nobody else is here: no session is open', 'dim');
  const { viewers, client, view } = session;
  const items = viewers.map((viewer) => itemOf(viewer, viewer.client === client));
  desk.board.set({
    overlay: {
      kind: 'select',
      selector: selectorOf(`Who is attached to ${view.name}`, items),
      hint: 'enter detaches the marked one · esc back',
      chosen: ({ id }) => {
        if (Number(id) === client) void desk.leave();
        else void desk.board.detach(view.session, Number(id));
      },
    },
  });
}

function itemOf({ client, label, role, size, typing, idleMs }: Viewer, isMe: boolean): Item {
  const parts = [
    role === 'watch' ? 'watches' : 'drives',
    size && `${size.columns}×${size.rows}`,
    typing ? 'typing' : idleMs >= 1000 && `idle ${age(idleMs)}`,
  ];
  return {
    id: String(client),
    text: `${oneLine(label)}${isMe ? ' (this screen)' : ''}`,
    note: parts.filter((part) => part).join(' · '),
  };
}
