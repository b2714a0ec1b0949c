/** One client at work: its connection, what it says, and the parts that do the rest. Keys and commands end here. */
import type { Client } from '../ipc/client.ts';
import type { Push } from '../ipc/messages.ts';
import type { ImageAsk, SettingsAsk } from '../ipc/protocol.ts';
import { wideColumns } from './agents-lines.ts';
import { Asks } from './asks.ts';
import { BoardDeeds } from './board-deeds.ts';
import { cleared } from './editor.ts';
import { FileSearch } from './file-search.ts';
import { type Hands, hint } from './hands.ts';
import { Images } from './images.ts';
import { Lists } from './lists.ts';
import { needNotice } from './notices.ts';
import { Opening } from './opening.ts';
import { Outbox, putBack } from './outbox.ts';
import { Presence } from './presence.ts';
import { Prompts } from './prompts.ts';
import { sentence } from './refusal.ts';
import type { Step, ViewStore } from './store.ts';
import type { Hint, Outgoing } from './view.ts';
import { Wire } from './wire.ts';

export interface DeskDeps {
  readonly store: ViewStore;
  /** `start` says at each try whether a daemon may be started. */
  readonly connect: (start: () => boolean) => Promise<Client>;
  readonly now: () => number;
  readonly newSession: () => string;
  readonly newKey: () => string;
  /** What a new session runs with; the first screen may still choose. */
  readonly settings: () => SettingsAsk;
  /** The name of the session that is made first. */
  readonly name?: string | undefined;
  readonly history: { readonly path: string; readonly save: boolean; readonly maxBytes: number | undefined };
  readonly minus: string;
  readonly leave: (leaving: Leaving) => void;
  readonly refused: (why: string) => void;
}

export type Leaving =
  | { readonly kind: 'left' }
  | { readonly kind: 'detached' | 'deleted'; readonly by: string | undefined }
  | { readonly kind: 'failed'; readonly error: Error };

const needMs = 10_000;
/** A daemon that is slow to take the draft does not hold anybody. */
const leaveMs = 500;

export class Desk implements Disposable {
  readonly #deps: DeskDeps;
  readonly #store: ViewStore;
  readonly #wire: Wire;
  readonly asks: Asks;
  readonly board: BoardDeeds;
  readonly lists: Lists;
  readonly images = new Images();
  readonly #files: FileSearch;
  readonly opening: Opening;
  readonly outbox: Outbox;
  readonly presence: Presence;
  readonly prompts: Prompts;
  #client: Client | undefined;
  #awaySince: number | undefined;
  #build: string | undefined;
  #startAsked = false;
  #name: string | undefined;

