/** The first start at work: what is found, tried, kept and trusted; what comes after it is told when it is over. */
import type { Client } from '../ipc/client.ts';
import type { AnswerOf, FoundServer } from '../ipc/messages.ts';
import type { RequestOf } from '../ipc/protocol.ts';
import { expand } from './editor.ts';
import { type FirstChoice, firstChoices } from './first-choice.ts';
import {
  type FirstState,
  type FirstStep,
  fieldStep,
  firstState,
  type Server,
  type Wire,
  withChoices,
} from './first-state.ts';
import { sentence } from './refusal.ts';
import { type Item, selectorOf } from './selector.ts';
import type { ViewStore } from './store.ts';

export interface FirstRunDeps {
  readonly store: ViewStore;
  readonly client: () => Client | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now: () => number;
  /** What new sessions run with from now on. */
  readonly chosen: (provider: string, model: string | undefined) => void;
  /** Nothing is left to ask. */
  readonly done: () => void;
  readonly agents: () => void;
  readonly leave: () => void;
}

const againMs = 2000;

type Login = RequestOf<'login'>;

export class FirstRun {
  readonly #deps: FirstRunDeps;
  /** What the daemon knows of the folder; trust is asked when it says nobody did. */
  readonly #known = Promise.withResolvers<AnswerOf<'config'> | undefined>();
  #again: NodeJS.Timeout | undefined;
  #after: (() => void) | undefined;

  constructor(deps: FirstRunDeps) {
    this.#deps = deps;
  }

  /** Shows the choice of a model; `said`: why. */
  show(said?: string, after?: () => void) {
    this.#after = after;
    const first = firstState(firstChoices(this.#deps.env, undefined));
    this.#put({ ...first, said: said === undefined ? null : { text: said, bad: true } });
    void this.#probe();
  }

  /** The daemon can be asked now. */
  connected() {
    void this.#probe();
  }

  /** What the folder is, once the daemon has said so. */
  know(config: AnswerOf<'config'> | undefined) {
    this.#known.resolve(config);
    void this.#folder();
  }

  /** Once at once, and again while the choice is on the screen: a server that is started meanwhile is seen. */
  async #probe(patient = false) {
    clearTimeout(this.#again);
    const found = await this.#deps
      .client()
      ?.request('probe', { patient })
      .catch(() => undefined);
    if (found) this.#found(found.servers);
    clearTimeout(this.#again);
    if (this.#deps.store.get().board.first?.step.kind !== 'choose') return;
    this.#again = setTimeout(() => void this.#probe(true), againMs);
    this.#again.unref();
  }

  #found(servers: readonly FoundServer[]) {
    this.#change((first) => withChoices(first, firstChoices(this.#deps.env, servers)));
  }

  /** How many files are changed is told when git has said so: nobody waits for it. */
  async #folder() {
    const { store } = this.#deps;
    const { cwd } = store.get();
    const folder = await this.#deps
      .client()
      ?.request('folder', { cwd })
      .catch(() => undefined);
    if (folder) store.update((view) => ({ ...view, board: { ...view.board, changed: folder.changed } }));
  }

  /** The model is settled: what is left is the folder. */
  async settle() {
    if (this.#after) {
      const after = this.#after;
      this.#after = undefined;
      return this.#over(after);
    }
    // An Enter may be quicker than a daemon's start.
    const config = await this.#known.promise;
    if (config?.trust !== 'unknown') return this.#over(this.#deps.done);
    const { now } = this.#deps;
    const trust = { kind: 'trust', project: config.project, since: now() } as const;
    const { first } = this.#deps.store.get().board;
    this.#put({ ...(first ?? firstState([])), step: trust, row: 0, said: null });
  }

  #over(then: () => void) {
    this.#deps.store.update((view) => ({ ...view, board: { ...view.board, first: null } }));
    then();
  }

  async trust(row: number) {
    const { store, agents } = this.#deps;
    const { cwd } = store.get();
    if (row > 0) return this.#over(agents);
    const client = this.#deps.client();
    try {
      await client?.request('trust', { cwd, level: 'trusted' });
      this.#over(this.#deps.done);
    } catch (error) {
      this.#change((first) => ({ ...first, said: { text: sentence(error), bad: true } }));
    }
  }

  choose(choice: FirstChoice) {
    const { id, name, wantsKey, models, found } = choice;
    if (id === 'demo') {
      this.#deps.chosen('demo', undefined);
      return void this.settle();
    }
    if (id === 'another') return this.#step(fieldStep('address', 'mine', name));
    if (wantsKey) return this.#step(fieldStep('key', id, name));
    if (id === 'ollama' || id === 'lmstudio') {
      if (!found) return this.#say(choice.text, true);
      const items = models.map((model): Item => ({ id: model.name, text: model.name, ...windowOf(model.window) }));
      return this.#step({ kind: 'model', provider: id, selector: selectorOf(`Which model of ${name}?`, items) });
    }
    void this.#login({ provider: id, keep: true }, choice);
  }

  /** What was typed: a key, or where a server is. */
  async typed(step: Extract<FirstStep, { kind: 'key' | 'address' }>) {
    const text = expand(step.editor).trim();
    if (step.kind === 'address') return this.#address(text);
    const { provider, server } = step;
    if (text === '' && !server) return;
    const key = text === '' ? {} : { key: text };
    if (!server) return void (await this.#login({ provider, ...key, keep: true }));
    const tried = await this.#try({ provider, ...key, server, keep: false }, 'asking for its models');
    if (tried) this.#models(provider, server, tried, text);
  }

  #address(text: string) {
    if (!/^https?:\/\/[^/\s]+/.test(text)) return this.#say('An address begins with http:// or https://', true);
    const items: readonly (Item & { readonly id: Wire })[] = [
      { id: 'chat', text: 'Chat Completions', note: 'what most servers have' },
      { id: 'responses', text: 'Responses', note: "OpenAI's newer API" },
      { id: 'messages', text: 'Messages', note: "Anthropic's API" },
    ];
    this.#step({ kind: 'wire', base: text, selector: selectorOf('What does it speak?', items) });
  }

  picked(step: Extract<FirstStep, { kind: 'wire' | 'model' }>, item: Item) {
    if (step.kind === 'wire')
      return this.#step(
        fieldStep('key', 'mine', 'it (none: just enter)', {
          server: { base_url: step.base, wire_api: item.id as Wire },
        }),
      );
    const { provider, server, key } = step;
    void this.#login({ provider, model: item.id, keep: true, ...(server && { server }), ...(key && { key }) });
  }

