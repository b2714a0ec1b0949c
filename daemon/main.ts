/** Puts a daemon together, listens, and takes it apart again: the one place that knows all parts. */
import { randomBytes } from 'node:crypto';
import type { EffectKey, SessionId } from '../core/ids.ts';
import { modelInfo } from '../core/models.ts';
import { keyVariables } from '../core/providers.ts';
import type { RowOf } from '../core/rows.ts';
import { offeredTools } from '../core/tool-specs.ts';
import { parse } from '../core/tools.ts';
import { encodeFrame, type Message } from '../ipc/frame.ts';
import { ensureHome, fileSystem, homeOf } from '../ipc/home.ts';
import { PROTOCOL } from '../ipc/version.ts';
import { commandEnvironment } from '../sandbox/env.ts';
import { listActors } from './actors.ts';
import { adoptCommands } from './adopt-commands.ts';
import { Blobs } from './blobs.ts';
import { type Client, serveConnection } from './connection.ts';
import type { Daemon } from './daemon.ts';
import { runDoctor } from './doctor.ts';
import { type CallFacts, createCommandEffects } from './effects/commands.ts';
import { createModel } from './effects/model.ts';
import { EnvStore } from './env-store.ts';
import { findOnPath } from './find-on-path.ts';
import { followCommits } from './follow-up.ts';
import { Handles } from './handles.ts';
import { Holder } from './holder/client.ts';
import { isRefused } from './holder/protocol.ts';
import { EmbeddedHost } from './hosts/embedded.ts';
import { Hub } from './hub.ts';
import { Index } from './index-db.ts';
import { listen, Refusal, takePlace } from './listen.ts';
import { createLogs } from './logs.ts';
import { MarkStore } from './marks.ts';
import { createModelAccess } from './model-access.ts';
import { renewing } from './models/renew.ts';
import { runModel } from './models/retry.ts';
import { preload } from './models/sdk.ts';
import { createWires } from './models/wires.ts';
import { Projector } from './projector.ts';
import { Residents } from './residents.ts';
import { createRunner } from './runner.ts';
import { Sessions } from './sessions.ts';
import { noteStart } from './starts.ts';
import { isBusy, keepHouse, resumeSessions } from './supervise.ts';
import { read } from './tools/read.ts';
import { handle } from './verbs/table.ts';

export { Refusal } from './listen.ts';

export interface DaemonOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly userHome: string;
  readonly build: string;
  readonly holderFile: string;
  readonly ready: () => void;
}

/** How long a stop waits for turns to end by themselves. */
const drainMs = 45_000;
const changedMs = 100;
const viewerQueueBytes = 4 * 1024 * 1024;

