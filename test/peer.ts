/** A peer that speaks bytes to a daemon's socket: what a broken, slow or foreign client would be. */
import { readFileSync } from 'node:fs';
import { connect as connectSocket, type Socket } from 'node:net';
import { join } from 'node:path';
import { encodeFrame, FrameDecoder, type Message } from '../ipc/frame.ts';
import { PROTOCOL } from '../ipc/protocol.ts';
import { type TestHome, until } from './daemon.ts';

/** What `run/tcxd.json` says. */
export const running = ({ home }: Pick<TestHome, 'home'>) =>
  JSON.parse(readFileSync(join(home, 'run', 'tcxd.json'), 'utf8')) as { socket: string; pid: number };

export class Peer implements Disposable {
  readonly socket: Socket;
  readonly heard: Message[] = [];
  closed = false;
  readonly #home: TestHome;
  readonly #decoder = new FrameDecoder();

  constructor(home: TestHome) {
    this.#home = home;
    this.socket = connectSocket(running(home).socket);
    this.socket.on('data', (chunk) => this.heard.push(...this.#decoder.push(chunk).messages));
    this.socket.on('close', () => {
      this.closed = true;
    });
    this.socket.on('error', () => {});
  }

  /** A hello as it should be, but for what is named. */
  hello = (over: Message = {}): Message => ({
    t: 'hello',
    id: 1,
    protocol: PROTOCOL,
    build: 'raw',
    token: readFileSync(join(this.#home.home, 'run', 'token'), 'utf8').trim(),
    kind: 'client',
    cwd: this.#home.work,
    umask: 0o022,
    pid: process.pid,
    label: 'raw',
    ...over,
  });
  write = (bytes: Uint8Array) => new Promise<void>((resolve) => this.socket.write(bytes, () => resolve()));
  send = (message: Message) => this.write(encodeFrame(message));
  answer = (id: number) => until(() => this.heard.find((message) => message.id === id), `an answer to ${id}`);
  [Symbol.dispose]() {
    this.socket.destroy();
  }
}
