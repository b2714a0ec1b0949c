/** Everything that can end or change the screen from outside: the terminal's bytes and its end, signals, exceptions nobody caught. */
import type { EventEmitter } from 'node:events';

export interface Outside {
  readonly stdin: EventEmitter;
  readonly stdout: EventEmitter;
  readonly process: EventEmitter;
}

export interface OutsideListener {
  readonly bytes: (bytes: Buffer) => void;
  /** Nobody is at the other end any more. */
  readonly gone: () => void;
  readonly failed: (error: Error) => void;
  readonly resized: () => void;
  readonly terminated: () => void;
  readonly interrupted: () => void;
  /** The shell has put this client into the foreground again. */
  readonly continued: () => void;
}

/** What a terminal that is closed says to whoever writes to it. */
const hungUp = ['EIO', 'EPIPE', 'ENXIO'];

export function listenOutside(stack: DisposableStack, { stdin, stdout, process }: Outside, listener: OutsideListener) {
  const on = (target: EventEmitter, event: string, act: (...args: never[]) => void) => {
    target.on(event, act as (...args: unknown[]) => void);
    stack.defer(() => target.off(event, act as (...args: unknown[]) => void));
  };
  const broken = (error: NodeJS.ErrnoException) =>
    hungUp.includes(error.code ?? '') ? listener.gone() : listener.failed(error);
  on(stdin, 'data', listener.bytes);
  on(stdin, 'end', listener.gone);
  on(stdin, 'error', broken);
  on(stdout, 'error', broken);
  on(stdout, 'resize', listener.resized);
  on(process, 'SIGHUP', listener.gone);
  on(process, 'SIGTERM', listener.terminated);
  on(process, 'SIGINT', listener.interrupted);
  on(process, 'SIGCONT', listener.continued);
  on(process, 'uncaughtException', listener.failed);
  on(process, 'unhandledRejection', listener.failed);
}
