/** The sessions of the home, as the start screen and the agents screen list them: asked for when something changed. */
import type { Hands } from './hands.ts';
import { asRefusal } from './refusal.ts';

const listLimit = 200;

export class Lists {
  readonly #hands: Hands;
  #asking = false;
  #again = false;

  constructor(hands: Hands) {
    this.#hands = hands;
  }

  async watch() {
    await this.#hands
      .client()
      ?.request('watch', { what: 'list' })
      .catch(() => {});
    await this.refresh();
  }

  /** Only where lists are shown; what changes while an answer is on its way is asked for after it. */
  async refresh() {
    const { screen } = this.#hands.store.get();
    if (screen !== 'start' && screen !== 'agents') return;
    this.#again = this.#asking;
    if (this.#asking) return;
    this.#asking = true;
    try {
      await this.#ask();
    } catch (error) {
      // The daemon went away: its return asks again.
      if (!asRefusal(error)) throw error;
    } finally {
      this.#asking = false;
    }
    if (this.#again) await this.refresh();
  }

  showAgents() {
    this.#hands.store.update((view) => {
      const from = view.screen === 'agents' ? view.from : view.session ? 'session' : 'start';
      return { ...view, screen: 'agents', from, row: 0, popup: null };
    });
    void this.refresh();
  }

  async #ask() {
    const client = this.#hands.client();
    if (!client) return;
    const [awake, all] = await Promise.all([
      client.request('list', { what: 'awake' }),
      client.request('list', { what: 'sessions', limit: listLimit }),
    ]);
    const ids = new Set(awake.sessions.map(({ id }) => id));
    const sessions = [...awake.sessions, ...all.sessions.filter(({ id }) => !ids.has(id))];
    this.#hands.wire.push((view) => ({ ...view, sessions, now: this.#hands.now() }));
  }
}
