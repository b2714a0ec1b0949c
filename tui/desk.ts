/**
 * One client at work: its connection, the session it looks at, and what a person can ask for. Keys and commands end here;
 * what comes back changes the view.
 */
import { Attachment } from '../ipc/attachment.ts';
import type { Client } from '../ipc/client.ts';
import type { Attached, Push } from '../ipc/messages.ts';
import type { RequestOf, SettingsAsk } from '../ipc/protocol.ts';
import { newsText } from './divider.ts';
import { cleared, expand, withText } from './editor.ts';
import { type HistoryFile, historyFile } from './history.ts';
import { Outbox, putBack } from './outbox.ts';
import { Presence } from './presence.ts';
import { answered } from './question-focus.ts';
import { asRefusal, sentence } from './refusal.ts';
import { attached, cameBack, type Divider, grown, heard, paged, paging, presented, stated } from './session-view.ts';
import type { Step, ViewStore } from './store.ts';
import { oneLine } from './text.ts';
import { type Hint, isRunning, type Outgoing, type View } from './view.ts';
import { Wire } from './wire.ts';
import { plural } from './words.ts';

export interface DeskDeps {
  readonly store: ViewStore;
  /** `start` says at each try whether a daemon may be started. */
  readonly connect: (start: () => boolean) => Promise<Client>;
  readonly now: () => number;
  readonly newSession: () => string;
  readonly newKey: () => string;
  readonly settings: SettingsAsk;
  /** The name of the session that is made first. */
  readonly name?: string | undefined;
  readonly historyPath: string;
  readonly minus: string;
  readonly leave: (leaving: Leaving) => void;
}

export type Leaving =
  | { readonly kind: 'left' }
  | { readonly kind: 'detached'; readonly by: string | undefined }
  | { readonly kind: 'failed'; readonly error: Error };

export type OpenHow = Pick<RequestOf<'attach'>, 'role' | 'take' | 'detachOthers'>;

const hintMs = 5000;
const needMs = 10_000;
const pageRows = 500;
const newsRows = 10_000;
const listLimit = 200;

export class Desk implements Disposable {
  readonly #deps: DeskDeps;
  readonly #store: ViewStore;
  readonly #wire: Wire;
  readonly outbox: Outbox;
  readonly presence: Presence;
  #client: Client | undefined;
  #attachment: Attachment | undefined;
  #history: HistoryFile;
  #prompts: string[] = [];
  #awaySince: number | undefined;
  #last: string | undefined;
  #listing = false;
  #startAsked = false;
  #name: string | undefined;

  constructor(deps: DeskDeps) {
    this.#deps = deps;
    this.#store = deps.store;
    this.#name = deps.name;
    this.#wire = new Wire(deps.store, deps.now);
    this.#history = historyFile({ path: deps.historyPath, save: true });
    this.outbox = new Outbox({
      store: deps.store,
      key: deps.newKey,
      isConnected: () => this.#client !== undefined && this.#store.get().connection.state === 'connected',
      send: (words) => this.#send(words),
      refused: (words, error) => this.#refused(words, error),
    });
    this.presence = new Presence({ store: deps.store, client: () => this.#client });
  }

  [Symbol.dispose]() {
    this.presence[Symbol.dispose]();
    this.#wire[Symbol.dispose]();
    this.#client?.close();
  }

  get client() {
    return this.#client;
  }
  #update = (step: Step) => this.#store.update(step);
  /** What the wire has told so far is in the view: before a key means anything. */
  catchUp = () => this.#wire.flush();

  /** Connects; whatever was asked for meanwhile goes on then. Rejects when no daemon can be had. */
  async connect(): Promise<Client> {
    const client = await this.#deps.connect(() => !this.#store.get().stopped || this.#startAsked);
    this.#client = client;
    client.onPush((push) => this.#push(push));
    client.onState((state) => {
      this.#wire.flush();
      this.#update((view) => ({
        ...view,
        connection: state,
        stopped: view.stopped && state.state !== 'connected',
        now: this.#deps.now(),
      }));
      if (state.state === 'away') this.#awaySince ??= this.#deps.now();
      if (state.state === 'connected') this.#connected();
    });
    this.#update((view) => ({ ...view, connection: client.state, me: client.welcome.label }));
    void this.outbox.drain();
    return client;
  }

