/** A host in a process of its own, that can be killed: its calls, events and effects go over the channel of `fork`. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Outcome } from '../../actors/effects.ts';
import type { Delta } from '../../daemon/effect.ts';
import { type Host, HostError, type HostListener, type SessionState } from '../../daemon/hosts/host.ts';
import type { Begun, FakeEffects } from './effects.ts';

/** `list` answers at once in a host and later over a channel; nothing else differs. */
export type ContractHost = Omit<Host, 'list'> & { list(): Promise<readonly SessionState[]> };

export type ToChild =
  | { readonly t: 'call'; readonly id: number; readonly method: string; readonly args: readonly unknown[] }
  | { readonly t: 'outcome'; readonly id: number; readonly outcome?: Outcome; readonly broke?: string }
  | { readonly t: 'live'; readonly id: number; readonly delta: Delta };
export type FromChild =
  | { readonly t: 'ready' }
  | { readonly t: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly t: 'refused'; readonly id: number; readonly error: { code?: string; message: string; fix?: string } }
  | { readonly t: 'event'; readonly name: keyof HostListener; readonly args: readonly unknown[] }
  | {
      readonly t: 'effect';
      readonly id: number;
      readonly how: 'run' | 'check';
      readonly effect: string;
      readonly input: unknown;
      readonly io: object;
    }
  | { readonly t: 'abort'; readonly id: number };

export class Remote {
  readonly #child: ChildProcess;
  readonly #effects: FakeEffects;
  readonly #calls = new Map<number, PromiseWithResolvers<unknown>>();
  readonly #controllers = new Map<number, AbortController>();
  readonly #listeners = new Set<HostListener>();
  #next = 1;
  readonly host: ContractHost;

  private constructor(child: ChildProcess, effects: FakeEffects) {
    this.#child = child;
    this.#effects = effects;
    const call = <Method extends keyof Host>(method: Method) =>
      ((...args: unknown[]) => this.#call(method, args)) as never;
    this.host = {
      kind: 'embedded',
      create: call('create'),
      send: call('send'),
      rows: call('rows'),
      state: call('state'),
      window: call('window'),
      list: call('list'),
      unload: call('unload'),
      stop: call('stop'),
      watch: (listener) => {
        this.#listeners.add(listener);
        return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
      },
    };
  }

  static async start(program: string, home: string, effects: FakeEffects): Promise<Remote> {
    const child = fork(join(import.meta.dirname, program), [home], {
      serialization: 'advanced',
      execArgv: ['--disable-warning=ExperimentalWarning'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const remote = new Remote(child, effects);
    const ready = once(child, 'message');
    child.on('message', (message) => remote.#receive(message as FromChild));
    child.on('exit', () => remote.#gone());
    await ready;
    return remote;
  }

  /** As a power cut to the process: nothing of it is finished. */
  async kill() {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }

  #call(method: string, args: readonly unknown[]): Promise<unknown> {
    if (!this.#child.connected) return Promise.reject(new Error('the host was killed'));
    const id = this.#next++;
    const answer = Promise.withResolvers<unknown>();
    this.#calls.set(id, answer);
    this.#send({ t: 'call', id, method, args });
    return answer.promise;
  }

  #send(message: ToChild) {
    if (this.#child.connected) this.#child.send(message, () => {});
  }

  #receive(message: FromChild) {
    switch (message.t) {
      case 'ready':
        return;
      case 'answer':
        this.#calls.get(message.id)?.resolve(message.value);
        this.#calls.delete(message.id);
        return;
      case 'refused': {
        const { code, message: text, fix } = message.error;
        this.#calls
          .get(message.id)
          ?.reject(code ? new HostError(code as HostError['code'], text, fix ?? '') : new Error(text));
        this.#calls.delete(message.id);
        return;
      }
      case 'event':
        for (const listener of this.#listeners)
          (listener[message.name] as (...args: unknown[]) => void)?.(...message.args);
        return;
      case 'abort':
        this.#controllers.get(message.id)?.abort();
        return;
      case 'effect':
        void this.#effect(message);
    }
  }

  async #effect({ id, how, effect, input, io }: Extract<FromChild, { t: 'effect' }>) {
    const controller = new AbortController();
    this.#controllers.set(id, controller);
    const live = (delta: Delta) => this.#send({ t: 'live', id, delta });
    const whole = { ...io, signal: controller.signal, live } as never;
    try {
      this.#send({ t: 'outcome', id, outcome: await this.#effects[how](effect as Begun['effect'], input, whole) });
    } catch (error) {
      this.#send({ t: 'outcome', id, broke: (error as Error).message });
    }
  }

  #gone() {
    for (const { reject } of this.#calls.values()) reject(new Error('the host was killed'));
    this.#calls.clear();
  }
}
