/** The program that `remote.ts` starts: an embedded host on the home it is given, whose effects are the parent's. */
import type { EffectName, Outcome } from '../../actors/effects.ts';
import { EmbeddedHost } from '../../daemon/hosts/embedded.ts';
import { type EffectRunner, type Host, HostError } from '../../daemon/hosts/host.ts';
import type { FromChild, ToChild } from './remote.ts';

type Io = Parameters<EffectRunner['run']>[2];

const tell = (message: FromChild) => void process.send!(message);
const waiting = new Map<number, { outcome: PromiseWithResolvers<Outcome>; live: Io['live'] }>();
let next = 1;

function remote(
  how: 'run' | 'check',
  effect: EffectName,
  input: unknown,
  { signal, live, ...io }: Io,
): Promise<Outcome> {
  const id = next++;
  const outcome = Promise.withResolvers<Outcome>();
  waiting.set(id, { outcome, live });
  signal.addEventListener('abort', () => tell({ t: 'abort', id }));
  tell({ t: 'effect', id, how, effect, input, io });
  return outcome.promise;
}

const effects: EffectRunner = {
  run: (effect, input, io) => remote('run', effect, input, io),
  check: (effect, input, io) => remote('check', effect, input, io),
  mark: (effect) => (effect === 'command' ? Promise.resolve('holder 1') : undefined),
};

const host: Host = new EmbeddedHost({
  home: process.argv[2]!,
  effects,
  clock: { wall: () => Date.now(), uptime: () => performance.now() },
});
host.watch({
  committed: (...args) => tell({ t: 'event', name: 'committed', args }),
  live: (...args) => tell({ t: 'event', name: 'live', args }),
  trouble: (...args) => tell({ t: 'event', name: 'trouble', args }),
  unloaded: (...args) => tell({ t: 'event', name: 'unloaded', args }),
});

async function call({ id, method, args }: Extract<ToChild, { t: 'call' }>) {
  try {
    const act = host[method as 'state'] as (...all: unknown[]) => unknown;
    tell({ t: 'answer', id, value: await act.apply(host, args as unknown[]) });
  } catch (error) {
    const { message } = error as Error;
    tell({
      t: 'refused',
      id,
      error: error instanceof HostError ? { code: error.code, message, fix: error.fix } : { message },
    });
  }
}

process.on('message', (message: ToChild) => {
  if (message.t === 'call') return void call(message);
  const effect = waiting.get(message.id);
  if (message.t === 'live') return effect?.live(message.delta);
  waiting.delete(message.id);
  if (message.broke !== undefined) effect?.outcome.reject(new Error(message.broke));
  else effect?.outcome.resolve(message.outcome!);
});
tell({ t: 'ready' });
