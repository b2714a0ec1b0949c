/**
 * Who looks at which session, and what they are sent: rows never skipped, live text when there is room for it.
 * A push is encoded once, however many look. A viewer that does not read falls behind and is caught up from the log.
 */
import type { EffectKey, SessionId } from '../core/ids.ts';
import type { Row } from '../core/rows.ts';
import type { Live, Push, SessionView, Viewer } from '../ipc/messages.ts';
import type { Delta } from './effect.ts';

/** A client's end of the wire, as far as the hub needs it. */
export interface Outlet {
  readonly client: number;
  readonly label: string;
  /** False when so much waits for the reader that live text is dropped. */
  readonly hasRoom: () => boolean;
  readonly send: (bytes: Uint8Array) => void;
  /** Called once when the reader has caught up. */
  readonly whenRoom: (resume: () => void) => void;
}

export interface HubDeps {
  readonly encode: (push: Push) => Uint8Array;
  readonly rows: (session: SessionId, after: number, limit: number) => Promise<readonly Row[]>;
  readonly now: () => number;
}

/** Live text is sent at once, then at most this often: more a second nobody can see. */
const flushMs = 33;
/** Live text kept for whoever attaches in the middle; of a command's output only the tail. */
const liveLimit = 1024 * 1024;
const outputTail = 64 * 1024;
const catchUpRows = 200;

interface Seat {
  readonly outlet: Outlet;
  role: 'drive' | 'watch';
  /** The newest row it was sent; rows go out only in this order. */
  sent: number;
  behind: boolean;
  typing: boolean;
  focused: boolean;
  activeAt: number;
  size?: { columns: number; rows: number };
}

type Fresh = Live & { clear?: boolean };

class Room {
  readonly seats = new Map<number, Seat>();
  readonly live = new Map<string, Live>();
  fresh: Fresh[] = [];
  timer: NodeJS.Timeout | undefined;
  view = '';
  /** The newest row that was committed while somebody looked. */
  head = 0;
}

export class Hub {
  readonly #deps: HubDeps;
  readonly #rooms = new Map<SessionId, Room>();

  constructor(deps: HubDeps) {
    this.#deps = deps;
  }

