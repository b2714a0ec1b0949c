/** The holder's socket: who may speak, what each request does, and when the process may go. */
import { chmodSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import type { World } from './command.ts';
import { Commands } from './commands.ts';
import { type Host, Peer } from './peer.ts';
import {
  type Answer,
  isRefused,
  protocolVersion,
  type Refused,
  type Request,
  refuse,
  type Welcome,
} from './protocol.ts';

const maxPeers = 16;

export interface HolderConfig extends Omit<World, 'leaks'> {
  readonly inherited: boolean;
  readonly build: string;
  readonly socket: string;
  readonly token: string;
  /** Without a command and without a connection the process goes after this long. */
  readonly idleMs: number;
  /** Called once, when the process may go. `empty`: no command is left to remember. */
  readonly gone: (empty: boolean) => void;
}

export class HolderServer implements Host {
  readonly #config: HolderConfig;
  readonly #commands: Commands;
  readonly #peers = new Set<Peer>();
  #greeted = new Set<Peer>();
  #server: Server | undefined;
  #epoch = 0;
  #secrets: Readonly<Record<string, string>> = {};
  #idle: NodeJS.Timeout | undefined;
  #going = false;

  constructor(config: HolderConfig) {
    this.#config = config;
    this.#commands = new Commands(config, () => this.#look());
  }

  /** Binds the socket, or binds it again when somebody removed the file. */
  async listen(): Promise<void> {
    if (this.#going) return;
    // First: closing a server unlinks its path, whoever has bound it by then.
    this.#server?.close();
    const server = createServer((socket) => {
      if (this.#peers.size >= maxPeers) return socket.destroy();
      this.#peers.add(new Peer(socket, this));
      this.#look();
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#config.socket, () => resolve());
    });
    chmodSync(this.#config.socket, 0o600);
    this.#server = server;
    this.#look();
  }

  greet(peer: Peer, { version, epoch, token }: Extract<Request, { t: 'hello' }>): Welcome | Refused {
    const { incarnation, build, pid } = this.#config;
    if (!sameToken(token, this.#config.token)) return refuse('token', 'the token is not the one in this holder’s file');
    if (version !== protocolVersion)
      return refuse('version', `this holder (build ${build}) speaks protocol ${protocolVersion}, not ${version}`);
    if (epoch < this.#epoch)
      return refuse('old epoch', `a newer tcxd (epoch ${this.#epoch}) has taken over from epoch ${epoch}`);
    if (epoch > this.#epoch) this.#supersede(epoch);
    this.#greeted.add(peer);
    return { version: protocolVersion, incarnation, build, pid, leaving: this.#commands.leaving };
  }

  #supersede(epoch: number): void {
    this.#epoch = epoch;
    for (const peer of this.#greeted) peer.bye(`a newer tcxd (epoch ${epoch}) has taken over`);
    this.#greeted = new Set();
  }

  command(key: string) {
    return this.#commands.get(key);
  }

  answer(request: Request): object | Refused | Promise<object | Refused> {
    const commands = this.#commands;
    switch (request.t) {
      case 'run':
        return commands.run(request);
      case 'list':
        return { commands: commands.list(), leaving: commands.leaving } satisfies Answer<'list'>;
      case 'forget':
        return commands.forget(request.key);
      case 'secrets.put':
        this.#secrets = { ...request.secrets };
        return {};
      case 'secrets.get':
        return { secrets: this.#secrets };
      case 'leave':
        this.leave();
        return {};
      case 'end':
        return this.#end();
      case 'write':
      case 'read':
      case 'resize':
      case 'signal':
        return this.#ofCommand(request);
      default:
        return refuse('bad request', `${request.t} cannot be asked here`);
    }
  }

  #ofCommand(request: Extract<Request, { t: 'write' | 'read' | 'resize' | 'signal' }>): object | Refused {
    const command = this.#commands.get(request.key);
    if (isRefused(command)) return command;
    switch (request.t) {
      case 'write':
        return command.write(request);
      case 'read':
        return command.readAnswer(request.from, request.limit);
      case 'resize':
        command.resize(request);
        return {};
      case 'signal':
        return { sent: command.signal(request.signal as NodeJS.Signals) };
    }
  }

  leave(): void {
    this.#commands.leaving = true;
    setImmediate(() => this.#look());
  }

  async #end(): Promise<object> {
    this.#commands.leaving = true;
    await this.#commands.killAll();
    setImmediate(() => this.#look());
    return {};
  }

  closed(peer: Peer): void {
    this.#peers.delete(peer);
    this.#greeted.delete(peer);
    this.#look();
  }

  /** Something changed: is there still a reason to be here? */
  #look(): void {
    clearTimeout(this.#idle);
    if (this.#going || this.#commands.unfinished > 0) return;
    if (this.#commands.leaving) this.#go();
    else if (this.#peers.size === 0) this.#idle = setTimeout(() => this.#go(), this.#config.idleMs);
  }

  #go(): void {
    this.#going = true;
    this.#server?.close();
    rmSync(this.#config.socket, { force: true });
    for (const peer of this.#peers) peer.bye('this holder has nothing left to hold');
    this.#config.gone(this.#commands.size === 0);
  }
}

/** Takes as long for a near miss as for a wild guess. */
function sameToken(given: string, wanted: string): boolean {
  let difference = given.length ^ wanted.length;
  for (let i = 0; i < wanted.length; i++) difference |= (given.charCodeAt(i) || 0) ^ wanted.charCodeAt(i);
  return difference === 0;
}
