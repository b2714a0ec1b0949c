/** Ids with a brand, so that a call's id cannot be passed where a session's is wanted. Made only here. */
declare const brand: unique symbol;
type Id<Name extends string> = string & { readonly [brand]: Name };

/** A session: UUIDv7, made by the client that asks for it. */
export type SessionId = Id<'session'>;
/** An actor of a session's tree: `<session>`, `<session>/c7` (a call), `<session>/p7` (its command), `<session>/w1` (a wake). */
export type ActorId = Id<'actor'>;
/** An effect, unique for ever: `<actor>/<what>#<n>`. */
export type EffectKey = Id<'effect'>;

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export const isSessionId = (text: string): text is SessionId => uuid.test(text);
/** The one place where a plain string becomes a session's id; throws on anything but a UUID. */
export function sessionId(text: string): SessionId {
  if (!isSessionId(text)) throw new TypeError(`not a session id: ${text}`);
  return text;
}

export const sessionActor = (session: SessionId) => session as string as ActorId;
export const callActor = (session: SessionId, call: number) => `${session}/c${call}` as ActorId;
export const commandActor = (session: SessionId, call: number) => `${session}/p${call}` as ActorId;
export const wakeActor = (session: SessionId, wake: number) => `${session}/w${wake}` as ActorId;
export const effectKey = (actor: ActorId, what: string, n: number) => `${actor}/${what}#${n}` as EffectKey;

/** The session an actor or effect belongs to: its first 36 characters. */
export const sessionOf = (id: ActorId | EffectKey) => id.slice(0, 36) as SessionId;

/** The number of a call or command actor; undefined for the session itself. */
export function actorNumber(id: ActorId): number | undefined {
  const number = /\/[a-z](\d+)$/.exec(id)?.[1];
  return number === undefined ? undefined : Number(number);
}

/** What the model calls a command: a number from 1000, so that it reads like a process id. */
export const commandSession = (call: number) => 1000 + call;
export const commandOfSession = (session: number) => session - 1000;

/** A UUIDv7 (RFC 9562 §5.7) of a time in ms since 1970 and 10 random bytes. */
export function uuidv7(ms: number, random: Uint8Array): string {
  const bytes = new Uint8Array(16);
  for (let i = 0; i < 6; i++) bytes[i] = Math.floor(ms / 2 ** (8 * (5 - i))) & 0xff;
  bytes.set(random.subarray(0, 10), 6);
  bytes[6] = 0x70 | (bytes[6]! & 0x0f);
  bytes[8] = 0x80 | (bytes[8]! & 0x3f);
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
