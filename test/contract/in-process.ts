/** An embedded host in the test's own process, with a disk and a clock that the test moves. */
import { EmbeddedHost, type EmbeddedOptions } from '../../daemon/hosts/embedded.ts';
import type { FakeEffects } from './effects.ts';
import { Place } from './place.ts';
import type { ContractHost } from './remote.ts';

/** Moves only when it is told to; what is due then rings. */
export class FakeClock {
  #wall = 1_800_000_000_000;
  #uptime = 5000;
  readonly #waiting = new Map<() => void, number>();

  wall = () => this.#wall;
  uptime = () => this.#uptime;
  wait = (ms: number, ring: () => void) => {
    this.#waiting.set(ring, this.#uptime + ms);
    return () => void this.#waiting.delete(ring);
  };
  get waiting() {
    return this.#waiting.size;
  }
  /** How far ahead the next ring is; undefined when none is. */
  get next(): number | undefined {
    const left = [...this.#waiting.values()].map((at) => at - this.#uptime);
    return left.length === 0 ? undefined : Math.min(...left);
  }

  /** Time passes while the machine is up. */
  pass(ms: number) {
    const end = this.#uptime + ms;
    for (;;) {
      const next = [...this.#waiting].sort(([, a], [, b]) => a - b)[0];
      if (!next || next[1] > end) break;
      this.#move(next[1] - this.#uptime);
      this.#waiting.delete(next[0]);
      next[0]();
    }
    this.#move(end - this.#uptime);
  }
  #move(ms: number) {
    this.#uptime += ms;
    this.#wall += ms;
  }

  /** The lid was closed, or somebody set the clock. */
  jump(ms: number) {
    this.#wall += ms;
  }
}

export interface InProcess extends AsyncDisposable {
  readonly place: Place;
  /** The host that lives now; `place.restart` stops it and starts another. */
  readonly host: EmbeddedHost;
  readonly clock: FakeClock;
  readonly effects: FakeEffects;
  /** Errors of listeners and of deliveries, which the host itself does not feel. */
  readonly errors: Error[];
}

export async function inProcess(options: Partial<EmbeddedOptions> = {}): Promise<InProcess> {
  const clock = new FakeClock();
  const errors: Error[] = [];
  let host!: EmbeddedHost;
  const place = await Place.open((home, effects) => {
    const broken = (error: Error) => errors.push(error);
    host = new EmbeddedHost({ home, effects, clock, retryMs: 20, broken, ...options });
    return Promise.resolve({ host: withLaterList(host), crash: () => host.stop() });
  });
  return {
    place,
    get host() {
      return host;
    },
    clock,
    effects: place.effects,
    errors,
    [Symbol.asyncDispose]: () => place[Symbol.asyncDispose](),
  };
}

/** As the contract has it: `list` answers later. */
function withLaterList(host: EmbeddedHost): ContractHost {
  return new Proxy(host as object, {
    get: (_, name) => {
      const value = host[name as keyof EmbeddedHost] as unknown;
      if (name === 'list') return async () => host.list();
      return typeof value === 'function' ? value.bind(host) : value;
    },
  }) as ContractHost;
}
