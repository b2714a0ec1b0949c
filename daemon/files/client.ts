/** The daemon's side of the finder of files: started by the first question, and again when it has ended. */
import { type ChildProcess, fork } from 'node:child_process';
import type { FilesAsked, FilesTold } from './protocol.ts';

export type FoundFiles = Omit<FilesTold, 'id'>;

/** Questions without an answer; more are answered with nothing. */
const openLimit = 64;
const nothing: FoundFiles = { paths: [], total: 0, complete: true };

export class Files implements Disposable {
  readonly #file: string;
  readonly #env: Readonly<Record<string, string>>;
  #process: ChildProcess | undefined;
  #last = 0;
  readonly #open = new Map<number, (found: FoundFiles) => void>();

  constructor(file: string, env: Readonly<Record<string, string>>) {
    this.#file = file;
    this.#env = env;
  }

  find(cwd: string, query: string, limit: number): Promise<FoundFiles> {
    if (this.#open.size >= openLimit) return Promise.resolve(nothing);
    const asked: FilesAsked = { id: ++this.#last, cwd, query, limit };
    const child = this.#child();
    return new Promise((resolve) => {
      this.#open.set(asked.id, resolve);
      child.send(asked, (error) => error && this.#settle({ id: asked.id, ...nothing }));
    });
  }

  [Symbol.dispose]() {
    this.#process?.kill();
  }

  #child(): ChildProcess {
    if (this.#process?.connected) return this.#process;
    const child = fork(this.#file, [], {
      env: this.#env,
      execArgv: ['--max-semi-space-size=4'],
      stdio: 'ignore',
      cwd: '/',
    });
    this.#process = child;
    child.on('message', (told: FilesTold) => this.#settle(told));
    const gone = () => {
      if (this.#process !== child) return;
      this.#process = undefined;
      for (const id of [...this.#open.keys()]) this.#settle({ id, ...nothing });
    };
    child.on('exit', gone);
    child.on('error', gone);
    // The daemon may end while it runs: it ends with the channel.
    child.unref();
    child.channel?.unref();
    return child;
  }

  #settle({ id, ...found }: FilesTold) {
    const resolve = this.#open.get(id);
    this.#open.delete(id);
    resolve?.(found);
  }
}
