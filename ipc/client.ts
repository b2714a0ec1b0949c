/**
 * A client of tcxd: requests with answers, pushes, heartbeats, and a way back when the daemon went away.
 * TUI, CLI and tests all stand on it; it is also what `import { connect } from 'tcx'` gives.
 */
import { connect as connectSocket, type Socket } from 'node:net';
import { ClientError, gone } from './client-error.ts';
import { encodeFrame, FrameDecoder, type Message } from './frame.ts';
import type { AnswerOf, FromDaemon, Push } from './messages.ts';
import type { RequestOf, Verb } from './protocol.ts';

export type HelloBody = RequestOf<'hello'>;
export type ConnectionState =
  | { readonly state: 'connected' }
  | { readonly state: 'away'; readonly tries: number; readonly since: number }
  | { readonly state: 'closed' };

export interface ClientOptions {
  /** Reads anew where the daemon is and what to say to it, before each connection. */
  readonly locate: () => Promise<{
    readonly socket: string | undefined;
    readonly hello: HelloBody;
    readonly vars: () => Record<string, string>;
  }>;
  /** Starts a daemon when none answers, or rejects with why not. */
  readonly start: () => Promise<void>;
  /** Connect again by itself when the connection breaks. */
  readonly reconnect: boolean;
  /** Do not wait for the answer to hello: for a client that asks one thing and goes. `welcome` stays unset. */
  readonly pipelined?: boolean;
  /** Ask the daemon every so often whether it is there; 0 for a client that lives a moment. */
  readonly heartbeatMs: number;
}

interface Waiting {
  readonly verb: Verb;
  readonly resolve: (answer: never) => void;
  readonly reject: (error: Error) => void;
}

/** Silence after a heartbeat that means the daemon is gone: with the pause before it, 2 s at most. */
const silentMs = 1000;
/** So many times longer is the pause while nothing is expected. */
const calmTimes = 5;
/** A daemon that takes a connection and says nothing for so long is stuck. */
const helloMs = 5000;
const backoffMs = [50, 100, 200, 400, 800, 1000];

export class Client {
  readonly #options: ClientOptions;
  readonly #waiting = new Map<number, Waiting>();
  readonly #pushes = new Set<(push: Push) => void>();
  readonly #states = new Set<(state: ConnectionState) => void>();
  #socket: Socket | undefined;
  #nextId = 1;
  #heartbeat: NodeJS.Timeout | undefined;
  #calm = false;
  /** The next heartbeat is far away. */
  #slow = false;
  #closed = false;
  #returning = false;
  #state: ConnectionState = { state: 'connected' };
  /** The answer to hello: who we are to the daemon, and which it is. */
  welcome!: AnswerOf<'hello'>;

  private constructor(options: ClientOptions) {
    this.#options = options;
  }

  static async connect(options: ClientOptions): Promise<Client> {
    const client = new Client(options);
    try {
      await client.#open();
    } catch (error) {
      client.close();
      throw error;
    }
    return client;
  }

  get state() {
    return this.#state;
  }