  #models(provider: string, server: Server, models: readonly string[], key: string) {
    const items = models.map((name) => ({ id: name, text: name }));
    if (items.length === 0)
      return this.#say('It lists no models: set model in ~/.tcx/config.toml, see docs/config.md', true);
    const selector = selectorOf('Which of its models?', items);
    this.#step({ kind: 'model', provider, server, selector, ...(key && { key }) });
  }

  async #login(ask: Login, from?: FirstChoice) {
    const models = await this.#try(ask, 'trying it', from);
    if (!models) return;
    this.#say(`✓ works${models.length > 0 ? `, ${models.length} models` : ''}`, false);
    this.#deps.chosen(ask.provider, ask.model);
    void this.settle();
  }

  /** Undefined when the server said no, or nobody answered: what it said is on the screen, what was typed stays. */
  async #try(ask: Login, text: string, from?: FirstChoice): Promise<readonly string[] | undefined> {
    const { now } = this.#deps;
    if (this.#deps.store.get().board.first?.trying) return undefined;
    this.#change((first) => ({ ...first, said: null, trying: { text, since: now() } }));
    try {
      await this.#known.promise;
      const client = this.#deps.client();
      if (!client) return undefined;
      return (await client.request('login', ask)).models;
    } catch (error) {
      const step = from ? fieldStep('key', from.id, from.name) : undefined;
      this.#change((first) => ({
        ...first,
        ...(step && { step }),
        said: { text: from ? `${from.text}, but: ${plainly(error)}` : plainly(error), bad: true },
      }));
      return undefined;
    } finally {
      this.#change((first) => ({ ...first, trying: null }));
    }
  }

  back() {
    const step = this.#deps.store.get().board.first?.step;
    if (!step || step.kind === 'choose' || step.kind === 'trust') return this.#deps.leave();
    this.#step({ kind: 'choose' });
  }

  #step = (step: FirstStep) => this.#change((first) => ({ ...first, step, said: null }));
  #say = (text: string, bad: boolean) => this.#change((first) => ({ ...first, said: { text, bad } }));

  #put(first: FirstState) {
    const { store, now } = this.#deps;
    store.update((view) => ({ ...view, now: now(), screen: 'first', board: { ...view.board, first } }));
  }

  #change(step: (first: FirstState) => FirstState) {
    const { store, now } = this.#deps;
    store.update((view) =>
      view.board.first ? { ...view, now: now(), board: { ...view.board, first: step(view.board.first) } } : view,
    );
  }
}

const windowOf = (window: number | undefined) =>
  window === undefined ? {} : { right: `${Math.round(window / 1024)}k context` };

/** Without the command that would mend it elsewhere: this screen is where it is mended. */
const plainly = (error: unknown) => (error instanceof Error ? error.message : String(error));
