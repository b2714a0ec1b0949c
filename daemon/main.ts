/** Puts a daemon together, goes on with what an earlier one left, listens, and takes everything apart again. */
import { unlink } from 'node:fs/promises';
import type { Socket } from 'node:net';
import type { EffectKey, SessionId } from '../core/ids.ts';
import { keyVariables } from '../core/providers.ts';
import { encodeFrame, type Message } from '../ipc/frame.ts';
import { ensureHome, fileSystem, type Home, homeOf } from '../ipc/home.ts';
import { PROTOCOL } from '../ipc/version.ts';
import { listActors } from './actors.ts';
import { adoptCommands } from './adopt-commands.ts';
import { keepBlobs } from './blob-sweep.ts';
import { Blobs } from './blobs.ts';
import { createAsk, createBodies } from './bodies.ts';
import { ConfigFile } from './config/write.ts';
import { type Client, serveConnection } from './connection.ts';
import { Crowd } from './crowd.ts';
import type { Daemon } from './daemon.ts';
import { checkSession } from './doctor/session.ts';
import { runDoctor } from './doctor.ts';
import { EnvStore } from './env-store.ts';
import { Files } from './files/client.ts';
import { followCommits } from './follow-up.ts';
import { Handles } from './handles.ts';
import { openHolder } from './holder/of-home.ts';
import { EmbeddedHost } from './hosts/embedded.ts';
import { logPath } from './hosts/log-read.ts';
import { Hub } from './hub.ts';
import { Index } from './index-db.ts';
import { KeyStore } from './keys.ts';
import { listen, type Place, Refusal, takePlace } from './listen.ts';
import { createLogs, logBugs } from './logs.ts';
import { MarkStore } from './marks.ts';
import { createModelAccess } from './model-access.ts';
import { preload } from './models/sdk.ts';
import { Projector } from './projector.ts';
import { Residents } from './residents.ts';
import { Sessions } from './sessions.ts';
import { createSetup } from './setup.ts';
import { createShutdown, type StopHow } from './shutdown.ts';
import { noteStart, type Starts, safeModeText } from './starts.ts';
import { statusOf } from './status.ts';
import { suggestNext } from './suggest-next.ts';
import { keepHouse, resumeSessions } from './supervise.ts';
import { handle } from './verbs/table.ts';

export { Refusal } from './listen.ts';

export interface DaemonOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly userHome: string;
  readonly build: string;
  /** Bundles of the holder and of the finder of files. */
  readonly holderFile: string;
  readonly filesFile: string;
  /** Told once clients can come. */
  readonly ready: (place: { readonly home: string; readonly log: string }) => void;
  /** The daemon stops, commands too, when this resolves: it lives in somebody's process. */
  readonly until?: Promise<void>;
}

/** What may wait for a viewer while config cannot be read. */
const usualQueueBytes = 4 * 1024 * 1024;
/** The vendors' libraries take a while to load: after the start, and before the first turn. */
const preloadAfterMs = 500;
const usualIdleMs = 30 * 60_000;

const clock = { wall: () => Date.now(), uptime: () => performance.now() };

/** Resolves when the daemon listens; it ends by `tcx daemon stop` or a signal. */
export async function runDaemon(options: DaemonOptions): Promise<void> {
  const { env, userHome, build } = options;
  const made = ensureHome(homeOf({ flags: {}, env, cwd: userHome, userHome }), { uid: process.getuid?.(), fileSystem });
  if (!made.ok) throw new Refusal('bad-home', made.why, made.fix);
  // Our own files are nobody else's; commands get the umask of the client that began their session.
  process.umask(0o077);
  const place = takePlace(made.home.path, env);
  const starts = noteStart(place.home, clock.wall());
  const parts = await assemble(options, place, made.home, starts);
  const open = await recover(parts);
  const daemon = daemonOf(parts);
  const listening = await listen(place, build, env, (socket) => serve(parts, daemon, socket));
  const house = keepHouse({
    host: parts.host,
    viewers: parts.hub.viewers,
    now: clock.wall,
    idleMs: async () => (await parts.access.base())?.idle_unload ?? usualIdleMs,
  });
  const blobs = keepBlobs(parts);
  endWith(parts, options.until, async () => {
    await listening.close();
    house[Symbol.dispose]();
    blobs[Symbol.dispose]();
  });
  parts.host.release();
  if (!starts.safeMode) void resumeSessions(parts.host, open);
  options.ready({ home: place.home, log: parts.log });
  parts.logger.info({ build, home: place.home, pid: process.pid, safeMode: starts.safeMode }, 'tcxd is ready');
  setTimeout(() => void preload('responses'), preloadAfterMs).unref();
}

