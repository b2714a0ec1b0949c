/** All commands of one holder, by key: started once, kept until they are forgotten. */
import { Command, type World } from './command.ts';
import type { Answer, CommandInfo, Refused, RunSpec } from './protocol.ts';
import { isRefused, refuse } from './protocol.ts';

/** Running ones and ended ones that nobody has forgotten. */
const maxCommands = 4096;
/** What `end` gives commands between SIGTERM and SIGKILL. */
const endGraceMs = 500;

export class Commands {
  readonly #byKey = new Map<string, Command>();
  readonly #world: World;
  readonly #changed: () => void;
  leaving = false;

  /** `changed` is called when a command has begun, ended or been forgotten. */
  constructor(world: Omit<World, 'leaks'> & { readonly inherited: boolean }, changed: () => void) {
    this.#world = { ...world, leaks: () => world.inherited || this.#hasTerminal() };
    this.#changed = changed;
  }

  #hasTerminal(): boolean {
    return [...this.#byKey.values()].some((command) => command.isTerminal && !command.end);
  }

  /** Answers when the process is there, or has failed to be. */
  async run(spec: RunSpec): Promise<Answer<'run'> | Refused> {
    const known = this.#byKey.get(spec.key);
    if (known) return this.#runAnswer(known, false);
    if (this.leaving) return refuse('leaving', 'this holder takes no new commands');
    if (this.#byKey.size >= maxCommands) return refuse('full', `this holder has ${maxCommands} commands already`);
    const command = Command.start(this.#world, spec);
    if (isRefused(command)) return command;
    this.#byKey.set(spec.key, command);
    command.onMore(() => command.finished && this.#changed());
    this.#changed();
    return this.#runAnswer(command, true);
  }

  async #runAnswer(command: Command, fresh: boolean): Promise<Answer<'run'>> {
    if (command.pid === 0) await until(command, () => command.end !== undefined);
    const answer = { fresh, pid: command.pid };
    return command.end ? { ...answer, end: command.end } : answer;
  }

  get(key: string): Command | Refused {
    return this.#byKey.get(key) ?? refuse('unknown key', 'this holder has no such command');
  }

  /** Commands that hold the holder: running, or ended and not yet on disk. */
  get unfinished(): number {
    return [...this.#byKey.values()].filter((command) => !command.finished).length;
  }

  get size(): number {
    return this.#byKey.size;
  }

  list(): CommandInfo[] {
    return [...this.#byKey.values()].map((command) => command.info());
  }

  forget(key: string): object | Refused {
    const command = this.#byKey.get(key);
    if (command && !command.end) return refuse('running', 'the command is running');
    command?.remove();
    this.#byKey.delete(key);
    this.#changed();
    return {};
  }

  /** Kills all there is and comes back when nothing runs and all ends are on disk. */
  async killAll(): Promise<void> {
    const open = [...this.#byKey.values()].filter((command) => !command.finished);
    for (const command of open) command.signal('SIGTERM');
    const timer = setTimeout(() => {
      for (const command of open) command.signal('SIGKILL');
    }, endGraceMs);
    await Promise.all(open.map((command) => until(command, () => command.finished)));
    clearTimeout(timer);
  }
}

function until(command: Command, holds: () => boolean): Promise<void> {
  if (holds()) return Promise.resolve();
  return new Promise((resolve) => {
    const more = command.onMore(() => {
      if (!holds()) return;
      more[Symbol.dispose]();
      resolve();
    });
  });
}