export async function runDaemon({ env, userHome, build, holderFile, ready }: DaemonOptions): Promise<void> {
  const made = ensureHome(homeOf({ flags: {}, env, cwd: userHome, userHome }), { uid: process.getuid?.(), fileSystem });
  if (!made.ok) throw new Refusal('bad-home', made.why, made.fix);
  const home = made.home.path;
  // Our own files are nobody else's; commands get the umask of the client that began their session.
  process.umask(0o077);
  const place = takePlace(home, env);
  const clock = { wall: () => Date.now(), uptime: () => performance.now() };
  const now = clock.wall;
  const starts = noteStart(home, now());
  const started = now();
  const shell = env.SHELL || '/bin/bash';

  let keys = new Set<string>();
  const envs = new EnvStore(home, (name) => keys.has(name));
  const { logger } = createLogs(home, () => [...Object.values(envs.secrets()), place.token]);
  process.on('uncaughtException', (error) => logger.error({ error: error.stack }, 'uncaught exception'));
  process.on('unhandledRejection', (error) =>
    logger.error({ error: error instanceof Error ? error.stack : String(error) }, 'unhandled rejection'),
  );

  const residents = new Residents({ now, changed: (line) => trace(undefined, line) });
  const access = createModelAccess({
    home: made.home,
    userHome,
    envs: () => envs,
    shell,
    now,
    account: (provider, event) => residents.account(provider, event),
  });
  const learnKeys = async () => {
    const config = await access.base();
    if (config) keys = new Set(keyVariables(config));
  };
  await learnKeys();

  const handles = await Handles.open(home);
  const marks = new MarkStore(home);
  const index = new Index(home);
  const opened = await Holder.open({
    run: place.run,
    build,
    epoch: place.lock.epoch,
    command: [process.execPath, holderFile],
    env: { PATH: env.PATH ?? '/usr/bin:/bin', HOME: userHome },
    gone: (gone) => {
      logger.warn(gone, 'a holder of commands ended');
      if (gone.superseded) void stop({ wait: false, commands: false });
    },
  });
  if (isRefused(opened)) throw new Refusal('epoch', opened.why, 'tcx daemon status');
  const holder = opened;
  envs.restore(await holder.getSecrets());

  let adopted: Awaited<ReturnType<typeof adoptCommands>> = () => undefined;
  const session = async (id: SessionId) => {
    const [{ meta }, rows] = await Promise.all([host.state(id), host.window(id)]);
    return { meta, rows };
  };
  const callRow = async (id: SessionId, call: number): Promise<RowOf<'call'>['body']> => {
    const found = (await host.window(id)).findLast((row) => row.kind === 'call' && row.body.call === call);
    const older =
      found ??
      (await host.rows(id, 0, Number.MAX_SAFE_INTEGER)).findLast(
        (row) => row.kind === 'call' && row.body.call === call,
      );
    if (older?.kind !== 'call') throw new Error(`session ${id} has no call ${call}`);
    return older.body;
  };
  const callFacts = async (id: SessionId, call: number): Promise<CallFacts> => {
    const [{ meta }, { name, form, args }] = await Promise.all([host.state(id), callRow(id, call)]);
    const { config } = await access.load(meta.cwd, meta.settings);
    const parsed = parse(name, form, args, { maxPollMs: config.background_terminal_max_timeout });
    if (!parsed.ok) throw new Error(parsed.why);
    const vars = await envs.vars(meta.env);
    const tty = parsed.use.name === 'exec_command' && parsed.use.tty;
    return {
      use: parsed.use,
      shell: vars.SHELL || shell,
      umask: meta.umask ?? 0o022,
      policy: await access.policy(meta),
      spoolBytes: config.limits.command_spool_bytes,
      allowLogin: config.allow_login_shell,
      env: commandEnvironment({
        inherited: vars,
        policy: config.shell_environment_policy,
        keyVariables: keyVariables(config),
        session: id,
        call: `c${call}`,
        version: build,
        tty,
      }),
    };
  };

  const delay = (ms: number, signal: AbortSignal) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      signal.addEventListener('abort', () => {
        clearTimeout(timer);
        resolve();
      });
    });
  const rg = findOnPath('rg', env.PATH ?? '');
  const wires = createWires({ fetch, userAgent: `tcx/${build}`, now, delay });
  const runner = createRunner({
    model: createModel({
      session,
      resolve: access.provider,
      tools: ({ settings }) => offeredTools(settings.tools, modelInfo(settings.model).patch === 'custom'),
      ask: ({ provider, renew }, request, io) =>
        runModel(renew ? renewing(wires[provider.wire], renew) : wires[provider.wire], provider, request, io, {
          delay,
          random: Math.random,
        }),
    }),
    commands: createCommandEffects({
      holder: () => holder,
      facts: callFacts,
      adopted: (key: EffectKey) => adopted(key),
      chunkId: () => randomBytes(3).toString('hex'),
      uptime: clock.uptime,
    }),
    read: (use, cwd, signal) => read(use, { cwd, signal, ...(rg && { rg }) }),
    call: callRow,
    umask: async (id) => (await host.state(id)).meta.umask ?? 0o022,
    uptime: clock.uptime,
    holder: async () => {
      const place = await holder.ready();
      if (isRefused(place)) throw new Error(place.why);
      return place.incarnation;
    },
  });

  const host: EmbeddedHost = new EmbeddedHost({ home, effects: runner, clock, held: true });
  const clients = new Map<number, Client>();
  const hub = new Hub({
    encode: (push) => encodeFrame(push as unknown as Message),
    rows: (id, after, limit) => host.rows(id, after, limit),
    now,
  });
  const sessions = new Sessions({ host, index, handles, marks, viewers: hub.viewers });
  const projector = new Projector({
    home,
    index,
    name: sessions.name,
    length: host.length,
    broken: (id, error) => logger.error({ session: id, error: error.message }, 'the index could not take a session'),
  });
  const watchers: Daemon['watchers'] = { list: new Set(), inbox: new Set() };
  const tracers: Daemon['tracers'] = new Map();
  function trace(id: SessionId | undefined, line: string) {
    for (const [client, only] of tracers) if (only === undefined || only === id) client.push({ t: 'trace', line });
  }
  const changed = throttled(changedMs, () => {
    for (const what of ['list', 'inbox'] as const)
      for (const client of watchers[what]) client.push({ t: 'changed', what });
  });
  followCommits({ host, hub, sessions, marks, projector, residents, holder, clients, changed, trace, now });

  const unpark = async (id: SessionId) => {
    const { meta } = await host.state(id);
    if (!meta.parked || (await access.provider(meta)).kind !== 'ready') return;
    await host.send(id, { to: id as never, event: { type: 'resumed' } });
  };
  const blobs = new Blobs(home);
  const daemon: Daemon = {
    host,
    hub,
    sessions,
    handles,
    marks,
    envs,
    clients,
    watchers,
    tracers,
    now,
    blobs,
    settings: access.settings,
    change: async (id, ask) => access.change((await host.state(id)).meta, ask),
    facts: access.facts,
    config: access.show,
    unpark,
    learned: async () => {
      await Promise.all(host.list().map(({ session: id }) => unpark(id)));
      if ((await holder.status()).length > 0) await holder.putSecrets(envs.secrets());
    },
    actors: () => listActors({ host, sessions, handles, residents, holders: () => holder.status() }),
    status: async () => {
      const holders = await holder.status();
      const actors = host
        .list()
        .reduce((sum, { tree }) => sum + Object.keys(tree.actors).length, residents.list().length);
      return {
        pid: process.pid,
        build,
        protocol: PROTOCOL,
        host: host.kind,
        home,
        socket: place.socket,
        started,
        sessions: host.list().length,
        actors,
        rss: process.memoryUsage.rss(),
        clients: clients.size,
        safeMode: starts.safeMode,
        holder: holders[0]
          ? {
              pid: holders[0].pid,
              commands: holders.reduce((sum, { commands }) => sum + commands.filter(({ end }) => !end).length, 0),
            }
          : null,
      };
    },
    doctor: (id) => runDoctor({ home, place, host, holder, index, access, env, build, session: id }),
    stop: (immediately) => void stop({ wait: !immediately, commands: true }),
  };

  await projector.catchUp((done, all) => {
    if (done === 0 || done === all) logger.info({ done, all }, 'reading sessions the index does not know');
  });
  const open = index.withOpenWork();
  const states = await Promise.allSettled(open.map((id) => host.state(id)));
  adopted = await adoptCommands(
    holder,
    states.flatMap((state) => (state.status === 'fulfilled' ? [state.value.tree] : [])),
  );

  let nextClient = 1;
  const listening = await listen(place, build, env, (socket) =>
    serveConnection(socket, {
      token: place.token,
      build,
      queueBytes: viewerQueueBytes,
      nextClient: () => nextClient++,
      log: (level, message, details) => logger[level](details ?? {}, message),
      handle: (client, request) => handle(daemon, client, request),
      welcome: async (client) => {
        if (client.hello.env !== undefined) await learnKeys();
        clients.set(client.client, client);
        client.onClose(() => {
          clients.delete(client.client);
          watchers.list.delete(client);
          watchers.inbox.delete(client);
          tracers.delete(client);
          for (const id of hub.sessionsOf(client.client)) hub.leave(id, client.client);
        });
        if (starts.safeMode)
          client.push({
            t: 'notice',
            level: 'warning',
            text: 'tcxd died three times right after its start: safe mode, nothing resumes by itself. A word to a session goes on with it; tcx daemon restart leaves safe mode.',
          });
        return {
          build,
          protocol: PROTOCOL,
          client: client.client,
          home,
          needEnv: client.hello.env !== undefined && !envs.has(client.hello.env),
          label: client.label,
        };
      },
    }),
  );
  const house = keepHouse({
    host,
    viewers: hub.viewers,
    now,
    idleMs: async () => (await access.base())?.idle_unload ?? 30 * 60_000,
  });
  host.release();
  if (!starts.safeMode) void resumeSessions(host, open);
  ready();
  logger.info({ build, home, pid: process.pid, safeMode: starts.safeMode }, 'tcxd is ready');
  // The vendors' libraries take a while to load; better now than in the middle of the first turn.
  setTimeout(() => void access.base().then((config) => config && preload('responses')), 500).unref();

  let stopping = false;
  const stop = async ({ wait, commands }: { wait: boolean; commands: boolean }) => {
    if (stopping) return;
    stopping = true;
    starts.well();
    logger.info({ wait, commands }, 'tcxd stops');
    if (wait) await drained(host);
    for (const client of clients.values()) client.push({ t: 'bye', why: 'the daemon stops' });
    for (const client of clients.values()) client.close();
    await listening.close();
    house[Symbol.dispose]();
    await host.stop();
    projector.flush();
    await marks.save();
    if (commands) await holder.end();
    holder.close();
    index.close();
    await handles.close();
    place.lock[Symbol.dispose]();
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => (stopping ? process.exit(1) : void stop({ wait: true, commands: false })));
  process.on('SIGHUP', () => {});
}

/** At most once in `ms`, and always after the last call. */
function throttled(ms: number, act: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  return () => {
    if (timer) return;
    timer = setTimeout(() => {
      timer = undefined;
      act();
    }, ms);
    timer.unref();
  };
}

/** Until no turn runs, or the time is over: what still runs then goes on with the next daemon. */
async function drained(host: EmbeddedHost): Promise<void> {
  if (!host.list().some(isBusy)) return;
  await new Promise<void>((resolve) => {
    const done = () => {
      clearTimeout(timer);
      watching[Symbol.dispose]();
      resolve();
    };
    const timer = setTimeout(done, drainMs);
    const watching = host.watch({ committed: () => host.list().some(isBusy) || done() });
  });
}
