/**
 * Who looks at which session, and what they are sent: rows never skipped, live text when there is room for it.
 * A push is encoded once, however many look. A viewer that does not read falls behind and is caught up from the log.
 */
import type { EffectKey, SessionId } from '../core/ids.ts';
import type { Row } from '../core/rows.ts';
import type { Live, Push, SessionView, Viewer } from '../ipc/messages.ts';
import type { Delta } from './effect.ts';
import { firstPage, tooLargeToShow } from './pages.ts';

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
  /** A state it was not sent, because it does not read. */
  owed: boolean;
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
  /** The newest state, and as the text it is compared by. */
  view: SessionView | undefined;
  viewText = '';
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
  /** The sessions somebody looks at. */
  watched = () => [...this.#rooms].flatMap(([session, { seats }]) => (seats.size > 0 ? [session] : []));
  seats = (session: SessionId) =>
    [...(this.#rooms.get(session)?.seats.values() ?? [])].map(({ outlet, role }) => ({ outlet, role }));
  role = (session: SessionId, client: number) => this.#rooms.get(session)?.seats.get(client)?.role;
  /** The client that was used last, of those that look at a session. */
  lastActive(): number | undefined {
    const seats = [...this.#rooms.values()].flatMap((room) => [...room.seats.values()]);
    return seats.reduce<Seat | undefined>(
      (last, seat) => (last && last.activeAt >= seat.activeAt ? last : seat),
      undefined,
    )?.outlet.client;
  }

  isFocused = (session: SessionId) =>
    [...(this.#rooms.get(session)?.seats.values() ?? [])].some(({ focused }) => focused);

  /** What is said right now, for the answer to an attach. What waits to be sent goes out first: it is part of this. */
  live(session: SessionId): Live[] {
    const room = this.#rooms.get(session);
    if (!room) return [];
    this.#flush(session, room);
    return [...room.live.values()];
  }

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
      owed: false,
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
    if (text === room.viewText) return;
    room.viewText = text;
    room.view = view;
    const bytes = this.#deps.encode({ t: 'state', view });
    for (const seat of room.seats.values()) {
      if (seat.outlet.hasRoom()) seat.outlet.send(bytes);
      else this.#owe(view.session as SessionId, seat);
    }
  }

  /** Whoever does not read is told the newest state later, and none of those between. */
  #owe(session: SessionId, seat: Seat) {
    if (seat.owed) return;
    seat.owed = true;
    seat.outlet.whenRoom(() => {
      seat.owed = false;
      const room = this.#rooms.get(session);
      if (room?.view && room.seats.get(seat.outlet.client) === seat)
        seat.outlet.send(this.#deps.encode({ t: 'state', view: room.view }));
    });
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
    const seats = [...room.seats.values()].filter(({ outlet, behind }) => !behind && outlet.hasRoom());
    const bytes = seats.length > 0 ? unlessTooLarge(() => this.#deps.encode({ t: 'delta', session, live })) : undefined;
    // Live text too large for a frame is only seen as the row it becomes.
    if (bytes) for (const { outlet } of seats) outlet.send(bytes);
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
    const seats = [...room.seats.values()].filter(({ behind, sent }) => !behind && sent < last);
    const bytes = seats.length > 0 ? unlessTooLarge(() => this.#deps.encode({ t: 'rows', session, rows })) : undefined;
    for (const seat of seats) {
      if (!bytes) this.catchUp(session, seat.outlet.client);
      else if (seat.sent + 1 !== first || !seat.outlet.hasRoom()) this.#fallBehind(session, seat);
      else {
        seat.outlet.send(bytes);
        seat.sent = last;
      }
    }
  }

  #fallBehind(session: SessionId, seat: Seat) {
    seat.behind = true;
    if (seat.outlet.hasRoom()) void this.#catchUp(session, seat);
    else seat.outlet.whenRoom(() => void this.#catchUp(session, seat));
  }

  /** Rows from the log, a piece at a time as the reader takes them, until there are no more. */
  async #catchUp(session: SessionId, seat: Seat) {
    const room = this.#rooms.get(session);
    const stays = () => this.#rooms.get(session) === room && room?.seats.get(seat.outlet.client) === seat;
    while (room && stays()) {
      const rows = await this.#deps.rows(session, seat.sent, catchUpRows).catch(() => undefined);
      if (!stays()) return;
      const page = rows && firstPage(rows);
      if (!page?.length) {
        // A row that became durable while the log was read is not in what was read.
        if (page && room.head > seat.sent) continue;
        seat.behind = false;
        return;
      }
      seat.outlet.send(this.#encodePage(session, page));
      seat.sent = page.at(-1)!.seq;
      if (!seat.outlet.hasRoom()) {
        seat.outlet.whenRoom(() => void this.#catchUp(session, seat));
        return;
      }
    }
  }

  #encodePage(session: SessionId, rows: readonly Row[]): Uint8Array {
    const encode = (shown: readonly Row[]) => this.#deps.encode({ t: 'rows', session, rows: shown });
    return unlessTooLarge(() => encode(rows)) ?? encode(rows.map(tooLargeToShow));
  }
}

/** A frame, or nothing when no frame can hold it. */
function unlessTooLarge(encode: () => Uint8Array): Uint8Array | undefined {
  try {
    return encode();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

const liveKinds = ['text', 'reasoning', 'args', 'output', 'status'] as const;
