/** What a screen begins with: a session, a picker, the agents, or what must be asked before the first word. */
import type { Client } from '../ipc/client.ts';
import type { AnswerOf } from '../ipc/messages.ts';
import type { SettingsAsk } from '../ipc/protocol.ts';
import type { Desk } from './desk.ts';
import { attached, expand } from './editor.ts';
import { FirstRun } from './first-run.ts';
import type { TuiOptions } from './options.ts';
import { showPicker } from './picker-keys.ts';
import type { ViewStore } from './store.ts';
import { isWatching } from './view.ts';

/** A key that is refused stands long enough to be read. */
const refusedHintMs = 30_000;

type Config = AnswerOf<'config'>;

export interface BeginningDeps {
  readonly options: TuiOptions;
  readonly store: ViewStore;
  readonly desk: Desk;
  /** The screen cannot be. */
  readonly failed: (error: Error) => void;
}

export class Beginning {
  readonly first: FirstRun;
  /** What new sessions run with. */
  settings: SettingsAsk;
  readonly #deps: BeginningDeps;
  /** Said when nothing is left to be asked first. */
  #prompt: string | undefined;

  constructor(deps: BeginningDeps) {
    const { options, store, desk } = deps;
    this.#deps = deps;
    this.settings = options.settings;
    this.first = new FirstRun({
      store,
      client: () => desk.client,
      env: options.env,
      now: options.now,
      chosen: (provider) => this.#chosen(provider),
      done: () => void this.#configured(),
      agents: () => desk.lists.showAgents(),
      leave: () => void desk.leave(),
    });
  }

  async begin() {
    const { desk, options, failed } = this.#deps;
    try {
      const client = await desk.connect();
      if (options.opening.kind !== 'session') void desk.lists.watch();
      await this.#open(client, await this.#configuration(client));
    } catch (error) {
      failed(error as Error);
    }
  }

  /** Goes on with a session as `tcx resume` was asked to. */
  async picked(session: string) {
    const { desk, store, options } = this.#deps;
    const { opening } = options;
    desk.board.set({ overlay: null });
    await desk.opening.show(session);
    if (opening.kind !== 'pick' || store.get().current !== session) return;
    const { settings, prompt } = opening;
    if (settings && Object.keys(settings).length > 0)
      await desk.asks.ask((client) => client.request('settings', { session, settings }));
    if (prompt !== undefined) this.#say(prompt);
  }

  /** A picker that was all there was leaves nothing to go back to. */
  closeOverlay() {
    const { desk, store, options } = this.#deps;
    const { board, session } = store.get();
    if (options.opening.kind === 'pick' && board.overlay?.kind === 'picker' && !session) return void desk.leave();
    desk.board.set({ overlay: null });
  }

  /** A key that is not taken is mended where keys are given; the session goes on when it is. */
  refused(why: string) {
    const { desk, store } = this.#deps;
    const view = store.get();
    if (view.screen !== 'session' || isWatching(view)) return;
    if (view.editor.text !== '')
      return desk.hint(`${why} · another key: tcx login --with-api-key`, 'bad', refusedHintMs);
    this.first.show(why, () => store.update((before) => ({ ...before, screen: 'session' })));
    this.first.connected();
  }

  async #configuration(client: Client): Promise<Config | undefined> {
    const { desk, options } = this.#deps;
    const { overrides } = this.settings;
    const asked = { cwd: options.cwd, ...(overrides && { overrides }) };
    return client.request('config', asked).catch((error: Error) => {
      desk.hint(error.message, 'bad');
      return undefined;
    });
  }

  async #open(client: Client, config: Config | undefined) {
    const { desk, store, options } = this.#deps;
    const { opening, now } = options;
    if (opening.kind === 'session') {
      if (opening.settings && Object.keys(opening.settings).length > 0)
        await client.request('settings', { session: opening.ref, settings: opening.settings });
      await desk.opening.open(opening.ref, opening.how);
      if (opening.prompt !== undefined) this.#say(opening.prompt);
      return;
    }
    if (opening.kind === 'agents') return;
    if (opening.kind === 'pick')
      return showPicker({ desk, store, now }, opening.purpose, opening.everywhere, opening.scripts);
    this.#named(config);
    this.first.know(config);
    this.#prompt = opening.prompt;
    const chosen = config === undefined || config.configured || this.settings.provider !== undefined;
    if (store.get().screen === 'first') return this.first.connected();
    if (!chosen) return this.first.show();
    if (config?.trust === 'unknown') return void this.first.settle();
    this.#sayPrompt();
  }

  /** The first start is over, or there was none. */
  async #configured() {
    const { desk, store } = this.#deps;
    store.update((view) => ({ ...view, screen: 'start', row: -1 }));
    void desk.lists.refresh();
    this.#sayPrompt();
    if (desk.client) this.#named(await this.#configuration(desk.client));
  }

  /** The demo is never kept, everything else stands in config. */
  #chosen(provider: string) {
    const { provider: _, ...settings } = this.settings;
    this.settings = provider === 'demo' ? { ...settings, provider } : settings;
  }

  /** The model that a new session would have, for the status line. */
  #named(config: Config | undefined) {
    const provider = this.settings.provider ?? config?.choice?.provider;
    const model = provider === 'demo' ? 'demo' : (this.settings.model ?? config?.choice?.model ?? '');
    this.#deps.store.update((view) => ({ ...view, model }));
  }

  #sayPrompt() {
    const prompt = this.#prompt;
    this.#prompt = undefined;
    if (prompt !== undefined) this.#say(prompt);
  }

  /** What was given on the command line, with its pictures. */
  #say(prompt: string) {
    const { editor } = this.#deps.store.get();
    const text = [expand(editor).trim(), prompt].filter((part) => part !== '').join(' ');
    this.#deps.desk.say(text, 'steer', attached(editor));
  }
}