  /** After config is known: whether prompts are kept. */
  keepHistory(save: boolean, maxBytes: number | undefined) {
    this.#history = historyFile({ path: this.#deps.historyPath, save, maxBytes });
  }

  #connected() {
    this.#startAsked = false;
    void this.outbox.drain();
    void this.watchLists();
    if (!this.#attachment) this.#awaySince = undefined;
  }

  /** Attaches; the draft of the session before this one stays with that one. */
  async open(ref: string, how: OpenHow = {}): Promise<void> {
    const client = this.#client;
    if (!client) return;
    const before = this.#store.get();
    await this.presence.saveDraft();
    if (before.session) this.#update((view) => ({ ...view, editor: cleared(view.editor) }));
    const attachment = await Attachment.open(client, { session: ref, size: before.size, ...how }, this.#listener());
    this.#leaveAttachment();
    this.#attachment = attachment;
    const divider = await this.#divider(client, attachment.first);
    if (before.session && before.session.view.session !== attachment.session) this.#last = before.session.view.session;
    this.#prompts = this.#promptsOf(attachment.first);
    this.#update((view) =>
      attached({ ...view, current: attachment.session, now: this.#deps.now() }, attachment.first, divider),
    );
    this.presence.again();
    this.#tellNews(divider);
  }

  #leaveAttachment() {
    this.#attachment?.[Symbol.dispose]();
    this.#attachment = undefined;
  }

  #promptsOf = ({ rows }: Attached) => {
    const me = this.#store.get().me;
    return rows.flatMap((row) => (row.kind === 'user' && row.body.by === me ? [row.body.text] : [])).reverse();
  };

  async #divider(client: Client, { seen, rows, view }: Attached): Promise<Divider | undefined> {
    if (seen.at === 0 || seen.seq >= view.head) return undefined;
    const first = rows[0]?.seq ?? view.head + 1;
    const missing =
      first <= seen.seq + 1
        ? []
        : (await client.request('rows', { session: view.session, after: seen.seq, limit: newsRows })).rows;
    const missed = missing.length > 0 ? missing : rows.filter(({ seq }) => seq > seen.seq);
    const text = newsText(missed, this.#deps.now() - seen.at, this.#store.get().me, this.#deps.minus);
    return text === undefined ? undefined : { after: seen.seq, text };
  }

  #tellNews(divider: Divider | undefined) {
    const session = this.#store.get().session;
    if (!divider || !session) return;
    const since = session.transcript.cells.filter(({ seq }) => seq > divider.after).length;
    if (since > this.#store.get().size.rows / 3)
      this.hint(`${/since you left (\S+)/.exec(divider.text)?.[1] ?? ''} of news above · page-up`, 'dim');
  }

