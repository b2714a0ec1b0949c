/** The screen of one client, from the first frame to the shell's prompt: whatever ends it, the terminal is as it was. */
import { join } from 'node:path';
import type { WriteStream } from 'node:tty';
import { render } from 'ink';
import type { Client } from '../ipc/client.ts';
import type { AnswerOf } from '../ipc/messages.ts';
import type { SettingsAsk } from '../ipc/protocol.ts';
import { Acts } from './act.ts';
import { App } from './app.tsx';
import { depthOf } from './colors.ts';
import { attachImage } from './composer-images.ts';
import { Desk, type Leaving } from './desk.ts';
import { Drawing } from './drawing.ts';
import { attached, expand } from './editor.ts';
import { FirstRun } from './first-run.ts';
import { firstView } from './first-view.ts';
import { brokenRows } from './frame.ts';
import { InputReader } from './input.ts';
import { type Keymap, remap } from './keymap.ts';
import { leavingText } from './leaving.ts';
import { Look } from './look.ts';
import { type Notice, newNotices, noticeBytes, wants } from './notices.ts';
import type { Edited, TuiOptions } from './options.ts';
import { listenOutside } from './outside.ts';
import { Painter } from './painter.ts';
import { askPalette } from './palette.ts';
import { showPicker } from './picker-keys.ts';
import { createViewStore, StoreContext } from './store.ts';
import { Surface } from './surface.ts';
import { Terminal } from './terminal.ts';
import type { Theme } from './theme.ts';
import { titleOf } from './title.ts';
import { isOverlay, isWatching, isWorking, type Size, type View } from './view.ts';
import { insertMode } from './vim.ts';
import { wakeAt, woken } from './wakes.ts';

/** Exit codes of signals, as shells count them. */
const hangUp = 129;
const terminated = 143;
/** What is wrong with the config stands long enough to be read. */
const longHintMs = 30_000;

/** Set inside multiplexers, which bracket pastes whether they say so or not. */
const multiplexed = ['TMUX', 'STY', 'ZELLIJ'];

export function runTui(options: TuiOptions): Promise<number> {
  return new Tui(options).run();
}

class Tui {
  readonly #options: TuiOptions;
  readonly #terminal: Terminal;
  readonly #surface: Surface;
  readonly #painter: Painter;
  readonly #store;
  readonly #drawing: Drawing;
  readonly #look: Look;
  readonly #desk: Desk;
  readonly #acts: Acts;
  readonly #input: InputReader;
  readonly #first: FirstRun;
  readonly #ended = Promise.withResolvers<{ leaving: Leaving | undefined; code: number }>();
  #ink: ReturnType<typeof render> | undefined;
  #wake: NodeJS.Timeout | undefined;
  #wakeAt: number | undefined;
  #title = '';
  #editing = false;
  /** The view for which notices were last thought of. */
  #noticed: View;
  /** The size of what lies under an overlay. */
  #under: Size = { columns: 0, rows: 0 };
  #settings: SettingsAsk;
  /** Said when nothing is left to be asked first. */
  #prompt: string | undefined;

