/** From the view to a frame: which parts there are, how high each is, and their lines. Pure but for memories of what was laid out. */
import { asciiSigns } from './ascii.ts';
import { bulleted, type CellStyle, cellLines, userLines } from './cell-lines.ts';
import { composerOf } from './composer-drawing.ts';
import { completionLines, previewOf, typingOf } from './composer-parts.ts';
import { copyables, copyLines } from './copy.ts';
import { firstHint, firstLines, firstPane } from './first-lines.ts';
import { type Frame, linesOf, padded, tiny } from './frame.ts';
import { unprinted } from './inline-said.ts';
import { helpLines } from './key-help.ts';
import { GrowingMarkdown, markdownLines } from './markdown.ts';
import type { OnScreen, TranscriptDrawing } from './on-screen.ts';
import { listScreen } from './overlay.ts';
import { pagerCells } from './pager.ts';
import { filled, pagerFoot, pagerHead, withMatches } from './pager-lines.ts';
import { type Pane, paneOf } from './pane-lines.ts';
import { questionBar, questionHint, questionPanel } from './question-lines.ts';
import { sameTreeLine } from './same-tree.ts';
import { marked } from './selection.ts';
import { beside, hasPane, paneLines, transcriptColumns } from './side-pane.ts';
import { answerLine } from './spoken.ts';
import { startLines } from './start-lines.ts';
import { hintLine, statusLine } from './status-lines.ts';
import { cut, ends } from './text.ts';
import type { Theme } from './theme.ts';
import { themeLines } from './theme-picker.ts';
import type { Cell } from './transcript.ts';
import { isOverlay, type View } from './view.ts';
import type { Pager } from './view-parts.ts';
import { showCells } from './viewport.ts';
import { workingLine } from './working-line.ts';

export interface DrawingDeps {
  readonly theme: Theme;
  readonly build: string;
}

/** From here on a blank line parts the transcript from what goes on. */
const airy = 16;
const smallest = { columns: 20, rows: 5 };
const reasoningLines = 4;
/** Characters that are enough for those lines. */
const reasoningTail = 2000;
/** Inline, what may still change is kept low: a terminal that shrinks pushes what is higher into its scrollback. */
const inlineLines = 10;

export class Drawing implements OnScreen {
  readonly #deps: DrawingDeps;
  /** Another one when the terminal has told of its colours, or a person chose. */
  theme: Theme;
  #frame: { readonly view: View; readonly frame: Frame } | undefined;
  #style: CellStyle | undefined;
  #pagerStyle: CellStyle | undefined;
  #growing: { readonly key: string; readonly style: CellStyle; readonly text: GrowingMarkdown } | undefined;

  constructor(deps: DrawingDeps) {
    this.#deps = deps;
    this.theme = deps.theme;
  }

  /** The same view gives the same frame. */
  frame(view: View): Frame {
    if (this.#frame?.view !== view) {
      const drawn = this.#draw(isOverlay(view) ? { ...view, inline: false } : view);
      this.#frame = { view, frame: this.#selected(view, this.#plain(drawn)) };
    }
    return this.#frame.frame;
  }

  /** What is on the screen, from its first row on. */
  lines = (view: View): readonly string[] => linesOf(this.frame(view));