  #listener() {
    return {
      rows: (rows: Attached['rows']) => this.#wire.push((view) => grown(view, rows)),
      live: (live: Attached['live']) => this.#wire.push((view) => heard(view, live, this.#deps.now())),
      state: (state: Attached['view']) => {
        const before = this.#store.get().session?.view.elsewhere ?? 0;
        this.#wire.push((view) => ({ ...stated(view, state), now: this.#deps.now() }));
        if (state.elsewhere > before) void this.#newNeed(state.session);
      },
      presence: (viewers: Attached['presence']) => this.#wire.push((view) => presented(view, viewers)),
      notice: ({ text, level }: Extract<Push, { t: 'notice' }>) =>
        this.hint(text, level === 'info' ? 'dim' : level === 'warning' ? 'warn' : 'bad'),
      back: (again: Attached) => this.#back(again),
      lost: (error: Error) => this.#deps.leave({ kind: 'failed', error }),
    };
  }

  #back(again: Attached) {
    const away = this.#deps.now() - (this.#awaySince ?? this.#deps.now());
    this.#awaySince = undefined;
    this.#wire.push((view) => cameBack(view, again));
    this.hint(`back after ${Math.max(1, Math.round(away / 1000))}s, nothing missed`, 'good');
    this.presence.again();
    void this.outbox.drain();
  }

  #push(push: Push) {
    if (push.t === 'returned' && push.session === this.#store.get().current)
      this.#update((view) => putBack(view, push.texts.join('\n')));
    if (push.t === 'changed' && push.what === 'list') void this.refreshLists();
    if (push.t !== 'bye') return;
    if (push.session === undefined) this.#update((view) => ({ ...view, stopped: true }));
    else if (push.session === this.#store.get().current) this.#deps.leave({ kind: 'detached', by: push.by });
  }

  async #newNeed(here: string) {
    const found = await this.#client?.request('inbox', {}).catch(() => undefined);
    const newest = found?.approvals.filter(({ session }) => session !== here).at(-1);
    if (!newest) return;
    const need = { text: `! ${newest.name} ${newest.approval}`, until: this.#deps.now() + needMs };
    this.#update((view) => ({ ...view, need, now: this.#deps.now() }));
  }

  /** Sends the words of the composer: into the turn, as the next one, or as a new session's first. */
  say(text: string, mode: Outgoing['mode']) {
    const view = this.#store.get();
    this.#startAsked = true;
    this.#prompts = [text, ...this.#prompts.filter((other) => other !== text)];
    const current = view.current ?? this.#deps.newSession();
    const begins = view.current === null;
    this.#history.add(current, text, this.#deps.now());
    this.#update((before) => ({
      ...before,
      editor: cleared(before.editor),
      walk: undefined,
      anchor: undefined,
      current,
      screen: 'session',
      stopped: false,
    }));
    this.outbox.add(current, text, mode, begins);
    void this.presence.saveDraft();
  }

  async #send({ session, text, mode, key, begins }: Outgoing): Promise<void> {
    const client = this.#client!;
    if (!begins) {
      await this.#attend(client, session);
      await client.request('say', { session, key, text, mode });
      return;
    }
    const { cwd } = this.#store.get();
    const name = this.#name;
    await client.request('new', {
      session,
      cwd,
      source: 'cli',
      settings: this.#deps.settings,
      text,
      key,
      ...(name && { name }),
    });
    this.#name = undefined;
    if (this.#store.get().current === session) await this.open(session);
  }

  /** A session that was begun without a person may ask from now on: somebody is here. */
  async #attend(client: Client, session: string) {
    const settings = this.#store.get().session?.view.settings;
    if (!settings?.unattended) return;
    const full = settings.sandbox === 'danger-full-access';
    await client.request('settings', {
      session,
      settings: { unattended: false, ...(!full && { approval: 'on-request' }) },
    });
  }

  #refused({ text, begins }: Outgoing, error: Error) {
    this.#update((view) => {
      const back = putBack(view, text);
      return begins && !view.session ? { ...back, current: null, screen: 'start' } : back;
    });
    this.hint(sentence(error), 'bad');
  }

  /** A request whose refusal is a sentence for the person. */
  async ask(act: (client: Client, session: string) => Promise<unknown>): Promise<boolean> {
    const session = this.#store.get().session?.view.session;
    if (!this.#client || !session) return false;
    try {
      await act(this.#client, session);
      return true;
    } catch (error) {
      this.hint(sentence(error), 'warn');
      return false;
    }
  }

  async interrupt(word: string) {
    const view = this.#store.get().session?.view;
    if (!view) return;
    if (word !== '') this.hint(word, 'dim');
    if (!(await this.ask((client, session) => client.request('interrupt', { session, turn: view.turn })))) return;
    const commands = this.#store.get().session?.view.commands.length ?? 0;
    if (commands > 0)
      this.hint(
        `${plural(commands, 'command')} ${commands === 1 ? 'goes' : 'go'} on · /stop ends ${commands === 1 ? 'it' : 'them'}`,
        'dim',
      );
  }

  decide(approval: string, choice: string, key: string) {
    this.#update((view) => ({ ...view, question: answered(view.question, key, this.#deps.now()), choice: 0 }));
    void this.ask((client) => client.request('decide', { approval, choice, key: this.#deps.newKey() }));
  }

  /** Takes the last queued message back into the composer; what has begun meanwhile stays where it is. */
  async editQueued() {
    const session = this.#store.get().session;
    const last = session?.view.pending.findLast(({ mode }) => mode === 'queue');
    if (!last) return;
    const taken = await this.ask((client, id) => client.request('unqueue', { session: id, n: last.n }));
    this.#wire.flush();
    const gone = this.#store.get().session?.rows.some((row) => row.kind === 'unqueued' && row.body.n === last.n);
    if (taken && gone) this.#update((view) => putBack(view, last.text));
  }

  release = () => void this.ask((client, session) => client.request('release', { session }));

  /** Rows before the first one, once at a time. */
  async page() {
    const { session } = this.#store.get();
    if (!session?.more || session.paging || !this.#client) return;
    const id = session.view.session;
    this.#update(paging);
    const before = session.rows[0]?.seq ?? session.view.head + 1;
    const older = await this.#client.request('rows', { session: id, before, limit: pageRows }).catch(() => undefined);
    this.#update((view) =>
      older ? paged(view, id, older.rows) : { ...view, session: view.session && { ...view.session, paging: false } },
    );
  }

  /** Prompts of this session, then of the home, newest first and each once. */
  prompts = (): readonly string[] => [...new Set([...this.#prompts, ...this.#history.read()])];
  remember(text: string) {
    this.#prompts = [text, ...this.#prompts.filter((other) => other !== text)];
  }

  async watchLists() {
    await this.#client?.request('watch', { what: 'list' }).catch(() => {});
    await this.refreshLists();
  }

  /** Only where lists are shown, and never twice at once. */
  async refreshLists() {
    const { screen } = this.#store.get();
    if (this.#listing || (screen !== 'start' && screen !== 'agents') || !this.#client) return;
    this.#listing = true;
    try {
      const [awake, all] = await Promise.all([
        this.#client.request('list', { what: 'awake' }),
        this.#client.request('list', { what: 'sessions', limit: listLimit }),
      ]);
      const ids = new Set(awake.sessions.map(({ id }) => id));
      const sessions = [...awake.sessions, ...all.sessions.filter(({ id }) => !ids.has(id))];
      this.#wire.push((view) => ({ ...view, sessions, now: this.#deps.now() }));
    } catch (error) {
      if (!asRefusal(error)) throw error;
    } finally {
      this.#listing = false;
    }
  }

  showAgents() {
    this.#update((view) => ({
      ...view,
      screen: 'agents',
      from: view.session ? 'session' : view.from,
      row: 0,
      popup: null,
    }));
    void this.refreshLists();
  }

  /** The composer of a new session; the one that was shown goes on. */
  async newHere() {
    await this.presence.saveDraft();
    const { session } = this.#store.get();
    if (session) this.#last = session.view.session;
    this.#leaveAttachment();
    this.#update((view) => ({
      ...view,
      screen: 'start',
      session: null,
      current: null,
      editor: cleared(view.editor),
      anchor: undefined,
      popup: null,
      row: -1,
    }));
    void this.refreshLists();
  }

  async openLast() {
    if (this.#last) await this.tryOpen(this.#last);
    else this.hint('there is no session before this one', 'dim');
  }

  async openNextNeed() {
    const found = await this.#client?.request('list', { what: 'awake' }).catch(() => undefined);
    const others = found?.sessions.filter(({ id }) => id !== this.#store.get().current) ?? [];
    const next =
      others.find(({ state }) => state === 'needs you') ?? others.find(({ state }) => state === 'done unread');
    if (next) await this.tryOpen(next.id);
    else this.hint('nothing else needs you', 'dim');
  }

  async tryOpen(ref: string, how?: OpenHow) {
    try {
      await this.open(ref, how);
    } catch (error) {
      this.hint(sentence(error), 'bad');
    }
  }

  hint(text: string, tone: Hint['tone']) {
    const now = this.#deps.now();
    this.#update((view) => ({
      ...view,
      now,
      hint: text === '' ? null : { text: oneLine(text), tone, until: now + hintMs },
    }));
  }

  /** Leaves; the draft is with the daemon before the screen is gone. */
  async leave() {
    await Promise.race([this.presence.saveDraft(), new Promise((resolve) => setTimeout(resolve, 500))]);
    this.#deps.leave({ kind: 'left' });
  }

  /** A text that was typed before there was anything to say it to. */
  restore = (text: string) => this.#update((view) => ({ ...view, editor: withText(view.editor, text) }));
  draft = () => expand(this.#store.get().editor);
  isRunning = () => isRunning(this.#store.get());
  view = (): View => this.#store.get();
}
