/**
 * tcxd's end of the connection to one holder. A broken connection is made again and everything open is asked again (every
 * request may be asked twice); only a holder that is gone, or a newer tcxd, ends it.
 */
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { encodeFrame, FrameDecoder, type Message } from '../../ipc/frame.ts';
import { type HolderFile, isAlive } from './holder-file.ts';
import { signalProcess } from './procfs.ts';
import {
  type Answer,
  type Ask,
  type End,
  isRefused,
  protocolVersion,
  type RefusalCode,
  type Refused,
  refuse,
  type Slice,
  type Verb,
  type Welcome,
} from './protocol.ts';

/** Waits between tries. A holder that lives and cannot be reached after the last one, or does not answer hello, is stuck for good. */
const retriesMs = [0, 20, 100, 500, 1000, 2000, 4000];
/** A holder that is on its way out has no socket any more; one that is still there after these tries has lost it. */
const triesBeforeRebind = 3;
const helloMs = 10_000;
const deathTries = 100;
const deathRetryMs = 10;

const noAnswer = Symbol('the holder does not answer');
export const lost = Symbol('the holder is gone');
export type Lost = typeof lost;

export interface Follower {
  output(slice: Slice): void;
  end(end: End): void;
  refused(refused: Refused): void;
}

interface Following extends Follower {
  readonly key: string;
  at: number | undefined;
}

interface Pending {
  readonly frame: Buffer;
  readonly resolve: (answer: object | Lost) => void;
}

type Greeting = Welcome | Refused | Error | typeof noAnswer;

/** `refused`: it lives and does not want us, a newer tcxd most likely; what it holds is none of our business then. */
export type Gone = { readonly kind: 'died' } | { readonly kind: 'refused'; readonly refused: Refused };

export class Link {
  readonly file: HolderFile;
  readonly #epoch: number;
  readonly #gone: (gone: Gone) => void;
  readonly #pending = new Map<number, Pending>();
  readonly #follows = new Map<number, Following>();
  #socket: Socket | undefined;
  #lastId = 0;
  #closed = false;

  private constructor(file: HolderFile, epoch: number, gone: (gone: Gone) => void) {
    this.file = file;
    this.#epoch = epoch;
    this.#gone = gone;
  }

  /** `gone` is called at most once, and never before this has come back with a link. */
  static async open(file: HolderFile, epoch: number, gone: (gone: Gone) => void): Promise<Link | Gone> {
    const link = new Link(file, epoch, gone);
    const trouble = await link.#connect();
    return trouble ?? link;
  }

  async ask<V extends Verb>(verb: V, ask: Ask<V>): Promise<Answer<V> | Refused | Lost> {
    if (this.#closed) return lost;
    const id = ++this.#lastId;
    const frame = encoded({ ...ask, t: verb, id });
    if (isRefused(frame)) return frame;
    return new Promise((resolve) => {
      this.#pending.set(id, { frame, resolve: resolve as (answer: object | Lost) => void });
      this.#socket?.write(frame);
    });
  }

  /** Output from `from` on, then the end; without `from` only the end. Nothing comes after it was disposed. */
  follow(key: string, from: number | undefined, follower: Follower): Disposable {
    const id = ++this.#lastId;
    this.#follows.set(id, {
      key,
      at: from,
      output: (slice) => follower.output(slice),
      end: (end) => follower.end(end),
      refused: (why) => follower.refused(why),
    });
    this.#askToFollow(id);
    return {
      [Symbol.dispose]: () => {
        if (this.#follows.delete(id)) void this.ask('unfollow', { follow: id });
      },
    };
  }