type Parts = Awaited<ReturnType<typeof assemble>>;

async function assemble(
  { env, userHome, build, holderFile, filesFile }: DaemonOptions,
  place: Place,
  homes: Home,
  starts: Starts,
) {
  const { home } = place;
  const now = clock.wall;
  const shell = env.SHELL || '/bin/bash';
  const envs = new EnvStore(home);
  const keys = new KeyStore(home);
  const { logger, file: log } = createLogs(home, () => [...Object.values(envs.secrets()), ...keys.all(), place.token]);
  logBugs(logger);

  const crowd = new Crowd(() => hub);
  const residents = new Residents({ now, changed: (line) => crowd.trace(undefined, line) });
  const access = createModelAccess({
    home: homes,
    userHome,
    envs: () => envs,
    keys,
    shell,
    now,
    account: (provider, event) => residents.account(provider, event),
  });
  /** Which variables are credentials is in config, so it is looked up before an environment is taken in. */
  const learnKeys = async () => {
    const config = await access.base();
    if (config) await envs.withhold(keyVariables(config));
    return config;
  };
  const limits = (await learnKeys())?.limits;
  const queueBytes = limits?.viewer_queue_bytes ?? usualQueueBytes;

  const holder = await openHolder(place, { env, userHome, build, holderFile, logger });
  envs.restore(await holder.getSecrets());
  const adopted: { take: (key: EffectKey) => ReturnType<Awaited<ReturnType<typeof adoptCommands>>> } = {
    take: () => undefined,
  };
  const ask = createAsk({ clock, build });
  const effects = createBodies({
    ask,
    home,
    host: () => host,
    holder,
    access,
    envs,
    residents,
    adopted: (key) => adopted.take(key),
    clock,
    path: env.PATH ?? '',
    shell,
    build,
  });
  const host: EmbeddedHost = new EmbeddedHost({
    home,
    effects,
    clock,
    held: true,
    ...(limits && { heldRows: limits.session_rows }),
  });
  const hub: Hub = new Hub({
    encode: (push) => encodeFrame(push as unknown as Message),
    rows: (session, after, limit) => host.rows(session, after, limit),
    now,
  });
  const handles = await Handles.open(home);
  const marks = new MarkStore(home);
  const index = new Index(home);
  const sessions = new Sessions({
    host,
    index,
    handles,
    marks,
    viewers: hub.viewers,
    catchUp: () => projector.flush(),
  });
  const projector: Projector = new Projector({
    home,
    index,
    name: sessions.name,
    length: host.length,
    broken: (session, error) => logger.error({ session, error: error.message }, 'the index could not take a session'),
  });
  /** Set once there is something to take apart. */
  const stop: { now: (how: StopHow) => void } = { now: () => process.exit(0) };
  const suggest = suggestNext({ host, hub, access, crowd, ask });
  followCommits({ host, hub, sessions, marks, projector, residents, holder, crowd, now, suggest });
  return {
    place,
    home,
    userHome,
    env,
    build,
    now,
    starts,
    envs,
    logger,
    log,
    crowd,
    residents,
    access,
    keys,
    learnKeys,
    queueBytes,
    holder,
    adopted,
    host,
    hub,
    handles,
    marks,
    index,
    sessions,
    projector,
    blobs: new Blobs(home),
    files: new Files(filesFile, { PATH: env.PATH ?? '/usr/bin:/bin', HOME: userHome }),
    startedAt: now(),
    stop,
  };
}