  constructor(deps: DeskDeps) {
    this.#deps = deps;
    const { store, now, newKey, newSession, minus } = deps;
    this.#store = store;
    this.#name = deps.name;
    this.#wire = new Wire(store, now);
    const hands: Hands = { store, now, newKey, newSession, wire: this.#wire, client: () => this.#client };
    this.asks = new Asks(hands);
    this.#files = new FileSearch(hands);
    this.prompts = new Prompts(deps.history);
    this.lists = new Lists(hands, () => this.#looked());
    this.board = new BoardDeeds({ hands, settings: deps.settings, refresh: () => this.lists.refresh() });
    this.presence = new Presence({ store, client: () => this.#client });
    this.opening = new Opening({
      hands,
      minus,
      presence: this.presence,
      prompts: this.prompts,
      lost: (error) => deps.leave({ kind: 'failed', error }),
      back: () => this.#back(),
      refused: deps.refused,
    });
    this.outbox = new Outbox({
      store,
      key: newKey,
      isConnected: () => this.#client !== undefined && store.get().connection.state === 'connected',
      send: (words) => this.#send(words),
      refused: (words, error) => this.#refused(words, error),
    });
  }

  [Symbol.dispose]() {
    this.presence[Symbol.dispose]();
    this.#files[Symbol.dispose]();
    this.#wire[Symbol.dispose]();
    this.#client?.close();
  }

  get client() {
    return this.#client;
  }

  /** What the wire has told so far is in the view: before a key means anything. */
  catchUp() {
    this.#wire.flush();
  }

  /** A step that nobody waits for: drawn with what the wire tells, so that together they are no more frames. */
  later(step: Step) {
    this.#wire.push(step);
  }

  hint(text: string, tone: Hint['tone'], ms?: number) {
    hint(this.#deps, text, tone, ms);
  }

  /** Connects; what was said meanwhile is sent then. Rejects when no daemon can be had. */
  async connect(): Promise<Client> {
    const client = await this.#deps.connect(() => !this.#store.get().stopped || this.#startAsked);
    this.#client = client;
    this.#build = client.welcome.build;
    client.onPush((push) => this.#push(push));
    client.onState((state) => this.#connection(state));
    this.#store.update((view) => ({ ...view, connection: client.state, me: client.welcome.label }));
    void this.outbox.drain();
    return client;
  }

  #connection(state: Client['state']) {
    this.#wire.flush();
    const connected = state.state === 'connected';
    this.#store.update((view) => ({
      ...view,
      connection: state,
      stopped: view.stopped && !connected,
      now: this.#deps.now(),
    }));
    if (state.state === 'away') this.#awaySince ??= this.#deps.now();
    if (!connected) return;
    this.#startAsked = false;
    this.#tookOver();
    void this.lists.watch();
    // A session is attached again first; without one there is nothing to wait for.
    if (this.opening.isOpen) return;
    this.#awaySince = undefined;
    void this.outbox.drain();
  }

  /** Another build than before answers: somebody upgraded the daemon. */
  #tookOver() {
    const build = this.#client?.welcome.build;
    if (build !== undefined && this.#build !== undefined && build !== this.#build)
      this.hint(`tcxd ${build} took over`, 'good');
    this.#build = build;
  }

  /** The session is here again, with all that was missed. */
  #back() {
    const away = this.#deps.now() - (this.#awaySince ?? this.#deps.now());
    this.#awaySince = undefined;
    this.hint(`back after ${Math.max(1, Math.round(away / 1000))}s, nothing missed`, 'good');
    this.presence.again();
    void this.outbox.drain();
  }

  #push(push: Push) {
    const { current } = this.#store.get();
    if (push.t === 'suggestion' && push.session === current)
      this.#store.update((view) => (view.editor.text === '' ? { ...view, ghost: push.text } : view));
    if (push.t === 'returned' && push.session === current)
      this.#store.update((view) => putBack(view, push.texts.join('\n')));
    if (push.t === 'changed') void (push.what === 'list' ? this.lists.refresh() : this.board.refreshInbox());
    if (push.t === 'need') {
      const { name, approval, kind, summary } = push;
      const now = this.#deps.now();
      const need = { text: `! ${name} ${approval}`, until: now + needMs, notice: needNotice(name, kind, summary) };
      this.#store.update((view) => ({ ...view, need, now }));
    }
    if (push.t !== 'bye') return;
    if (push.session === undefined) this.#store.update((view) => ({ ...view, stopped: true }));
    else if (push.session === current)
      this.#deps.leave({ kind: push.why === 'deleted' ? 'deleted' : 'detached', by: push.by });
  }

  /** The list is new: what stands beside it is that of the marked row. */
  #looked() {
    const { screen, size, board } = this.#store.get();
    if (screen === 'agents' && (size.columns >= wideColumns || board.answering.open))
      void this.board.peek(board.agents.marked);
  }

  /** Sends the words of the composer: into the turn, as the next one, or as a new session's first. */
  say(text: string, mode: Outgoing['mode'], images: readonly ImageAsk[] = []) {
    const { current } = this.#store.get();
    const session = current ?? this.#deps.newSession();
    this.#startAsked = true;
    this.prompts.said(session, text, this.#deps.now());
    this.#store.update((view) => ({
      ...view,
      editor: cleared(view.editor),
      walk: undefined,
      anchor: undefined,
      current: session,
      screen: 'session',
      stopped: false,
    }));
    this.outbox.add({
      session,
      text,
      mode,
      begins: current === null,
      ...(images.length > 0 && { images }),
    });
    void this.presence.saveDraft();
  }

  async #send({ session, text, images, mode, key, begins }: Outgoing): Promise<void> {
    const client = this.#client!;
    if (images) await this.images.send(client, images);
    const pictures = images && { images: [...images] };
    if (!begins) {
      await this.#attend(client, session);
      await client.request('say', { session, key, text, ...pictures, mode });
      return;
    }
    const name = this.#name;
    const { cwd } = this.#store.get();
    const settings = this.#deps.settings();
    await client.request('new', {
      session,
      cwd,
      source: 'cli',
      settings,
      text,
      ...pictures,
      key,
      ...(name && { name }),
    });
    this.#name = undefined;
    if (this.#store.get().current === session) await this.opening.open(session);
  }

  /** A session that was begun without a person may ask from now on: somebody is here. */
  async #attend(client: Client, session: string) {
    const settings = this.#store.get().session?.view.settings;
    if (!settings?.unattended) return;
    const full = settings.sandbox === 'danger-full-access';
    const change = { unattended: false, ...(!full && { approval: 'on-request' as const }) };
    await client.request('settings', { session, settings: change });
  }

  #refused({ text, images, begins }: Outgoing, error: Error) {
    this.#store.update((view) => {
      const back = putBack(view, text, images);
      return begins && !view.session ? { ...back, current: null, screen: 'start' } : back;
    });
    this.hint(sentence(error), 'bad');
  }

  /** Leaves; the draft is with the daemon before the screen is gone. */
  async leave() {
    const patience = Promise.withResolvers<void>();
    const timer = setTimeout(patience.resolve, leaveMs);
    await Promise.race([this.presence.saveDraft(), patience.promise]);
    clearTimeout(timer);
    this.#deps.leave({ kind: 'left' });
  }
}
