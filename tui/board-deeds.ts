/** What a list asks of the daemon about any session: said, renamed, ended, answered, without leaving the screen it is on. */
import type { Client } from '../ipc/client.ts';
import type { SettingsAsk } from '../ipc/protocol.ts';
import type { Board } from './board.ts';
import { type Hands, hint } from './hands.ts';
import { answered } from './question-focus.ts';
import { asRefusal, sentence } from './refusal.ts';

export interface BoardDeps {
  readonly hands: Hands;
  readonly settings: () => SettingsAsk;
  /** The lists are not what they were. */
  readonly refresh: () => Promise<void>;
}

export class BoardDeeds {
  readonly #deps: BoardDeps;
  #peeking: string | undefined;

  constructor(deps: BoardDeps) {
    this.#deps = deps;
  }

  set(change: Partial<Board>) {
    const { store, now } = this.#deps.hands;
    store.update((view) => ({ ...view, now: now(), board: { ...view.board, ...change } }));
  }

  /** Asks, says what came of it in the hint row, and has the lists looked at again. */
  async #ask(word: string, act: (client: Client) => Promise<unknown>): Promise<boolean> {
    const { hands, refresh } = this.#deps;
    const client = hands.client();
    if (!client) return false;
    try {
      await act(client);
      if (word !== '') hint(hands, word, 'dim');
      await refresh();
      return true;
    } catch (error) {
      hint(hands, sentence(error), 'warn');
      return false;
    }
  }

  say = (session: string, text: string, mode: 'steer' | 'queue', name: string) =>
    this.#ask(`${mode === 'queue' ? 'queued for' : 'said to'} ${name}`, (client) =>
      client.request('say', { session, text, mode, key: this.#deps.hands.newKey() }),
    );

  begin = (cwd: string, text: string) => {
    const { newSession, newKey } = this.#deps.hands;
    const asked = { session: newSession(), cwd, source: 'cli', settings: this.#deps.settings(), text } as const;
    return this.#ask('begun', (client) => client.request('new', { ...asked, key: newKey() }));
  };

  rename = (session: string, name: string) =>
    this.#ask('renamed', (client) => client.request('rename', { session, name }));

  archive = (session: string, name: string) =>
    this.#ask(`archived; back with: tcx unarchive ${name}`, (client) =>
      client.request('archive', { session, archived: true }),
    );

  fork = (session: string) =>
    this.#ask('forked', (client) =>
      client.request('fork', { session, as: this.#deps.hands.newSession(), source: 'fork' }),
    );

  /** A copy that goes on in this folder; undefined when it could not be made. */
  async forkHere(session: string, cwd: string): Promise<string | undefined> {
    const as = this.#deps.hands.newSession();
    const done = await this.#ask('forked', (client) => client.request('fork', { session, as, cwd, source: 'fork' }));
    return done ? as : undefined;
  }

  interrupt = (session: string, name: string) =>
    this.#ask(`the turn of ${name} is interrupted`, (client) => client.request('interrupt', { session }));

  stop = (session: string, name: string) =>
    this.#ask(`${name} is stopped; a word of yours goes on with it`, (client) =>
      client.request('stop', { session, key: this.#deps.hands.newKey() }),
    );

  remove = (session: string, name: string) =>
    this.#ask(`${name} is deleted`, (client) => client.request('delete', { session, name }));

  detach = (session: string, client: number) =>
    this.#ask('detached', (wire) => wire.request('detach', { session, client }));

  /** Answers the question in the pane. The key that did it, still held, answers nothing more. */
  async decide(approvals: readonly string[], choice: string, key: string) {
    const { store, now, newKey } = this.#deps.hands;
    const { board } = store.get();
    this.set({ answering: answered(board.answering, key, now()), choice: 0 });
    for (const approval of approvals)
      await this.#ask('', (client) => client.request('decide', { approval, choice, key: newKey() }));
  }

  /** The open questions of the home, where they are shown. */
  async refreshInbox() {
    const { hands } = this.#deps;
    const found = await hands
      .client()
      ?.request('inbox', {})
      .catch((error: unknown) => {
        // The daemon went away: its return asks again.
        if (!asRefusal(error)) throw error;
        return undefined;
      });
    if (found) this.set({ inbox: found.approvals });
  }

  /** The marked session beside the list; what is asked for while an answer is on its way is asked after it. */
  async peek(session: string | undefined) {
    if (session === undefined) return;
    const busy = this.#peeking !== undefined;
    this.#peeking = session;
    if (busy) return;
    try {
      for (let asked: string | undefined; asked !== this.#peeking; ) {
        asked = this.#peeking;
        const peek = await this.#deps.hands
          .client()
          ?.request('peek', { session: asked! })
          .catch(() => undefined);
        if (peek) this.#deps.hands.wire.push((view) => ({ ...view, board: { ...view.board, peek } }));
      }
    } finally {
      this.#peeking = undefined;
    }
  }
}