  constructor(options: TuiOptions) {
    this.#options = options;
    this.#settings = options.settings;
    const { stdin, stdout, env, inline, ascii, animations, now, build } = options;
    const look = new Look({
      env,
      ascii,
      animations,
      name: options.theme,
      themes: join(options.home, 'themes'),
      load: async () => (await import('./highlight.ts')).highlightLines,
      changed: (theme) => this.#rethemed(theme),
    });
    const { theme } = look;
    this.#look = look;
    this.#drawing = new Drawing({ theme, build });
    const ask = ['256', 'rgb'].includes(depthOf(env)) ? askPalette : '';
    this.#terminal = new Terminal({ stdin, stdout, fd: stdout.fd, alternate: !inline, mouse: options.mouse, ask });
    const size = sizeOf(stdout);
    const terminal = this.#terminal;
    this.#surface = new Surface({ write: inline ? (text) => terminal.write(text) : () => {} }, size);
    this.#painter = new Painter({
      write: (text) => terminal.write(text),
      columns: () => this.#surface.columns,
      isBehind: () => stdout.writableNeedDrain,
      drained: (then) => stdout.once('drain', then),
    });
    const first = firstView(options, size);
    this.#store = createViewStore(first, now);
    this.#desk = new Desk({
      store: this.#store,
      connect: options.connect,
      now,
      newSession: options.newSession,
      newKey: options.newKey,
      settings: () => this.#settings,
      name: options.opening.kind === 'new' ? options.opening.name : undefined,
      history: { path: join(options.home, 'history.jsonl'), ...options.history },
      minus: theme.glyph.minus,
      leave: (leaving) => this.#ended.resolve({ leaving, code: leaving.kind === 'failed' ? 1 : 0 }),
      refused: (why) => this.#refused(why),
    });
    this.#first = new FirstRun({
      store: this.#store,
      client: () => this.#desk.client,
      env,
      now,
      chosen: (provider) => this.#chosen(provider),
      done: () => void this.#configured(),
      agents: () => this.#desk.lists.showAgents(),
      leave: () => void this.#desk.leave(),
    });
    this.#noticed = first;
    if (first.screen === 'first') this.#first.show();
    this.#acts = new Acts({
      desk: this.#desk,
      store: this.#store,
      drawing: this.#drawing,
      look,
      clipboard: { env, pipe: options.pipe, write: (text) => terminal.write(text) },
      now,
      suspend: () => this.#suspend(),
      leaveAtOnce: () => this.#ended.resolve({ leaving: undefined, code: 0 }),
      redraw: () => this.#redraw(),
      edit: (text) => this.#edit(text),
      clipboardImage: options.clipboardImage,
      home: options.home,
      first: this.#first,
      after,
      picked: (session) => void this.#picked(session),
      closeOverlay: () => this.#closeOverlay(),
    });
    this.#acts.guessPastes(options.pasteBurst && !multiplexed.some((name) => env[name]));
    this.#takeKeys();
    if (options.vim) this.#store.update((view) => ({ ...view, vim: insertMode }));
    for (const path of options.pictures)
      attachImage({ store: this.#store, desk: this.#desk }, this.#desk.images.file(path));
    this.#input = new InputReader({
      emit: (input) => {
        if (input.kind !== 'reply' || !this.#look.reply(input.text)) this.#acts.input(input);
      },
      after,
    });
  }

  #rethemed(theme: Theme) {
    this.#drawing.theme = theme;
    this.#desk.later((view) => ({ ...view }));
  }

  /** What was given on the command line, with its pictures. */
  #sayFirst(prompt: string) {
    const { editor } = this.#store.get();
    const text = [expand(editor).trim(), prompt].filter((part) => part !== '').join(' ');
    this.#desk.say(text, 'steer', attached(editor));
  }

  /** A person's own keys hold from the first key on; what is wrong with them is said, and the usual ones hold. */
  #takeKeys() {
    const { keymap, env } = this.#options;
    const made = remap((keymap ?? {}) as Keymap);
    if (!made.ok) return this.#desk.hint(made.why, 'bad', longHintMs);
    this.#store.update((view) => ({ ...view, keys: made.keys }));
    if (env.TMUX && made.keys.label('global', 'leader') === 'ctrl-b')
      this.#desk.hint("the leader is ctrl-b: inside tmux that is tmux's own, press it twice", 'warn', longHintMs);
  }

  get #pickerDeps() {
    return { desk: this.#desk, store: this.#store, now: this.#options.now };
  }

  async run(): Promise<number> {
    using stack = new DisposableStack();
    stack.defer(() => this.#terminal.leave());
    this.#listen(stack);
    this.#terminal.enter();
    this.#draw();
    void this.#begin();
    const { leaving, code } = await this.#ended.promise;
    return this.#finish(leaving, code);
  }

  #draw() {
    const ink = render(
      <StoreContext value={this.#store}>
        <App drawing={this.#drawing} painter={this.#painter} />
      </StoreContext>,
      {
        stdout: this.#surface as unknown as NodeJS.WriteStream,
        stdin: this.#options.stdin,
        exitOnCtrlC: false,
        patchConsole: false,
        interactive: true,
        maxFps: 120,
        incrementalRendering: true,
        isScreenReaderEnabled: false,
      },
    );
    this.#ink = ink;
    ink.waitUntilExit().then(
      () => {},
      (error: Error) => this.#ended.resolve({ leaving: { kind: 'failed', error }, code: 1 }),
    );
  }

  #listen(stack: DisposableStack) {
    const { stdin, stdout } = this.#options;
    listenOutside(
      stack,
      { stdin, stdout, process },
      {
        bytes: (bytes) => this.#input.push(bytes),
        gone: () => {
          this.#terminal.gone = true;
          this.#ended.resolve({ leaving: undefined, code: hangUp });
        },
        failed: (error) => this.#ended.resolve({ leaving: { kind: 'failed', error }, code: 1 }),
        resized: () => this.#resized(),
        terminated: () => this.#ended.resolve({ leaving: { kind: 'left' }, code: terminated }),
        // In an editor it is the editor's.
        interrupted: () => this.#editing || this.#ended.resolve({ leaving: { kind: 'left' }, code: 0 }),
        continued: () => this.#continued(),
      },
    );
    const unlisten = this.#store.listen(() => this.#changed());
    stack.defer(unlisten);
    stack.defer(() => clearTimeout(this.#wake));
  }

  async #begin() {
    try {
      const client = await this.#desk.connect();
      if (this.#options.opening.kind !== 'session') void this.#desk.lists.watch();
      const config = await this.#configuration(client);
      await this.#open(client, config);
    } catch (error) {
      this.#ended.resolve({ leaving: { kind: 'failed', error: error as Error }, code: 1 });
    }
  }

  async #configuration(client: Client): Promise<AnswerOf<'config'> | undefined> {
    const { cwd } = this.#options;
    const { overrides } = this.#settings;
    const config = await client.request('config', { cwd, ...(overrides && { overrides }) }).catch((error: Error) => {
      this.#desk.hint(error.message, 'bad');
      return undefined;
    });
    return config;
  }

  async #open(client: Client, config: AnswerOf<'config'> | undefined) {
    const { opening } = this.#options;
    if (opening.kind === 'session') {
      if (opening.settings && Object.keys(opening.settings).length > 0)
        await client.request('settings', { session: opening.ref, settings: opening.settings });
      await this.#desk.opening.open(opening.ref, opening.how);
      if (opening.prompt !== undefined) this.#sayFirst(opening.prompt);
      return;
    }
    if (opening.kind === 'agents') return;
    if (opening.kind === 'pick')
      return showPicker(this.#pickerDeps, opening.purpose, opening.everywhere, opening.scripts);
    this.#named(config);
    this.#first.know(config);
    this.#prompt = opening.prompt;
    const chosen = config === undefined || config.configured || this.#settings.provider !== undefined;
    if (this.#store.get().screen === 'first') return this.#first.connected();
    if (!chosen) return this.#first.show();
    if (config?.trust === 'unknown') return void this.#first.settle();
    if (opening.prompt === undefined) return;
    this.#prompt = undefined;
    this.#sayFirst(opening.prompt);
  }

  /** Goes on with a session as `tcx resume` was asked to. */
  async #picked(session: string) {
    const { opening } = this.#options;
    this.#desk.board.set({ overlay: null });
    await this.#desk.opening.show(session);
    if (opening.kind !== 'pick' || this.#store.get().current !== session) return;
    const { settings, prompt } = opening;
    if (settings && Object.keys(settings).length > 0)
      await this.#desk.asks.ask((client) => client.request('settings', { session, settings }));
    if (prompt !== undefined) this.#sayFirst(prompt);
  }

  /** A picker that was all there was leaves nothing to go back to. */
  #closeOverlay() {
    const { opening } = this.#options;
    const { board, session } = this.#store.get();
    if (opening.kind === 'pick' && board.overlay?.kind === 'picker' && !session) return void this.#desk.leave();
    this.#desk.board.set({ overlay: null });
  }

  /** A key that is not taken is mended where keys are given; the session goes on when it is. */
  #refused(why: string) {
    const view = this.#store.get();
    if (view.screen !== 'session' || isWatching(view)) return;
    if (view.editor.text !== '')
      return this.#desk.hint(`${why} · another key: tcx login --with-api-key`, 'bad', longHintMs);
    this.#first.show(why, () => this.#store.update((before) => ({ ...before, screen: 'session' })));
    this.#first.connected();
  }

  /** What new sessions run with: the demo is never kept, everything else stands in config. */
  #chosen(provider: string) {
    const { provider: _, ...settings } = this.#settings;
    this.#settings = provider === 'demo' ? { ...settings, provider } : settings;
  }

  /** The first start is over, or there was none. */
  async #configured() {
    this.#store.update((view) => ({ ...view, screen: 'start', row: -1 }));
    void this.#desk.lists.refresh();
    const prompt = this.#prompt;
    this.#prompt = undefined;
    if (prompt !== undefined) this.#sayFirst(prompt);
    const client = this.#desk.client;
    if (client) this.#named(await this.#configuration(client));
  }

  /** The model that a new session would have, for the status line. */
  #named(config: AnswerOf<'config'> | undefined) {
    const provider = this.#settings.provider ?? config?.choice?.provider;
    const model = provider === 'demo' ? 'demo' : (this.#settings.model ?? config?.choice?.model ?? '');
    this.#store.update((view) => ({ ...view, model }));
  }

  #changed() {
    const view = this.#store.get();
    this.#notify(view);
    if (this.#terminal.overlay(isOverlay(view))) this.#overlaid(view);
    const title = titleOf(view, this.#drawing.theme);
    if (title !== this.#title) {
      this.#title = title;
      this.#terminal.title(title);
    }
    this.#desk.client?.calm(!isWorking(view));
    const at = wakeAt(view);
    if (at === this.#wakeAt) return;
    this.#wakeAt = at;
    clearTimeout(this.#wake);
    if (at !== undefined) this.#wake = setTimeout(() => this.#woke(), Math.max(1, at - this.#options.now()));
  }

  /** Who looks elsewhere is told by the terminal itself. */
  #notify(view: View) {
    const before = this.#noticed;
    this.#noticed = view;
    const { session, need } = view;
    if (before.session?.view !== session?.view) this.#tell(view, newNotices(before, view));
    if (need && need !== before.need && need.notice) this.#tell(view, [need.notice]);
  }

  #tell({ focused }: View, notices: readonly Notice[]) {
    const { notices: settings, env } = this.#options;
    for (const notice of notices)
      if (wants(settings, focused, notice)) this.#terminal.write(noticeBytes(env, settings.method, notice.text));
  }

  /** The painter begins anew; what is under it is drawn again when the size became another meanwhile. */
  #overlaid(view: View) {
    this.#painter.forget();
    if (isOverlay(view)) this.#under = view.size;
    else if (this.#under.columns !== view.size.columns || this.#under.rows !== view.size.rows) this.#ink?.clear();
  }

  #woke() {
    this.#wakeAt = undefined;
    this.#desk.later((view) => woken(view, this.#options.now()));
  }

  /** The frame for the new size is drawn on an empty screen: what the terminal made of the old one is nobody's. */
  #resized() {
    const size = sizeOf(this.#options.stdout);
    const before = this.#store.get().size;
    if (size.columns === before.columns && size.rows === before.rows) return;
    if (isOverlay(this.#store.get())) {
      this.#surface.resize(size);
      this.#painter.forget();
      return this.#store.update((view) => ({ ...view, size }));
    }
    const broken = this.#options.inline ? brokenRows(this.#drawing.frame(this.#store.get()), size.columns) : 0;
    this.#ink?.clear();
    this.#surface.resize(size);
    if (this.#options.inline) this.#terminal.write('\u001b[A\u001b[2K'.repeat(broken));
    this.#painter.forget();
    this.#store.update((view) => ({ ...view, size }));
  }

  #redraw() {
    this.#ink?.clear();
    this.#painter.forget();
    this.#store.update((view) => ({ ...view, size: { ...view.size } }));
  }

  /** Back to the shell; the session is not told to wait, only that nobody looks. */
  #suspend() {
    this.#desk.presence.away();
    this.#ink?.clear();
    this.#terminal.leave();
    setTimeout(() => process.kill(0, 'SIGTSTP'), 20);
  }

  async #edit(text: string): Promise<Edited> {
    this.#editing = true;
    this.#ink?.clear();
    this.#terminal.leave();
    const edited = await this.#options.edit(text);
    this.#editing = false;
    this.#continued();
    return edited;
  }

  #continued() {
    if (this.#editing) return;
    this.#terminal.enter();
    this.#title = '';
    this.#surface.resize(sizeOf(this.#options.stdout));
    this.#store.update((view) => ({ ...view, size: sizeOf(this.#options.stdout), now: this.#options.now() }));
    this.#redraw();
    this.#desk.presence.again();
  }

  #finish(leaving: Leaving | undefined, code: number): number {
    const { inline } = this.#options;
    if (inline) this.#ink?.clear();
    this.#ink?.unmount();
    this.#terminal.leave();
    this.#desk[Symbol.dispose]();
    if (this.#terminal.gone) return hangUp;
    if (leaving?.kind === 'failed') throw leaving.error;
    if (leaving) this.#terminal.writeNow(leavingText(this.#store.get(), leaving, this.#options.alone));
    return code;
  }
}

const after = (ms: number, act: () => void) => {
  const timer = setTimeout(act, ms);
  return () => clearTimeout(timer);
};

const sizeOf = ({ columns, rows }: WriteStream): Size => ({ columns: columns || 80, rows: rows || 24 });
