/** How a daemon ends: turns may finish first, what is left goes on with the next daemon, commands stay or end. */
import type { Host } from './hosts/host.ts';
import { isBusy } from './supervise.ts';

export interface StopHow {
  /** Let the turns that run end by themselves, for a while. */
  readonly wait: boolean;
  /** End the commands too, and the process that holds them. */
  readonly commands: boolean;
  /** Another daemon follows at once: clients need not leave. */
  readonly again?: boolean;
}

export interface ShutdownDeps {
  readonly host: Pick<Host, 'list' | 'watch' | 'stop'>;
  readonly log: (message: string, how: StopHow) => void;
  /** Clients are told, and nobody comes any more. */
  readonly closeDoors: (again: boolean) => Promise<void>;
  /** Everything is written, closed and given back; `commands`: the holder ends. */
  readonly close: (how: { readonly commands: boolean }) => Promise<void>;
  readonly exit: (code: number) => void;
  /** How long a stop waits for turns to end by themselves. */
  readonly drainMs?: number;
}

const usualDrainMs = 45_000;
/** How long everything may then take to be closed. */
const closeMs = 10_000;

const tried = (step: () => Promise<void>): Promise<Error | undefined> =>
  Promise.resolve()
    .then(step)
    .then(
      () => undefined,
      (error: Error) => error,
    );

export type Shutdown = ReturnType<typeof createShutdown>;

export function createShutdown(deps: ShutdownDeps) {
  const { host, log, closeDoors, close, exit, drainMs = usualDrainMs } = deps;
  const hurried = Promise.withResolvers<void>();
  let commands = false;
  let stopping = false;
  /** A second one hurries the first. */
  const stop = async (how: StopHow): Promise<void> => {
    commands ||= how.commands;
    if (!how.wait) hurried.resolve();
    if (stopping) return;
    stopping = true;
    log('tcxd stops', how);
    if (how.wait) await drained(host, hurried.promise, drainMs);
    setTimeout(() => exit(1), closeMs).unref();
    // Each step is taken whatever became of the one before: a daemon that was asked to end ends.
    const failed = [
      await tried(() => closeDoors(how.again ?? false)),
      await tried(() => host.stop()),
      await tried(() => close({ commands })),
    ].filter((error) => error !== undefined);
    for (const error of failed) log(`tcxd did not stop cleanly: ${error.message}`, how);
    exit(failed.length > 0 ? 1 : 0);
  };
  /** SIGTERM and SIGINT: commands stay; the second signal does not wait for anything. */
  const signalled = () => {
    if (stopping) exit(1);
    else void stop({ wait: true, commands: false });
  };
  return { stop, signalled };
}

/** Until no turn runs, the time is over, or somebody is in a hurry. */
async function drained(host: ShutdownDeps['host'], hurried: Promise<void>, drainMs: number): Promise<void> {
  if (!host.list().some(isBusy)) return;
  const rest = Promise.withResolvers<void>();
  const timer = setTimeout(rest.resolve, drainMs);
  using _watching = host.watch({ committed: () => host.list().some(isBusy) || rest.resolve() });
  await Promise.race([rest.promise, hurried]);
  clearTimeout(timer);
}