  /** Rejects with a ClientError: the daemon's own refusal, or `gone` when the connection broke before the answer. */
  request<Name extends Verb>(verb: Name, body: RequestOf<Name>): Promise<AnswerOf<Name>> {
    return new Promise((resolve, reject) => {
      const socket = this.#socket;
      if (!socket?.writable) {
        reject(gone());
        return;
      }
      const id = this.#nextId++;
      this.#waiting.set(id, { verb, resolve, reject });
      if (this.#slow && verb !== 'ping') this.#beat();
      socket.write(encodeFrame({ t: verb, id, ...body }));
    });
  }

  onPush(listener: (push: Push) => void): Disposable {
    this.#pushes.add(listener);
    return { [Symbol.dispose]: () => void this.#pushes.delete(listener) };
  }

  onState(listener: (state: ConnectionState) => void): Disposable {
    this.#states.add(listener);
    return { [Symbol.dispose]: () => void this.#states.delete(listener) };
  }

  /** While nothing is expected of the daemon it is asked less often whether it is there; any request ends that for its time. */
  calm(calm: boolean) {
    this.#calm = calm;
    if (!calm && this.#slow) this.#beat();
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#heartbeat);
    this.#socket?.end();
    this.#fail(gone());
    this.#become({ state: 'closed' });
  }
  [Symbol.dispose]() {
    this.close();
  }

  async #open() {
    const { socket, hello, vars } = await this.#reach();
    this.#socket = socket;
    const decoder = new FrameDecoder();
    socket.on('data', (chunk) => {
      const { messages, error } = decoder.push(chunk);
      for (const message of messages) this.#receive(message);
      if (error !== undefined) socket.destroy();
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#lost(socket));
    const welcome = this.#hello(socket, hello);
    if (this.#options.pipelined) {
      // The daemon takes requests in their order: the first one need not wait for the answer to hello.
      welcome.catch((error: Error) => this.#fail(error));
      return;
    }
    this.welcome = await welcome;
    if (this.welcome.needEnv && hello.env !== undefined) await this.request('env', { digest: hello.env, vars: vars() });
    if (this.#options.heartbeatMs > 0) this.#beat();
  }

  async #hello(socket: Socket, hello: HelloBody): Promise<AnswerOf<'hello'>> {
    const patience = setTimeout(() => socket.destroy(), helloMs);
    try {
      return await this.request('hello', hello);
    } finally {
      clearTimeout(patience);
    }
  }

  /** The socket of a daemon that takes connections: the one that runs, else one started for it. */
  async #reach() {
    const before = await this.#options.locate();
    const running = before.socket === undefined ? undefined : await dial(before.socket).catch(() => undefined);
    if (running) return { ...before, socket: running };
    await this.#options.start();
    const started = await this.#options.locate();
    if (started.socket === undefined)
      throw new ClientError('not-running', 'the daemon did not come up', 'tcx daemon logs');
    return { ...started, socket: await dial(started.socket) };
  }

  #receive(message: Message) {
    const frame = message as unknown as FromDaemon;
    if (frame.t !== 'ok' && frame.t !== 'error') {
      for (const listener of this.#pushes) listener(frame);
      return;
    }
    const waiting = this.#waiting.get(frame.id);
    this.#waiting.delete(frame.id);
    if (frame.t === 'ok') waiting?.resolve(frame as never);
    else {
      const error = new ClientError(frame.code, frame.message, frame.fix);
      if (waiting) waiting.reject(error);
      else this.#fail(error);
    }
  }

  /** A daemon that does not answer is gone, however busy it may be: its socket is left and a way back is looked for. */
  #beat() {
    clearTimeout(this.#heartbeat);
    const socket = this.#socket;
    const { heartbeatMs } = this.#options;
    this.#slow = this.#calm && this.#waiting.size === 0;
    this.#heartbeat = setTimeout(
      () => {
        this.#slow = false;
        const silence = setTimeout(() => socket?.destroy(), silentMs);
        this.request('ping', {}).then(
          () => {
            clearTimeout(silence);
            if (this.#socket === socket && !this.#closed) this.#beat();
          },
          () => clearTimeout(silence),
        );
      },
      heartbeatMs * (this.#slow ? calmTimes : 1),
    );
    this.#heartbeat.unref();
  }

  #lost(socket: Socket) {
    if (this.#socket !== socket) return;
    clearTimeout(this.#heartbeat);
    this.#slow = false;
    this.#socket = undefined;
    this.#fail(gone());
    if (this.#closed) return;
    if (!this.#options.reconnect) this.#become({ state: 'closed' });
    else if (!this.#returning) void this.#wayBack();
  }

  /** One way back at a time: a daemon that dies while it is greeted is one more try of it. */
  async #wayBack() {
    const since = Date.now();
    this.#returning = true;
    for (let tries = 1; !this.#closed; tries++) {
      this.#become({ state: 'away', tries, since });
      await new Promise((resolve) => setTimeout(resolve, backoffMs[Math.min(tries - 1, backoffMs.length - 1)]));
      if (this.#closed) return;
      try {
        await this.#open();
        this.#returning = false;
        this.#become({ state: 'connected' });
        return;
      } catch {
        this.#socket?.destroy();
        this.#socket = undefined;
        this.#fail(gone());
      }
    }
  }

  #fail(error: Error) {
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(error);
  }

  #become(state: ConnectionState) {
    this.#state = state;
    for (const listener of this.#states) listener(state);
  }
}

export function dial(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connectSocket(path);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
    socket.once('error', reject);
  });
}