/** What a daemon before left: rows the index does not know, and commands that may still run. Answers the sessions to go on with. */
async function recover(parts: Parts): Promise<readonly SessionId[]> {
  const { projector, index, host, holder, adopted, logger, envs } = parts;
  const unreadable = await projector.catchUp((done, all) => {
    if (done === 0 || done === all) logger.info({ done, all }, 'reading sessions the index does not know');
  });
  await envs.sweep(index.environments(), clock.wall());
  const open = index.withOpenWork();
  // A damaged session is loaded too, so that it is seen to be one.
  const states = await Promise.allSettled([...open, ...unreadable].map((session) => host.state(session)));
  const trees = states.flatMap((state) => (state.status === 'fulfilled' ? [state.value.tree] : []));
  adopted.take = await adoptCommands(holder, trees);
  return open;
}

function serve(parts: Parts, daemon: Daemon, socket: Socket) {
  const { place, build, crowd, queueBytes, logger } = parts;
  serveConnection(socket, {
    token: place.token,
    build,
    queueBytes,
    nextClient: crowd.next,
    log: (level, message, details) => logger[level](details ?? {}, message),
    handle: (client, request) => handle(daemon, client, request),
    welcome: (client) => welcome(parts, client),
  });
}

async function welcome({ crowd, envs, learnKeys, build, home, starts }: Parts, client: Client) {
  const { env } = client.hello;
  if (env !== undefined) await learnKeys();
  crowd.add(client);
  if (starts.safeMode) client.push({ t: 'notice', level: 'warning', text: safeModeText });
  return {
    build,
    protocol: PROTOCOL,
    client: client.client,
    home,
    needEnv: env !== undefined && !envs.has(env),
    label: client.label,
  };
}

/** The parts as the verbs know them. */
function daemonOf(parts: Parts): Daemon {
  const {
    host,
    hub,
    sessions,
    handles,
    marks,
    envs,
    crowd,
    now,
    blobs,
    files,
    access,
    holder,
    residents,
    home,
    userHome,
    place,
    index,
    env,
  } = parts;
  const unpark = async (session: SessionId) => {
    const { meta } = await host.state(session);
    // Whether a turn that was cut goes on is a person's to say, not a key's.
    if (!meta.parked || meta.parked.person || (await access.provider(meta)).kind !== 'ready') return;
    await host.send(session, { to: session as never, event: { type: 'resumed' } });
  };
  const learned = async () => {
    await Promise.all(host.list().map(({ session }) => unpark(session)));
    holder.keepSecrets(envs.secrets());
  };
  return {
    host,
    hub,
    sessions,
    handles,
    marks,
    envs,
    crowd,
    now,
    blobs,
    setup: createSetup({ access, keys: parts.keys, config: new ConfigFile(home), fetch, learned }),
    settings: access.settings,
    change: async (session, ask) => access.change((await host.state(session)).meta, ask),
    facts: access.facts,
    config: access.show,
    files: (cwd, query, limit) => files.find(cwd, query, limit),
    unpark,
    learned,
    actors: () => listActors({ host, sessions, handles, residents, holders: () => holder.status() }),
    status: () => statusOf(parts),
    doctor: (session, client) =>
      session === undefined
        ? runDoctor({ home, userHome, place, host, holder, index, access, env, client, status: () => statusOf(parts) })
        : checkSession(home, host, session),
    remove: async (session) => {
      parts.projector.flush();
      await unlink(logPath(home, session));
      await marks.remove(session);
      index.forget(session);
      crowd.changed();
    },
    stop: (how) => parts.stop.now(how),
  };
}

/** Ends by a verb with all commands, by a signal without them: those wait in the holder for the next daemon. */
function endWith(parts: Parts, until: Promise<void> | undefined, closeDoors: () => Promise<void>) {
  const { host, crowd, projector, marks, holder, index, handles, place, starts, logger } = parts;
  const shutdown = createShutdown({
    host,
    log: (message, how) => logger.info(how, message),
    closeDoors: async (again) => {
      starts.well();
      crowd.dismiss(again);
      await closeDoors();
    },
    close: async ({ commands }) => {
      projector.flush();
      await marks.save();
      if (commands) await holder.end();
      holder.close();
      index.close();
      await handles.close();
      place.lock[Symbol.dispose]();
    },
    exit: (code) => process.exit(code),
  });
  process.on('SIGTERM', shutdown.signalled);
  process.on('SIGINT', shutdown.signalled);
  process.on('SIGHUP', () => {});
  void until?.then(() => shutdown.stop({ wait: true, commands: true }));
  parts.stop.now = (how) => void shutdown.stop(how);
}