  #askToFollow(id: number): void {
    const { key, at } = this.#follows.get(id)!;
    this.#socket?.write(encodeFrame({ t: 'follow', id, key, from: at }));
  }

  /** Undefined when connected. */
  async #connect(): Promise<Gone | undefined> {
    for (const [tries, waitMs] of retriesMs.entries()) {
      if (waitMs > 0) await delay(waitMs);
      if (this.#closed) return undefined;
      if (!isAlive(this.file)) return { kind: 'died' };
      const got = await this.#tryOnce();
      if (got === noAnswer) break;
      if (got instanceof Error) this.#askToRebind(got, tries);
      else return isRefused(got) ? { kind: 'refused', refused: got } : undefined;
    }
    await this.#kill();
    return { kind: 'died' };
  }

  async #kill(): Promise<void> {
    for (let tries = 0; tries < deathTries && isAlive(this.file); tries++) {
      signalProcess(this.file.pid, 'SIGKILL');
      await delay(deathRetryMs);
    }
  }

  #askToRebind(error: NodeJS.ErrnoException, tries: number): void {
    const vanished = error.code === 'ENOENT' || error.code === 'ECONNREFUSED';
    if (vanished && tries >= triesBeforeRebind && isAlive(this.file)) signalProcess(this.file.pid, 'SIGUSR2');
  }

  #tryOnce(): Promise<Greeting> {
    const socket = connect(this.file.socket);
    const decoder = new FrameDecoder();
    let greeted = false;
    return new Promise((resolve) => {
      const settle = (got: Greeting) => {
        clearTimeout(timer);
        if (!greeted) socket.destroy();
        resolve(got);
      };
      const timer = setTimeout(() => settle(noAnswer), helloMs);
      const take = (message: Message) => {
        if (greeted) this.#receive(message);
        else if (message.id === 0) {
          greeted = message.t === 'ok';
          if (greeted) this.#connected(socket);
          settle(greeted ? (message as unknown as Welcome) : refusal(message));
        }
      };
      socket.once('connect', () => socket.write(encodeFrame(this.#hello())));
      socket.on('data', (bytes) => {
        const { messages, error } = decoder.push(bytes);
        messages.forEach(take);
        if (error !== undefined) socket.destroy();
      });
      socket.on('error', settle);
      socket.on('close', () => {
        settle(new Error('the connection was closed'));
        if (greeted) this.#disconnected(socket);
      });
    });
  }

  #hello(): Message {
    return { t: 'hello', id: 0, version: protocolVersion, epoch: this.#epoch, token: this.file.token };
  }

  #connected(socket: Socket): void {
    if (this.#closed) return void socket.destroy();
    this.#socket = socket;
    for (const { frame } of this.#pending.values()) socket.write(frame);
    for (const id of this.#follows.keys()) this.#askToFollow(id);
  }

  #disconnected(socket: Socket): void {
    if (this.#closed || this.#socket !== socket) return;
    this.#socket = undefined;
    void this.#connect().then((gone) => gone && this.#end(gone));
  }

  #end(gone: Gone): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#follows.clear();
    this.#gone(gone);
    this.#giveUp(gone.kind === 'refused' ? gone.refused : lost);
  }

  #giveUp(answer: object | Lost): void {
    for (const { resolve } of this.#pending.values()) resolve(answer);
    this.#pending.clear();
  }

  #receive(message: Message): void {
    if (message.t === 'output') this.#output(message as unknown as { follow: number } & Slice);
    else if (message.t === 'exit') this.#take(message.follow as number)?.end(message.end as End);
    else if (message.t === 'error' && this.#follows.has(message.id as number))
      this.#take(message.id as number)!.refused(refusal(message));
    else if (message.t === 'ok' || message.t === 'error') this.#settle(message);
  }

  #take(follow: number): Following | undefined {
    const following = this.#follows.get(follow);
    this.#follows.delete(follow);
    return following;
  }

  #output({ follow, from, bytes, next, gap }: { follow: number } & Slice): void {
    const following = this.#follows.get(follow);
    if (!following) return;
    following.at = next;
    following.output({ from, bytes, next, gap });
  }

  #settle(message: Message): void {
    const pending = this.#pending.get(message.id as number);
    this.#pending.delete(message.id as number);
    pending?.resolve(message.t === 'ok' ? message : refusal(message));
  }

  /** The holder goes on without us. */
  close(): void {
    this.#closed = true;
    this.#socket?.destroy();
    this.#follows.clear();
    this.#giveUp(refuse('no holder', 'this connection was closed'));
  }
}

/** Arguments and environment can be more than any frame takes. */
function encoded(message: Message): Buffer | Refused {
  try {
    return encodeFrame(message);
  } catch (error) {
    return refuse('bad request', (error as RangeError).message);
  }
}

const refusal = ({ code, why }: Message): Refused => refuse(code as RefusalCode, String(why));
