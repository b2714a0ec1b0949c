/** What a commit causes outside the log: viewers see it, the index learns it, spools nobody needs are dropped. */
import { type ActorId, effectKey, type SessionId } from '../core/ids.ts';
import type { Push } from '../ipc/messages.ts';
import type { Crowd } from './crowd.ts';
import type { Holder } from './holder/client.ts';
import type { Committed, Host, SessionState } from './hosts/host.ts';
import type { Hub } from './hub.ts';
import type { MarkStore } from './marks.ts';
import type { Projector } from './projector.ts';
import type { Residents } from './residents.ts';
import type { Sessions } from './sessions.ts';
import { isBusy } from './supervise.ts';
import { openQuestions } from './views.ts';

export interface FollowUp {
  readonly host: Host;
  readonly hub: Hub;
  readonly sessions: Sessions;
  readonly marks: MarkStore;
  readonly projector: Projector;
  readonly residents: Residents;
  readonly holder: Holder;
  readonly crowd: Crowd;
  readonly now: () => number;
  /** After a turn: what may be said next. */
  readonly suggest: (commit: Committed) => Promise<void>;
}

export function followCommits(parts: FollowUp): Disposable {
  const { host, hub, sessions, projector, residents, holder } = parts;
  const views = new Views(parts);
  /** Open questions by session, as the screens of the other sessions were last told. */
  const asked = new Map<SessionId, number>();
  const tellOthers = (session: SessionId, open: number) => {
    if (asked.get(session) === open) return;
    asked.set(session, open);
    for (const other of hub.watched()) if (other !== session) views.changed(other);
  };
  return host.watch({
    committed: (commit) => {
      const { session, rows, closed, ended, meta } = commit;
      sessions.note(commit);
      hub.committed(session, rows, closed);
      projector.committed(commit);
      residents.works(meta.cwd, session, isBusy(commit));
      for (const actor of ended) if (isCommand(actor)) void dropSpool(holder, residents, actor);
      returnWords(parts, commit);
      // A comfort: whatever goes wrong with it is nobody's trouble.
      void parts.suggest(commit).catch(() => {});
      if (hub.isFocused(session)) void sessions.saw(session, commit.tree.seq, parts.now());
      parts.crowd.trace(session, traceLine(commit));
      views.changed(session);
      tellOthers(session, openQuestions(commit.tree).length);
      if (rows.some(({ kind }) => kind === 'asked') && hub.viewers(session) === 0) void tellNeed(parts, commit);
      parts.crowd.changed();
    },
    live: (session, key, delta) => hub.delta(session, key, delta),
    trouble: (state) => {
      views.changed(state.session);
      parts.crowd.changed();
      if (state.trouble)
        hub.push(state.session, {
          t: 'notice',
          level: 'error',
          session: state.session,
          text: `${state.trouble.why}. ${state.trouble.fix}`,
        });
    },
    unloaded: (session, length) => {
      projector.closed(session, length);
      sessions.forget(session);
      asked.delete(session);
      parts.crowd.changed();
    },
  });
}

/** Nobody looks at the session that asks: whoever used a screen last is told, once a question. */
async function tellNeed({ hub, sessions, crowd }: FollowUp, commit: Committed) {
  const last = hub.lastActive();
  const client = last === undefined ? undefined : crowd.clients.get(last);
  if (!client) return;
  const calls = commit.rows.flatMap((row) => (row.kind === 'asked' ? [row.body.call] : []));
  for (const { session, name, approval, call, kind, summary } of await sessions.questions(commit))
    if (calls.includes(call)) client.push({ t: 'need', session, name, approval, kind, summary });
}

const isCommand = (actor: ActorId) => /\/p\d+$/.test(actor);

async function dropSpool(holder: Holder, residents: Residents, actor: ActorId) {
  residents.ptyEnded(actor, 'exited');
  await holder.forget(effectKey(actor, 'run', 1));
}

/** Words that an interrupt left undelivered go back to the client that said them, or wait in the session's draft. */
function returnWords({ hub, marks, crowd }: FollowUp, { session, rows }: Committed) {
  for (const row of rows) {
    if (row.kind !== 'unqueued' || row.body.why !== 'returned') continue;
    const { by, text } = row.body;
    const seat = hub.seats(session).find(({ outlet }) => outlet.label === by);
    const push: Push = { t: 'returned', session, texts: [text] };
    if (seat) crowd.clients.get(seat.outlet.client)?.push(push);
    else void marks.leave(session, text);
  }
}

/** The session, what happened to which of its actors, what that recorded, and the state of each actor then. */
function traceLine({ session, events, rows, tree, closed }: Committed): string {
  const name = (id: string) => id.slice(37) || 'session';
  const list = (what: string, words: readonly string[]) => (words.length > 0 ? ` ${what}${words.join(' ')}` : '');
  const happened = events.map(({ to, type }) => `${name(to)}<${type.replaceAll(' ', '-')}>`);
  const kinds = rows.map(({ kind, seq }) => `${kind}@${seq}`).join(' ');
  const states = Object.entries(tree.actors).map(
    ([id, { machine, value }]) => `${machine}${id.slice(36)}=${JSON.stringify(value)}`,
  );
  const open = Object.keys(tree.open).map(name);
  return `${session.slice(0, 8)} seq ${tree.seq}${list('', happened)} [${kinds}]${list('', states)}${list('open ', open)}${list('closed ', closed.map(name))}`;
}

/** The newest view of a session to all who look, computed again only after the one before has gone out. */
class Views {
  readonly #parts: FollowUp;
  readonly #busy = new Map<SessionId, 'once' | 'again'>();

  constructor(parts: FollowUp) {
    this.#parts = parts;
  }

  changed(session: SessionId) {
    if (this.#parts.hub.viewers(session) === 0) return;
    const busy = this.#busy.has(session);
    this.#busy.set(session, busy ? 'again' : 'once');
    if (!busy) void this.#send(session);
  }

  async #send(session: SessionId) {
    const { hub, sessions } = this.#parts;
    try {
      do {
        this.#busy.set(session, 'once');
        const state: SessionState | undefined = this.#parts.host.list().find((each) => each.session === session);
        if (state) hub.state(await sessions.view(state));
      } while (this.#busy.get(session) === 'again');
    } finally {
      // A view that could not be made is not the last one.
      this.#busy.delete(session);
    }
  }
}
