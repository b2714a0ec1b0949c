/** The actors that stand for what is there now: terminals, accounts, workspaces. Started here, never stored. */
import { type Actor, type AnyStateMachine, createActor } from 'xstate';
import { accountMachine } from '../actors/resident/account.ts';
import { ptyMachine } from '../actors/resident/pty.ts';
import { workspaceMachine } from '../actors/resident/workspace.ts';

type Kind = 'pty' | 'account' | 'workspace';

export interface Resident {
  readonly kind: Kind;
  readonly id: string;
  readonly state: string;
  readonly since: number;
  readonly context: Record<string, unknown>;
}

export interface ResidentsDeps {
  readonly now: () => number;
  /** Something changed; `line` tells a tracer what. */
  readonly changed: (line: string) => void;
}

interface Entry {
  readonly kind: Kind;
  readonly id: string;
  readonly actor: Actor<AnyStateMachine>;
  /** What it was told last. */
  event: string;
  state: string;
  since: number;
}

export class Residents {
  readonly #deps: ResidentsDeps;
  readonly #entries = new Map<string, Entry>();

  constructor(deps: ResidentsDeps) {
    this.#deps = deps;
  }

  list(): Resident[] {
    return [...this.#entries.values()].map(({ kind, id, actor, state, since }) => ({
      kind,
      id,
      state,
      since,
      context: actor.getSnapshot().context as Record<string, unknown>,
    }));
  }

  /** A command with a terminal began. */
  pty(id: string, session: string, pid: number) {
    this.#start('pty', id, ptyMachine, { command: id, session, pid });
  }
  ptyEnded(id: string, how: 'exited' | 'lost') {
    const entry = this.#entries.get(`pty ${id}`);
    if (entry) this.#tell(entry, { type: how });
  }

  account(
    provider: string,
    event: { type: 'key.came' | 'request.answered' } | { type: 'key.missing' | 'key.refused'; why: string },
  ) {
    this.#tell(this.#start('account', provider, accountMachine, { provider }), event);
  }

  works(cwd: string, session: string, busy: boolean) {
    if (!busy && !this.#entries.has(`workspace ${cwd}`)) return;
    const type = busy ? 'session.works' : 'session.rests';
    this.#tell(this.#start('workspace', cwd, workspaceMachine, { cwd }), { type, session });
  }

  #start(kind: Kind, id: string, machine: AnyStateMachine, input: unknown): Entry {
    const key = `${kind} ${id}`;
    const known = this.#entries.get(key);
    if (known) return known;
    const actor = createActor(machine, { input });
    const entry: Entry = { kind, id, actor, event: 'born', state: '', since: this.#deps.now() };
    this.#entries.set(key, entry);
    actor.subscribe({
      next: (snapshot) => this.#became(entry, String(snapshot.value)),
      complete: () => this.#entries.delete(key),
      // An actor that throws ends its own row and nobody else's.
      error: () => this.#entries.delete(key),
    });
    actor.start();
    return entry;
  }

  #tell(entry: Entry, event: { readonly type: string; readonly [field: string]: string }) {
    entry.event = event.type;
    entry.actor.send(event);
  }

  #became(entry: Entry, state: string) {
    if (entry.state === state) return;
    entry.state = state;
    entry.since = this.#deps.now();
    this.#deps.changed(`${entry.id} ${entry.kind}<${entry.event}> ${entry.kind}="${state}"`);
  }
}
