/** One client's end of the socket: frames in, checked once; frames out, with a limit on what waits for a slow reader. */
import type { Socket } from 'node:net';
import { encodeFrame, FrameDecoder, type Message } from '../ipc/frame.ts';
import type { Push } from '../ipc/messages.ts';
import { PROTOCOL, ToDaemon } from '../ipc/protocol.ts';
import { TcxError } from './errors.ts';
import { HostError } from './hosts/host.ts';
import type { Outlet } from './hub.ts';

export type Hello = Extract<ToDaemon, { t: 'hello' }>;

/** A client that said hello with the right token. */
export interface Client extends Outlet {
  readonly hello: Hello;
  readonly push: (push: Push) => void;
  /** Ends the connection after what was sent. */
  readonly close: () => void;
  /** Run when the connection is gone. */
  readonly onClose: (done: () => void) => void;
}

/** Done once the answer is on its way: what a handler starts that pushes. */
export const afterAnswer = Symbol('after the answer');
export type Answer = Record<string, unknown> & { readonly [afterAnswer]?: () => void };

export interface ConnectionDeps {
  readonly token: string;
  readonly build: string;
  /** Bytes that may wait for the reader before live text is dropped. */
  readonly queueBytes: number;
  readonly nextClient: () => number;
  readonly welcome: (client: Client) => Promise<Record<string, unknown>> | Record<string, unknown>;
  readonly handle: (client: Client, request: ToDaemon) => Promise<Answer>;
  readonly log: (level: 'info' | 'warn' | 'error', message: string, details?: Record<string, unknown>) => void;
}

/** A peer that connects and says nothing holds no place for ever. */
const helloMs = 10_000;
/** Requests of one client that wait for those before them. */
const askedLimit = 64;
/** Beyond this even rows make the connection pointless: the reader is gone or broken. */
const hardLimitFactor = 16;

export function serveConnection(socket: Socket, deps: ConnectionDeps) {
  const connection = new Connection(socket, deps);
  socket.on('data', (chunk) => connection.data(chunk));
  socket.on('error', () => socket.destroy());
  socket.on('close', () => connection.closed());
  socket.on('drain', () => connection.drained());
  return connection;
}

class Connection {
  readonly #socket: Socket;
  readonly #deps: ConnectionDeps;
  readonly #decoder = new FrameDecoder();
  readonly #closers: (() => void)[] = [];
  #waiting: (() => void)[] = [];
  #client: Client | undefined;
  #turn: Promise<void> = Promise.resolve();
  /** Requests that are not answered yet. */
  #asked = 0;
  readonly #timer: NodeJS.Timeout;

  constructor(socket: Socket, deps: ConnectionDeps) {
    this.#socket = socket;
    this.#deps = deps;
    this.#timer = setTimeout(() => socket.destroy(), helloMs);
  }

  data(chunk: Buffer) {
    const { messages, error } = this.#decoder.push(chunk);
    for (const message of messages) this.#take(message);
    if (error !== undefined) this.#refuse(0, new TcxError('bad-frame', error, 'tcx daemon status'));
  }

  drained() {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resume of waiting) resume();
  }

  closed() {
    clearTimeout(this.#timer);
    for (const done of this.#closers.splice(0)) done();
  }

  end = () => this.#socket.end();

  /** In the order they came, so that no word overtakes another; only a sign of life does not wait for work. */
  #take(message: Message) {
    if (message.t === 'ping' && this.#client) {
      void this.#receive(message);
      return;
    }
    // Whoever asks faster than it can be done is not read until it is.
    if (++this.#asked === askedLimit) this.#socket.pause();
    this.#turn = this.#turn.then(async () => {
      await this.#receive(message);
      if (this.#asked-- === askedLimit) this.#socket.resume();
    });
  }

  async #receive(message: Message) {
    const id = typeof message.id === 'number' ? message.id : 0;
    const checked = ToDaemon.safeParse(message);
    if (!checked.success) {
      const issue = checked.error.issues[0];
      const place = issue?.path.join('.') || 't';
      this.#error(
        id,
        new TcxError(
          'bad-request',
          `${String(message.t)}: ${place}: ${issue?.message ?? 'not understood'}`,
          'tcx daemon status',
        ),
      );
      return;
    }
    const request = checked.data;
    try {
      if (request.t === 'hello') this.#send({ t: 'ok', id, ...(await this.#hello(request)) });
      else if (!this.#client)
        this.#refuse(id, new TcxError('no-hello', `${request.t} came before hello`, 'tcx daemon status'));
      else this.#answer(id, await this.#deps.handle(this.#client, request));
    } catch (error) {
      this.#error(id, error);
    }
  }

  #answer(id: number, { [afterAnswer]: then, ...answer }: Answer) {
    this.#send({ t: 'ok', id, ...answer });
    then?.();
  }

  async #hello(hello: Hello): Promise<Record<string, unknown>> {
    const { token, build } = this.#deps;
    if (hello.token !== token) {
      const refusal = new TcxError(
        'bad-token',
        'this client does not have the token of the daemon',
        'tcx daemon status',
      );
      this.#refuse(hello.id, refusal);
      throw refusal;
    }
    if (hello.protocol > PROTOCOL || hello.protocol < PROTOCOL - 1) throw versions(hello, build);
    clearTimeout(this.#timer);
    const socket = this.#socket;
    const { queueBytes, nextClient, welcome } = this.#deps;
    const client: Client = {
      client: nextClient(),
      label: hello.label,
      hello,
      hasRoom: () => socket.writableLength < queueBytes,
      whenRoom: (resume) => this.#waiting.push(resume),
      send: (bytes) => this.#write(bytes),
      push: (push) => this.#send(push as unknown as Message),
      close: () => socket.end(),
      onClose: (done) => this.#closers.push(done),
    };
    this.#client = client;
    return welcome(client);
  }

  #error(id: number, error: unknown) {
    if (error instanceof TcxError || error instanceof HostError) {
      this.#send({ t: 'error', id, code: error.code, message: error.message, fix: error.fix });
      return;
    }
    const message = error instanceof Error ? error.message : String(error);
    this.#deps.log('error', 'a request broke', { error: error instanceof Error ? error.stack : message });
    this.#send({ t: 'error', id, code: 'bug', message: `tcxd could not do this: ${message}`, fix: 'tcx daemon logs' });
  }

  #refuse(id: number, error: TcxError) {
    this.#error(id, error);
    this.#socket.end();
  }

  #send(message: Message) {
    if (!this.#socket.writable) return;
    let bytes: Buffer;
    try {
      bytes = encodeFrame(message);
    } catch (error) {
      if (!(error instanceof RangeError) || typeof message.id !== 'number') throw error;
      bytes = encodeFrame({
        t: 'error',
        id: message.id,
        code: 'too-large',
        message: error.message,
        fix: 'ask for less at a time',
      });
    }
    this.#write(bytes);
  }

  #write(bytes: Uint8Array) {
    if (!this.#socket.writable) return;
    this.#socket.write(bytes);
    if (this.#socket.writableLength > this.#deps.queueBytes * hardLimitFactor) {
      this.#deps.log('warn', 'a client does not read', { client: this.#client?.client });
      this.#socket.destroy();
    }
  }
}

function versions(hello: Hello, build: string): TcxError {
  const older = hello.protocol < PROTOCOL;
  return new TcxError(
    'old-protocol',
    `this tcx is ${hello.build} (protocol ${hello.protocol}), the daemon is ${build} (protocol ${PROTOCOL})`,
    older ? 'install the newer tcx in this terminal too' : 'tcx daemon restart',
  );
}