  viewers = (session: SessionId) => this.#rooms.get(session)?.seats.size ?? 0;
  seats = (session: SessionId) =>
    [...(this.#rooms.get(session)?.seats.values() ?? [])].map(({ outlet, role }) => ({ outlet, role }));
  role = (session: SessionId, client: number) => this.#rooms.get(session)?.seats.get(client)?.role;
  isFocused = (session: SessionId) =>
    [...(this.#rooms.get(session)?.seats.values() ?? [])].some(({ focused }) => focused);

  /** What is said right now, for the answer to an attach. */
  live = (session: SessionId): Live[] => [...(this.#rooms.get(session)?.live.values() ?? [])];

  presence(session: SessionId): Viewer[] {
    const now = this.#deps.now();
    return [...(this.#rooms.get(session)?.seats.values() ?? [])].map(
      ({ outlet, role, typing, focused, activeAt, size }) => ({
        client: outlet.client,
        label: outlet.label,
        role,
        typing,
        focused,
        idleMs: now - activeAt,
        ...(size && { size }),
      }),
    );
  }

  /** From here on the outlet gets everything after row `sent`. */
  join(session: SessionId, outlet: Outlet, seat: Pick<Seat, 'role' | 'sent' | 'focused' | 'size'>) {
    const room = this.#room(session);
    room.seats.set(outlet.client, {
      outlet,
      role: seat.role,
      sent: seat.sent,
      behind: false,
      typing: false,
      focused: seat.focused,
      activeAt: this.#deps.now(),
      ...(seat.size && { size: seat.size }),
    });
    this.#tellPresence(session, room);
  }

  /** Rows that became durable between what a client was answered and its joining. */
  catchUp(session: SessionId, client: number) {
    const seat = this.#rooms.get(session)?.seats.get(client);
    if (!seat) return;
    seat.behind = true;
    void this.#catchUp(session, seat);
  }

  leave(session: SessionId, client: number): boolean {
    const room = this.#rooms.get(session);
    if (!room?.seats.delete(client)) return false;
    if (room.seats.size > 0) this.#tellPresence(session, room);
    else if (room.live.size === 0) this.#rooms.delete(session);
    return true;
  }

  sessionsOf = (client: number) =>
    [...this.#rooms].flatMap(([session, { seats }]) => (seats.has(client) ? [session] : []));

  update(session: SessionId, client: number, change: Partial<Pick<Seat, 'role' | 'typing' | 'focused' | 'size'>>) {
    const room = this.#rooms.get(session);
    const seat = room?.seats.get(client);
    if (!room || !seat) return;
    const quiet = change.typing === seat.typing && Object.keys(change).length === 1;
    Object.assign(seat, change, { activeAt: this.#deps.now() });
    if (!quiet) this.#tellPresence(session, room);
  }

  /** Rows that are durable. Text that is now a row is no longer live. */
  committed(session: SessionId, rows: readonly Row[], closed: readonly EffectKey[]) {
    const room = this.#rooms.get(session);
    if (!room) return;
    room.head = rows.at(-1)?.seq ?? room.head;
    this.#flush(session, room);
    for (const key of closed) for (const kind of liveKinds) room.live.delete(`${key} ${kind}`);
    if (rows.length > 0) this.#tellRows(session, room, rows);
    if (room.seats.size === 0 && room.live.size === 0) this.#rooms.delete(session);
  }

  state(view: SessionView) {
    const room = this.#rooms.get(view.session as SessionId);
    if (!room || room.seats.size === 0) return;
    const text = JSON.stringify(view);
    if (text === room.view) return;
    room.view = text;
    this.#tell(room, { t: 'state', view });
  }

  delta(session: SessionId, key: EffectKey, { kind, text }: Delta) {
    const room = this.#room(session);
    if (kind === 'retry') {
      for (const each of liveKinds) room.live.delete(`${key} ${each}`);
      room.fresh.push({ key, kind: 'status', text, clear: true });
      room.live.set(`${key} status`, { key, kind: 'status', text });
    } else {
      const before = room.live.get(`${key} ${kind}`)?.text ?? '';
      const limit = kind === 'output' ? outputTail : liveLimit;
      const after = kind === 'status' ? text : (before + text).slice(-limit);
      room.live.set(`${key} ${kind}`, { key, kind, text: after });
      const last = room.fresh.at(-1);
      if (last && last.key === key && last.kind === kind && kind !== 'status')
        room.fresh[room.fresh.length - 1] = { ...last, text: last.text + text };
      else room.fresh.push({ key, kind, text });
    }
    if (room.timer) return;
    this.#flush(session, room);
    room.timer = setTimeout(() => {
      room.timer = undefined;
      this.#flush(session, room);
    }, flushMs);
  }

  /** To everybody who looks at a session. */
  push(session: SessionId, push: Push) {
    const room = this.#rooms.get(session);
    if (room) this.#tell(room, push);
  }

  #room(session: SessionId): Room {
    const room = this.#rooms.get(session) ?? new Room();
    this.#rooms.set(session, room);
    return room;
  }

  #flush(session: SessionId, room: Room) {
    if (room.fresh.length === 0) return;
    const live = room.fresh;
    room.fresh = [];
    const bytes = this.#deps.encode({ t: 'delta', session, live });
    for (const { outlet, behind } of room.seats.values()) if (!behind && outlet.hasRoom()) outlet.send(bytes);
  }

  #tell(room: Room, push: Push) {
    if (room.seats.size === 0) return;
    const bytes = this.#deps.encode(push);
    for (const { outlet } of room.seats.values()) outlet.send(bytes);
  }

  #tellPresence = (session: SessionId, room: Room) =>
    this.#tell(room, { t: 'presence', session, presence: this.presence(session) });

  #tellRows(session: SessionId, room: Room, rows: readonly Row[]) {
    const first = rows[0]!.seq;
    const last = rows.at(-1)!.seq;
    let bytes: Uint8Array | undefined;
    for (const seat of room.seats.values()) {
      if (seat.behind || seat.sent >= last) continue;
      if (seat.sent + 1 !== first || !seat.outlet.hasRoom()) {
        this.#fallBehind(session, seat);
        continue;
      }
      bytes ??= this.#deps.encode({ t: 'rows', session, rows });
      seat.outlet.send(bytes);
      seat.sent = last;
    }
  }

  #fallBehind(session: SessionId, seat: Seat) {
    seat.behind = true;
    if (seat.outlet.hasRoom()) void this.#catchUp(session, seat);
    else seat.outlet.whenRoom(() => void this.#catchUp(session, seat));
  }

  /** Rows from the log, a piece at a time as the reader takes them, until there are no more. */
  async #catchUp(session: SessionId, seat: Seat) {
    const stays = () => this.#rooms.get(session)?.seats.get(seat.outlet.client) === seat;
    while (stays()) {
      const head = this.#rooms.get(session)?.head;
      const rows = await this.#deps.rows(session, seat.sent, catchUpRows).catch(() => []);
      if (!stays()) return;
      if (rows.length === 0) {
        // What was committed while the log was read is not among what was read.
        if (this.#rooms.get(session)?.head !== head) continue;
        seat.behind = false;
        return;
      }
      seat.outlet.send(this.#deps.encode({ t: 'rows', session, rows }));
      seat.sent = rows.at(-1)!.seq;
      if (!seat.outlet.hasRoom()) {
        seat.outlet.whenRoom(() => void this.#catchUp(session, seat));
        return;
      }
    }
  }
}

const liveKinds = ['text', 'reasoning', 'args', 'output', 'status'] as const;
