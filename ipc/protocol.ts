/**
 * The wire between clients and tcxd: every message, in one place. Frames are msgpack (`frame.ts`).
 *
 * A request `{t, id, …}` gets exactly one `{t: 'ok' | 'error', id, …}`; pushes come without an id.
 * PROTOCOL goes up when a field below changes its meaning. A new optional field needs no bump; a field once used is never
 * used again for another thing. The daemon serves clients of this version and the one before.
 *
 * `session` in a request is a reference: an id, a unique prefix of one, a name, or `.` for the newest of the client's directory.
 */
import { z } from 'zod';
import { ApprovalPolicy, SandboxMode, Source } from '../core/settings.ts';

export { PROTOCOL } from './version.ts';

const Id = z.number().int().nonnegative();
const Seq = z.number().int().nonnegative();
const Ref = z.string().min(1).max(500);
const Key = z.string().min(1).max(200);
const Text = z.string().max(12 * 1024 * 1024);
const Digest = z.string().regex(/^[0-9a-f]{16,128}$/);
const Size = z.object({ columns: z.number().int().positive(), rows: z.number().int().positive() });
export const Role = z.enum(['drive', 'watch']);

/** A picture whose bytes were put by `blob.put` before; the text names it `[Image #n]`. */
export const ImageAsk = z.object({
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  type: z.enum(['image/png', 'image/jpeg', 'image/gif', 'image/webp']),
});
export type ImageAsk = z.infer<typeof ImageAsk>;
const Images = z.array(ImageAsk).max(50);

/** What a client may ask of a new session or change of one: the top layer of its settings. */
export const SettingsAsk = z.object({
  provider: z.string().optional(),
  model: z.string().optional(),
  effort: z.string().optional(),
  approval: ApprovalPolicy.optional(),
  sandbox: SandboxMode.optional(),
  unattended: z.boolean().optional(),
  /** `-c key=value`, as typed. */
  overrides: z.array(z.string()).optional(),
});
export type SettingsAsk = z.infer<typeof SettingsAsk>;

const request = <Name extends string, Shape extends z.ZodRawShape>(t: Name, shape: Shape) =>
  z.object({ t: z.literal(t), id: Id, ...shape });

export const Hello = request('hello', {
  protocol: z.number().int(),
  build: z.string(),
  token: z.string(),
  kind: z.enum(['tui', 'exec', 'cli', 'client']),
  cwd: z.string(),
  umask: z.number().int(),
  /** Names the client's environment; when the daemon does not have it in memory the answer asks for `env`. */
  env: Digest.optional(),
  pid: z.number().int(),
  tty: z.string().optional(),
  label: z.string().max(100),
});

