/** What a person asks of the session they look at: to interrupt, to decide, to take words back, to see what was before. */
import type { Client } from '../ipc/client.ts';
import { type Hands, hint } from './hands.ts';
import { imagesOf } from './images.ts';
import { putBack } from './outbox.ts';
import { answered } from './question-focus.ts';
import { sentence } from './refusal.ts';
import { paged, paging } from './session-view.ts';

const pageRows = 500;

export class Asks {
  readonly #hands: Hands;

  constructor(hands: Hands) {
    this.#hands = hands;
  }

  /** A request whose refusal is a sentence for the person. False when it was refused, or there is nothing to ask. */
  async ask(act: (client: Client, session: string) => Promise<unknown>): Promise<boolean> {
    const session = this.#hands.store.get().session?.view.session;
    const client = this.#hands.client();
    if (!client || !session) return false;
    try {
      await act(client, session);
      return true;
    } catch (error) {
      hint(this.#hands, sentence(error), 'warn');
      return false;
    }
  }

  /** `word`: said at once; empty where the screen says enough. */
  async interrupt(word: string) {
    const { store } = this.#hands;
    const turn = store.get().session?.view.turn;
    if (turn === undefined) return;
    if (word !== '') hint(this.#hands, word, 'dim');
    await this.ask((client, session) => client.request('interrupt', { session, turn }));
  }

  decide(approval: string, choice: string, key: string) {
    const { store, now, newKey } = this.#hands;
    store.update((view) => ({ ...view, question: answered(view.question, key, now()), choice: 0 }));
    void this.ask((client) => client.request('decide', { approval, choice, key: newKey() }));
  }

  /** Takes the last queued message back into the composer; what has begun meanwhile stays where it is. */
  async editQueued() {
    const { store, wire } = this.#hands;
    const last = store.get().session?.view.pending.findLast(({ mode }) => mode === 'queue');
    if (!last) return;
    const taken = await this.ask((client, session) => client.request('unqueue', { session, n: last.n }));
    wire.flush();
    const gone = store.get().session?.rows.some((row) => row.kind === 'unqueued' && row.body.n === last.n);
    if (taken && gone) store.update((view) => putBack(view, last.text, imagesOf(last.images)));
  }

  /** Lets a queue go on that an interrupt holds. */
  release() {
    void this.ask((client, session) => client.request('release', { session }));
  }

  /** Rows before the first one, once at a time. */
  async page() {
    const { store } = this.#hands;
    const client = this.#hands.client();
    const { session } = store.get();
    if (!session?.more || session.paging || !client) return;
    const id = session.view.session;
    store.update(paging);
    const before = session.rows[0]?.seq ?? session.view.head + 1;
    const older = await client.request('rows', { session: id, before, limit: pageRows }).catch(() => undefined);
    store.update((view) =>
      older ? paged(view, id, older.rows) : { ...view, session: view.session && { ...view.session, paging: false } },
    );
  }
}
