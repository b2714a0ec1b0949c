/** The screen of one client, from the first frame to the shell's prompt: whatever ends it, the terminal is as it was. */
import { join } from 'node:path';
import type { WriteStream } from 'node:tty';
import { render } from 'ink';
import { Acts } from './act.ts';
import { App } from './app.tsx';
import { Beginning } from './beginning.ts';
import { depthOf } from './colors.ts';
import { attachImage } from './composer-images.ts';
import { Desk, type Leaving } from './desk.ts';
import { Drawing } from './drawing.ts';
import { firstView } from './first-view.ts';
import { brokenRows } from './frame.ts';
import { InputReader } from './input.ts';
import { type Keymap, remap } from './keymap.ts';
import { leavingText } from './leaving.ts';
import { Look } from './look.ts';
import { newNotices, noticeBytes, wants } from './notices.ts';
import type { Edited, TuiOptions } from './options.ts';
import { listenOutside } from './outside.ts';
import { Painter } from './painter.ts';
import { askPalette } from './palette.ts';
import { createViewStore, StoreContext } from './store.ts';
import { Surface } from './surface.ts';
import { Terminal } from './terminal.ts';
import type { Theme } from './theme.ts';
import { titleOf } from './title.ts';
import { isOverlay, isWorking, type Size, type View } from './view.ts';
import type { Notice } from './view-parts.ts';
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
  readonly #beginning: Beginning;
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

  constructor(options: TuiOptions) {
    this.#options = options;
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
      settings: () => this.#beginning.settings,
      name: options.opening.kind === 'new' ? options.opening.name : undefined,
      history: { path: join(options.home, 'history.jsonl'), ...options.history },
      minus: theme.glyph.minus,
      leave: (leaving) => this.#ended.resolve({ leaving, code: leaving.kind === 'failed' ? 1 : 0 }),
      refused: (why) => this.#beginning.refused(why),
    });
    this.#beginning = new Beginning({
      options,
      store: this.#store,
      desk: this.#desk,
      failed: (error) => this.#ended.resolve({ leaving: { kind: 'failed', error }, code: 1 }),
    });
    this.#noticed = first;
    if (first.screen === 'first') this.#beginning.first.show();
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
      first: this.#beginning.first,
      after,
      picked: (session) => void this.#beginning.picked(session),
      closeOverlay: () => this.#beginning.closeOverlay(),
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

  /** A person's own keys hold from the first key on; what is wrong with them is said, and the usual ones hold. */
  #takeKeys() {
    const { keymap, env } = this.#options;
    const made = remap((keymap ?? {}) as Keymap);
    if (!made.ok) return this.#desk.hint(made.why, 'bad', longHintMs);
    this.#store.update((view) => ({ ...view, keys: made.keys }));
    if (env.TMUX && made.keys.label('global', 'leader') === 'ctrl-b')
      this.#desk.hint("the leader is ctrl-b: inside tmux that is tmux's own, press it twice", 'warn', longHintMs);
  }

  async run(): Promise<number> {
    using stack = new DisposableStack();
    stack.defer(() => this.#terminal.leave());
    this.#listen(stack);
    this.#terminal.enter();
    this.#draw();
    void this.#beginning.begin();
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

  #changed() {
    const view = this.#store.get();
    this.#tell(view, newNotices(this.#noticed, view));
    this.#noticed = view;
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