export const ToDaemon = z.discriminatedUnion('t', [
  Hello,
  /** Credentials among them stay in the daemon's memory; the rest is kept for the commands of the sessions begun here. */
  request('env', { digest: Digest, vars: z.record(z.string(), z.string()) }),
  request('new', {
    /** Made by the client, so that asking twice makes one. A UUIDv7. */
    session: z.uuidv7(),
    cwd: z.string(),
    source: Source,
    name: z.string().max(200).optional(),
    settings: SettingsAsk,
    text: Text.optional(),
    images: Images.optional(),
    key: Key.optional(),
  }),
  request('attach', {
    session: Ref,
    after: Seq.optional(),
    role: Role.optional(),
    take: z.boolean().optional(),
    detachOthers: z.boolean().optional(),
    size: Size.optional(),
    /** False for a program that follows without anybody looking: what it is sent does not count as seen. */
    focused: z.boolean().optional(),
  }),
  request('unattach', { session: Ref }),
  request('say', {
    session: Ref,
    key: Key,
    text: Text,
    images: Images.optional(),
    mode: z.enum(['steer', 'queue']),
  }),
  request('unqueue', { session: Ref, n: z.number().int() }),
  request('release', { session: Ref }),
  request('decide', { approval: Ref, choice: z.string(), text: z.string().optional(), key: Key }),
  request('interrupt', { session: Ref, turn: z.number().int().optional() }),
  request('stop', { session: Ref, key: Key }),
  request('resume', { session: Ref }),
  request('kill', { session: Ref, command: z.number().int() }),
  request('settings', { session: Ref, settings: SettingsAsk }),
  request('rename', { session: Ref, name: z.string().min(1).max(200) }),
  request('fork', {
    session: Ref,
    as: z.uuidv7(),
    at: Seq.optional(),
    /** Where it works from now on, if not where its source does. */
    cwd: z.string().optional(),
    source: Source,
  }),
  /** The conversation goes on as it was at row `to`; between turns only. Files stay as they are. */
  request('rewind', { session: Ref, to: Seq }),
  request('archive', { session: Ref, archived: z.boolean() }),
  /** For ever. `name` is the session's own, typed by the person who means it. */
  request('delete', { session: Ref, name: z.string().max(200) }),
  request('wake', {
    session: Ref,
    until: z.number().optional(),
    cancel: z.number().int().optional(),
    text: z.string().optional(),
  }),
  request('draft', { session: Ref, text: Text }),
  request('presence', {
    session: Ref,
    typing: z.boolean().optional(),
    size: Size.optional(),
    role: Role.optional(),
    focused: z.boolean().optional(),
  }),
  /** All other screens of a session; with `client` that one alone. */
  request('detach', { session: Ref, all: z.boolean().optional(), client: Id.optional() }),
  /** Rows after a seq, or the last ones before one. */
  request('rows', {
    session: Ref,
    after: Seq.optional(),
    before: Seq.optional(),
    limit: z.number().int().positive().max(10_000),
  }),
  request('resolve', { session: Ref }),
  /** What a list shows beside a session without attaching to it. */
  request('peek', { session: Ref }),
  request('list', {
    what: z.enum(['awake', 'actors', 'sessions']),
    cwd: z.string().optional(),
    /** Only sessions that these kinds of clients began. */
    sources: z.array(Source).optional(),
    archived: z.boolean().optional(),
    grep: z.string().optional(),
    /** Words that the name, the title or the folder holds. */
    like: z.string().max(500).optional(),
    sort: z.enum(['updated', 'created']).optional(),
    limit: z.number().int().positive().max(10_000).optional(),
    offset: z.number().int().nonnegative().optional(),
  }),
  request('inbox', {}),
  /** From now on a `changed` push whenever what `list` or `inbox` would say is different. */
  request('watch', { what: z.enum(['list', 'inbox']) }),
  request('diff', { session: Ref, turn: z.number().int().optional() }),
  /** Files below a folder whose paths hold the letters in this order, best first; folders end in `/`. */
  request('files', { cwd: z.string(), query: z.string().max(1000), limit: z.number().int().positive().max(200) }),
  request('blob.put', {
    hash: z.string().length(64),
    offset: z.number().int().nonnegative(),
    bytes: z.instanceof(Uint8Array),
    last: z.boolean(),
  }),
  request('blob.get', {
    hash: z.string().length(64),
    offset: z.number().int().nonnegative(),
    limit: z.number().int().positive(),
  }),
  request('config', { cwd: z.string(), overrides: z.array(z.string()).optional() }),
  /** What answers on this machine without a key; `patient`: also what is slow to. */
  request('probe', { patient: z.boolean().optional() }),
  /** Tries a key (given, stored, or of this client's environment), and keeps what works: the key in the home, the choice in config. */
  request('login', {
    provider: z.string().min(1).max(100),
    key: z.string().max(10_000).optional(),
    /** A server of the person's own; its provider is written to config with it. */
    server: z
      .object({ base_url: z.string().max(2000), wire_api: z.enum(['responses', 'messages', 'chat']) })
      .optional(),
    model: z.string().max(200).optional(),
    keep: z.boolean(),
  }),
  request('logout', { provider: z.string().min(1).max(100) }),
  request('folder', { cwd: z.string() }),
  request('trust', { cwd: z.string(), level: z.enum(['trusted', 'untrusted']) }),
  /** Keys of the person's own config.toml, by table and name. */
  request('configure', {
    table: z.array(z.string()).max(5),
    key: z.string().min(1).max(100),
    value: z.union([z.string().max(10_000), z.number(), z.boolean(), z.array(z.string()).max(200)]),
  }),
  request('daemon.status', {}),
  /** Turns may end first, unless `now`. Commands end too, unless it is to `restart`: another daemon follows at once. */
  request('daemon.stop', { now: z.boolean().optional(), restart: z.boolean().optional() }),
  request('daemon.trace', { session: Ref.optional() }),
  request('daemon.doctor', { session: Ref.optional() }),
  request('ping', {}),
]);
export type ToDaemon = z.infer<typeof ToDaemon>;
export type Verb = ToDaemon['t'];
export type RequestOf<Name extends Verb> = Omit<Extract<ToDaemon, { t: Name }>, 't' | 'id'>;