  #selected(view: View, frame: Frame): Frame {
    if (!view.selection) return frame;
    const lines = marked(linesOf(frame), view.selection, this.theme.reverse);
    return { ...frame, transcript: lines, working: [], above: [], input: [], below: [] };
  }

  transcript(view: View): TranscriptDrawing {
    return this.#transcript(view, view.size.rows - this.#parts(view).fixed);
  }

  /** One style for as long as nothing of it changes: laid out cells are remembered by it. */
  style(view: View): CellStyle {
    const columns = transcriptColumns(view);
    const moreHint = view.inline ? '' : ' (ctrl-t)';
    const same = this.#style;
    if (same?.width === columns && same.me === view.me && same.theme === this.theme) return same;
    this.#style = { width: columns, theme: this.theme, me: view.me, details: false, moreHint };
    this.#pagerStyle = { ...this.#style, details: true };
    return this.#style;
  }

  pager(view: View, pager: Pager): TranscriptDrawing {
    this.style(view);
    const style = this.#pagerStyle!;
    const cells = pagerCells(view, pager);
    const live = pager.cells || pager.part ? [] : this.#live(view, style);
    const height = view.size.rows - 2;
    return { cells, live, style, height, shown: showCells(cells, live, style, height, pager.anchor) };
  }

  /** How high the list of all keys is, and the last line it may begin with. */
  keyHelp(view: View, { query }: { readonly query: string }) {
    const height = Math.max(1, (view.inline ? view.size.rows - 1 : view.size.rows) - this.#parts(view).fixed);
    const lines = helpLines(view.keys, query, view.size.columns - 2);
    return { height, last: Math.max(0, lines.length - height), lines };
  }

  /** A cell for the scrollback, with the blank line after it. */
  printed(view: View, cell: Cell): readonly string[] {
    const apart = cell.kind === 'said' && cell.open ? [] : [''];
    return this.#signs([...cellLines(cell, this.style(view)), ...apart]);
  }

  #signs = (lines: readonly string[]) => (this.theme.ascii ? lines.map(asciiSigns) : lines);

  #plain(frame: Frame): Frame {
    if (!this.theme.ascii) return frame;
    const { transcript, working, above, input, below } = frame;
    const [a, b, c, d, e] = [transcript, working, above, input, below].map(this.#signs);
    return { ...frame, transcript: a!, working: b!, above: c!, input: d!, below: e! };
  }

  #draw(view: View): Frame {
    const { columns, rows } = view.size;
    if (columns < smallest.columns || rows < smallest.rows) return tiny(view);
    if (view.popup?.kind === 'pager') return this.#pager(view, view.popup);
    if (view.screen === 'first')
      return this.#page(
        view,
        (width, height) => firstLines(view, this.#deps.build, width, height, this.theme),
        firstHint(view),
        firstPane(view, columns, this.theme),
      );
    const list = listScreen(view, this.theme);
    if (list) return this.#page(view, list.draw, list.hint, list.pane);
    if (view.spoken && view.screen === 'session' && !view.popup) return this.#spoken(view);
    const parts = this.#parts(view);
    const room = (view.inline ? rows - 1 : rows) - parts.fixed;
    const asked = (view.session?.view.questions.length ?? 0) > 0;
    const height =
      view.inline && view.screen === 'session' && !asked && !view.popup ? Math.min(room, inlineLines) : room;
    const lines = this.#upper(view, height);
    const shown = view.inline ? lines.slice(-Math.max(0, height)) : padded(lines, height);
    const upper = this.#withPane(view, [...shown, ...parts.working]);
    const top = shown.length + parts.working.length + parts.above.length;
    const cursor = parts.cursor && !view.inline ? { x: parts.cursor.x, y: top + parts.cursor.y } : undefined;
    return {
      transcript: upper.slice(0, shown.length),
      working: upper.slice(shown.length),
      above: parts.above,
      input: parts.input,
      below: parts.below,
      cursor,
    };
  }

  /** All that stands somewhere is one line: the draft, or the answer that is wanted. */
  #spoken(view: View): Frame {
    const answer = answerLine(view);
    const hint = view.hint ? [` ${cut(view.hint.text, view.size.columns - 2)}`] : [];
    const input = answer === undefined ? composerOf(view, 1, this.theme).lines : [answer];
    return { transcript: [], working: [], above: hint, input, below: [], cursor: undefined };
  }

  /** Beside the transcript and the row that says what goes on. */
  #withPane(view: View, lines: readonly string[]): readonly string[] {
    if (!hasPane(view)) return lines;
    return beside(lines, paneLines(view, lines.length, this.theme), transcriptColumns(view), this.theme);
  }

  #pager(view: View, pager: Pager): Frame {
    const { theme } = this;
    const { columns } = view.size;
    const { shown, height } = this.pager(view, pager);
    const lines = shown.lines.map((line) => withMatches(line, pager.query, theme.reverse));
    return {
      transcript: [pagerHead(pager, columns, theme), ...filled(lines, height, theme)],
      working: [],
      above: [],
      input: [],
      below: [pagerFoot(view, pager, columns, theme)],
      cursor: undefined,
    };
  }

  /** A screen that is one list, with a hint at its foot. */
  #page(view: View, draw: (columns: number, height: number) => string[], hint: string, pane?: Pane): Frame {
    const { columns, rows } = view.size;
    const room = (view.inline ? rows - 1 : rows) - 1;
    const under = pane?.lines.slice(-Math.max(1, room - 3)) ?? [];
    const height = room - under.length;
    const lines = draw(columns, height).slice(0, height);
    const foot =
      view.hint || view.popup ? hintLine(view, columns, this.theme) : ` ${this.theme.dim(cut(hint, columns - 2))}`;
    return {
      transcript: view.inline ? lines : padded(lines, height),
      working: [],
      above: [],
      input: under,
      below: [foot],
      cursor: pane?.cursor && !view.inline ? { x: pane.cursor.x, y: height + pane.cursor.y } : undefined,
    };
  }

  #upper(view: View, height: number): readonly string[] {
    if (height <= 0) return [];
    const columns = transcriptColumns(view);
    if (view.popup?.kind === 'theme') return themeLines(view.popup, columns, height, this.theme);
    if (view.popup?.kind === 'copy')
      return copyLines(copyables(view.session?.transcript.cells ?? []), view.popup.row, columns, height, this.theme);
    if (view.popup?.kind === 'keys') return this.#helpPage(view, view.popup, height);
    if (view.screen === 'start') return startLines(view, columns, this.theme).slice(0, height);
    const { shown } = this.#transcript(view, height);
    if (shown.atEnd || shown.lines.length === 0) return shown.lines;
    const text = shown.news > 0 ? `${this.theme.glyph.down} ${shown.news} new` : `${this.theme.glyph.down} end`;
    const last = ends({ text: '' }, { text, paint: shown.news > 0 ? this.theme.cyan : this.theme.dim }, columns - 1);
    return [...shown.lines.slice(0, height - 1), last];
  }

  /** Titles in bold; what was typed to find something stands first. */
  #helpPage(view: View, popup: { readonly query: string; readonly from: number }, height: number): readonly string[] {
    const { columns } = view.size;
    const { lines } = this.keyHelp(view, popup);
    const find = popup.query === '' ? [] : [` ${this.theme.cyan(cut(`find: ${popup.query}`, columns - 2))}`];
    const page = lines.slice(popup.from, popup.from + height - find.length);
    return [
      ...find,
      ...page.map(
        (line) => ` ${(line.startsWith(' ') ? (text: string) => text : this.theme.bold)(cut(line, columns - 2))}`,
      ),
    ];
  }

  #transcript(view: View, height: number): TranscriptDrawing {
    const style = this.style(view);
    const { session } = view;
    const all = session?.transcript.cells ?? [];
    const cells = view.inline ? all.slice(session?.printed ?? 0) : all;
    const live = this.#live(view, style);
    return {
      cells,
      live,
      style,
      height,
      shown: showCells(cells, live, style, height, view.inline ? undefined : view.anchor),
    };
  }

  /** What is being said, and what was sent and is no row yet. */
  #live(view: View, style: CellStyle): readonly string[] {
    const { theme } = this;
    const width = style.width - 4;
    const blocks = (view.session?.live ?? []).flatMap(({ key, kind, text }) => {
      if (kind === 'reasoning') return [growingTail(text, width, theme)];
      if (kind !== 'text' || text.trim() === '') return [];
      const open = unprinted(style.details ? undefined : view.session!.said, key, text);
      if (open.text.trim() === '') return [];
      const lines = this.#grown(`${view.session!.view.session} ${key}`, open.text, style);
      return [open.first ? bulleted(lines, theme) : lines.map((line) => `  ${line}`)];
    });
    const sending = view.outbox
      .filter(({ session }) => session === view.current)
      .map(({ text, state }) => {
        const lines = userLines(text, undefined, style, theme.dim);
        return state === 'waiting' && view.connection.state !== 'connected'
          ? [...lines, theme.dim(theme.italic(cut('  waiting to be sent', width)))]
          : lines;
      });
    return [...blocks, ...sending]
      .flatMap((lines, at) => (at === 0 ? lines : ['', ...lines]))
      .map((line) => ` ${line}`.trimEnd());
  }

  #grown(key: string, text: string, style: CellStyle): readonly string[] {
    if (this.#growing?.key !== key || this.#growing.style !== style)
      this.#growing = { key, style, text: new GrowingMarkdown(style.width - 4, this.theme) };
    return this.#growing.text.update(text, false).lines;
  }

  /** Everything but the transcript. What goes first when rows are short: hints, rules, preview, the status line's right half, the status line. */
  #parts(view: View) {
    const { columns, rows } = view.size;
    const { theme } = this;
    const question = questionPanel(view, columns, theme);
    const room = Math.max(1, Math.floor(rows / 3));
    // A line that is asked for stands in the composer's place, and so does the y or n before something ends.
    const asked = view.board.field || view.board.confirm ? paneOf(view, undefined, columns, rows, theme) : undefined;
    const composer = asked ?? (question ? undefined : composerOf(view, room, theme));
    const input = composer ? composer.lines : question!.slice(-(rows - 3));
    const preview = previewOf(view, columns, theme);
    const bar = question ? undefined : questionBar(view, columns, theme);
    const typing = typingOf(view, columns, theme);
    const slash = question ? [] : completionLines(view, columns, theme);
    const upper = transcriptColumns(view);
    const busy = workingLine(view, upper, theme);
    const warning = question ? [] : sameTreeLine(view, columns, theme);
    const must = input.length + (busy ? 1 : 0) + (bar ? 1 : 0) + slash.length + warning.length;
    let left = rows - must - 2;
    const take = (count: number) => {
      if (left < count) return false;
      left -= count;
      return true;
    };
    const status = take(1);
    const right = status && rows >= 7;
    const wholePreview = preview.length > 0 && take(preview.length);
    const rules = rows >= 10 && take(2);
    const typingShown = typing !== undefined && take(1);
    const hint = rows >= 8 && take(1);
    const air = busy !== undefined && rows >= airy && take(1);
    const rule = rules ? [` ${theme.dim(theme.glyph.rule.repeat(columns - 2))}`] : [];
    const short = preview.length > 0 && !wholePreview ? ` +${view.session?.view.pending.length ?? 0}` : '';
    const working = busy
      ? [...(air ? [''] : []), workingLine(view, upper - short.length, theme, rows < 7)! + theme.dim(short)]
      : [];
    const above = [
      ...(bar ? [bar] : []),
      ...rule,
      ...(wholePreview ? preview : []),
      ...(typingShown ? [typing] : []),
      ...slash,
      ...warning,
    ];
    const hintRow =
      question && !view.hint && !view.popup
        ? ` ${theme.dim(cut(questionHint(view), columns - 2))}`
        : hintLine(view, columns, theme);
    const below = [...rule, ...(status ? [statusLine(view, columns, theme, right)] : []), ...(hint ? [hintRow] : [])];
    const fixed = working.length + above.length + input.length + below.length;
    return { working, above, input, below, cursor: composer?.cursor, fixed };
  }
}

/** The newest of a thought. */
const growingTail = (text: string, width: number, theme: Theme): string[] =>
  markdownLines(text.slice(-reasoningTail), width - 2, theme)
    .filter((line) => line !== '')
    .slice(-reasoningLines)
    .map((line) => theme.dim(theme.italic(`  ${line}`)));
