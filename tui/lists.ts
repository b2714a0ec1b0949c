/** The sessions of the home, as the start screen and the agents screen list them: asked for when something changed. */
import type { Hands } from './hands.ts';
import { asRefusal } from './refusal.ts';

const listLimit = 200;

export class Lists {
  readonly #hands: Hands;
  readonly #looked: () => void;
  #asking: Promise<void> | undefined;
  #again = false;

  constructor(hands: Hands, looked: () => void) {
    this.#hands = hands;
    this.#looked = looked;
  }

  async watch() {
    await this.#hands
      .client()
      ?.request('watch', { what: 'list' })
      .catch(() => {});
    await this.refresh();
  }

  all = () => this.#hands.store.get().sessions;

  /** Only where lists are shown. */
  async refresh() {
    const { screen, board } = this.#hands.store.get();
    if (screen !== 'start' && screen !== 'agents' && board.overlay?.kind !== 'inbox') return;
    await this.look();
  }

  /** What changes while an answer is on its way is asked for after it. */
  async look() {
    this.#again = this.#asking !== undefined;
    this.#asking ??= this.#asked();
    await this.#asking;
  }

  showAgents() {
    this.#hands.store.update((view) => {
      const from = view.screen === 'agents' ? view.from : view.session ? 'session' : 'start';
      const marked = view.board.agents.marked ?? view.current ?? undefined;
      const agents = { ...view.board.agents, marked, placed: [] };
      const board = { ...view.board, agents, overlay: null, field: null, confirm: null };
      return { ...view, screen: 'agents', from, row: 0, popup: null, board };
    });
    void this.refresh();
  }

  async #asked() {
    try {
      do {
        this.#again = false;
        await this.#ask();
      } while (this.#again);
    } catch (error) {
      // The daemon went away: its return asks again.
      if (!asRefusal(error)) throw error;
    } finally {
      this.#asking = undefined;
    }
  }

  async #ask() {
    const client = this.#hands.client();
    if (!client) return;
    const [awake, all, { approvals: inbox }] = await Promise.all([
      client.request('list', { what: 'awake' }),
      client.request('list', { what: 'sessions', limit: listLimit }),
      client.request('inbox', {}),
    ]);
    const ids = new Set(awake.sessions.map(({ id }) => id));
    const sessions = [...awake.sessions, ...all.sessions.filter(({ id }) => !ids.has(id))];
    this.#hands.wire.push((view) => ({
      ...view,
      sessions,
      now: this.#hands.now(),
      board: { ...view.board, inbox, today: awake.today },
    }));
    this.#hands.wire.flush();
    this.#looked();
  }
}
