/** One connection to the holder: its hello, its requests in order, and what it follows, pushed as fast as it reads. */
import type { Socket } from 'node:net';
import { encodeFrame, FrameDecoder, type Message } from '../../ipc/frame.ts';
import { checkRequest } from './check.ts';
import type { Command } from './command.ts';
import { isRefused, type Push, type Refused, type Request, refuse } from './protocol.ts';

/** What waits in the socket for a slow reader; above it nothing more is pushed, and no request is read. */
const maxWaitingBytes = 256 * 1024;
const pushBytes = 64 * 1024;
const maxFollows = 4096;
const helloMs = 5000;
const lingerMs = 1000;

interface Follow {
  readonly id: number;
  readonly command: Command;
  /** The next byte to push; undefined for one that only waits for the end. */
  at: number | undefined;
  readonly more: Disposable;
}

/** What a connection needs of the holder. */
export interface Host {
  /** A refusal closes the connection after it was sent. */
  greet(peer: Peer, request: Extract<Request, { t: 'hello' }>): object | Refused;
  answer(request: Request): object | Refused | Promise<object | Refused>;
  command(key: string): Command | Refused;
  closed(peer: Peer): void;
}

export class Peer {
  readonly #socket: Socket;
  readonly #host: Host;
  readonly #decoder = new FrameDecoder();
  readonly #follows = new Map<number, Follow>();
  readonly #helloTimer: NodeJS.Timeout;
  /** Requests of the last chunk that wait until earlier answers have gone out; the socket is not read meanwhile. */
  #backlog: Message[] = [];
  #greeted = false;

  constructor(socket: Socket, host: Host) {
    this.#socket = socket;
    this.#host = host;
    this.#helloTimer = setTimeout(() => this.bye('no hello came'), helloMs);
    socket.on('data', (bytes) => this.#take(bytes));
    socket.on('drain', () => this.#drained());
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#closed());
  }

  get #full(): boolean {
    return this.#socket.writableLength > maxWaitingBytes;
  }

  #take(bytes: Buffer): void {
    const { messages, error } = this.#decoder.push(bytes);
    this.#backlog.push(...messages);
    this.#work();
    if (error !== undefined) this.bye(error);
  }

  #work(): void {
    while (this.#backlog.length > 0 && !this.#full && !this.#socket.writableEnded)
      this.#request(this.#backlog.shift()!);
    if (this.#backlog.length > 0) this.#socket.pause();
    else this.#socket.resume();
  }

  #request(message: Message): void {
    const checked = checkRequest(message);
    if (checked.ok && this.#greeted) this.#answer(checked.request);
    else if (checked.ok) this.#hello(checked.request);
    else if (checked.id === undefined) this.bye(checked.why);
    else this.#reply(checked.id, refuse('bad request', checked.why));
  }

  #hello(request: Request): void {
    if (request.t !== 'hello') {
      this.bye('the first request must be hello');
      return;
    }
    clearTimeout(this.#helloTimer);
    const answer = this.#host.greet(this, request);
    this.#greeted = !isRefused(answer);
    this.#reply(request.id, answer);
    if (isRefused(answer)) this.end();
  }

  #answer(request: Request): void {
    if (request.t === 'follow') this.#follow(request);
    else if (request.t === 'unfollow') {
      this.#drop(request.follow);
      this.#reply(request.id, {});
    } else this.#replyLater(request.id, this.#host.answer(request));
  }

  #replyLater(id: number, answer: object | Refused | Promise<object | Refused>): void {
    if (answer instanceof Promise) void answer.then((later) => this.#reply(id, later));
    else this.#reply(id, answer);
  }

  #reply(id: number, answer: object | Refused): void {
    this.#send(
      isRefused(answer) ? { t: 'error', id, code: answer.refused, why: answer.why } : { ...answer, t: 'ok', id },
    );
  }

  #push(push: Push): void {
    this.#send(push as unknown as Message);
  }

  #send(message: Message): void {
    if (this.#socket.writable) this.#socket.write(encodeFrame(message));
  }

  #follow({ id, key, from }: Extract<Request, { t: 'follow' }>): void {
    const full = this.#follows.size >= maxFollows;
    const command = full ? refuse('full', `one connection follows at most ${maxFollows}`) : this.#host.command(key);
    if (isRefused(command)) {
      this.#reply(id, command);
      return;
    }
    const follow: Follow = { id, command, at: from, more: command.onMore(() => this.#advance(follow)) };
    this.#follows.set(id, follow);
    this.#reply(id, { total: command.total });
    this.#advance(follow);
  }

  /** Pushes what is new, until the socket is full; 'drain' goes on from there. */
  #advance(follow: Follow): void {
    const { command } = follow;
    while (follow.at !== undefined && follow.at < command.total) {
      if (this.#full) return;
      const slice = command.read(follow.at, pushBytes);
      follow.at = slice.next;
      this.#push({ t: 'output', follow: follow.id, ...slice });
    }
    if (!command.end) return;
    this.#push({ t: 'exit', follow: follow.id, end: command.end });
    this.#drop(follow.id);
  }

  /** Who was served goes to the end of the line, so that a flood does not keep the others waiting. */
  #drained(): void {
    this.#work();
    for (const follow of [...this.#follows.values()]) {
      if (this.#full) return;
      this.#follows.delete(follow.id);
      this.#follows.set(follow.id, follow);
      this.#advance(follow);
    }
  }

  #drop(id: number): void {
    this.#follows.get(id)?.more[Symbol.dispose]();
    this.#follows.delete(id);
  }

  /** Closes after saying why. */
  bye(why: string): void {
    if (this.#socket.writableEnded) return;
    this.#push({ t: 'bye', why });
    this.end();
  }

  /** Closes when all that was written has gone out, or nobody has read it for a while. */
  end(): void {
    this.#backlog = [];
    this.#socket.end();
    this.#socket.resume();
    setTimeout(() => this.#socket.destroy(), lingerMs).unref();
  }

  #closed(): void {
    clearTimeout(this.#helloTimer);
    for (const id of [...this.#follows.keys()]) this.#drop(id);
    this.#host.closed(this);
  }
}
