/** A cell of the transcript as lines of a width. Pure, and remembered: a cell that did not change is not laid out again. */
import { changeTitle, diffLines } from './diff-lines.ts';
import { markdownLines } from './markdown.ts';
import { chop, clean, cut, ends, oneLine, type Paint, pad, paintAll, type Span, widthOf, wrapText } from './text.ts';
import type { Theme } from './theme.ts';
import type { CallState, Cell, CellOf, Look } from './transcript.ts';
import { clock, counting, took } from './words.ts';

export interface CellStyle {
  readonly width: number;
  readonly theme: Theme;
  /** This client's own label: other people's words carry their names. */
  readonly me: string;
  /** Everything, instead of the first and last lines. */
  readonly details: boolean;
  /** How a person gets at what is left out. */
  readonly moreHint: string;
}

const cache = new WeakMap<Cell, { readonly style: CellStyle; readonly lines: readonly string[] }>();

/** Without the blank line that parts it from the next one. */
export function cellLines(cell: Cell, style: CellStyle): readonly string[] {
  const known = cache.get(cell);
  if (known && known.style === style) return known.lines;
  const lines = draw(cell, style).map((line) => ` ${line}`.trimEnd());
  cache.set(cell, { style, lines });
  return lines;
}

/** Lines of output that are shown of a finished command: its beginning and its end. */
const headLines = 2;
const tailLines = 3;
const diffLimit = 40;
/** More is a matter for `/diff`, which lays out what is seen. */
const wholeDiffLimit = 1_000;
const reasoningLimit = 6;

function draw(cell: Cell, style: CellStyle): string[] {
  const { theme } = style;
  const width = style.width - 2;
  switch (cell.kind) {
    case 'user':
      return userLines(
        cell.text,
        cell.by === style.me ? undefined : cell.by,
        style,
        style.theme.shade ? (text) => text : theme.bold,
      );
    case 'assistant':
      return bulleted(markdownLines(cell.text, width - 2, theme), theme);
    case 'said': {
      const lines = markdownLines(cell.text, width - 2, theme);
      return cell.first ? bulleted(lines, theme) : lines.map((line) => `  ${line}`);
    }
    case 'partial':
      return bulleted(markdownLines(cell.text, width - 2, theme), theme).map(theme.dim);
    case 'reasoning':
      return reasoning(cell, style);
    case 'command':
      return command(cell, style);
    case 'explored':
      return explored(cell, style);
    case 'edit':
      return edit(cell, style);
    case 'change':
      return change(cell, style);
    case 'plan':
      return plan(cell, style);
    case 'answered':
      return [answered(cell, style)];
    case 'note':
      return note(cell, style);
    case 'turn':
      return turn(cell, style);
    case 'local':
      return [theme.bold(cell.title), ...cell.lines.flatMap((line) => chop(line, width))];
    case 'divider':
      return [theme.dim(cut(`${theme.glyph.rule.repeat(2)} ${cell.text} ${theme.glyph.rule.repeat(2)}`, width))];
  }
}

/** A paste of megabytes is a person's word too: nobody reads it here, and no frame has time for it. */
const wordsLimit = { short: { characters: 8_000, lines: 60 }, whole: { characters: 100_000, lines: 2_000 } } as const;

/** A person's words; also for those that are not a row yet. They stand on a shade of their own where there is one. */
export function userLines(text: string, by: string | undefined, style: CellStyle, words: Paint): string[] {
  const { width, theme, details, moreHint } = style;
  const limit = details ? wordsLimit.whole : wordsLimit.short;
  const name = by === undefined ? '' : `${oneLine(by)}: `;
  const all = clean(text.slice(0, limit.characters))
    .split('\n')
    .flatMap((line, at) => wrapText(at === 0 ? `${name}${line}` : line, width - 4));
  const lines = all.slice(0, limit.lines);
  const shaded = (line: string) => (theme.shade ? theme.shade(pad(line, width - 2)) : line);
  const shown = lines.map((line, at) => {
    if (at > 0) return shaded(`  ${words(line)}`);
    const rest = line.slice(name.length);
    return shaded(`${theme.glyph.prompt} ${name === '' ? '' : theme.magenta(name)}${words(rest)}`);
  });
  if (all.length === lines.length && text.length <= limit.characters) return shown;
  const size = `${theme.glyph.ellipsis} ${text.length.toLocaleString('en-US')} characters in all${details ? '' : moreHint}`;
  return [...shown, shaded(`  ${theme.dim(size)}`)];
}

export const bulleted = (lines: readonly string[], { glyph }: Theme): string[] =>
  lines.map((line, at) => (at === 0 ? `${glyph.bullet} ${line}` : `  ${line}`));

function reasoning({ text }: CellOf<'reasoning'>, { width, theme, details }: CellStyle): string[] {
  const lines = markdownLines(text, width - 4, theme);
  const shown = details ? lines : lines.slice(0, reasoningLimit);
  const more = lines.length > shown.length ? [theme.glyph.ellipsis] : [];
  return [...shown, ...more].map((line) => theme.dim(theme.italic(`  ${line}`)));
}

const verbs = { ran: ['Running', 'Ran'], typed: ['Typing', 'Typed'], called: ['Calling', 'Called'] } as const;

function command(cell: CellOf<'command'>, style: CellStyle): string[] {
  const { theme, width } = style;
  const { did, cmd, state, output } = cell;
  const running = state === 'running' || state === 'asking';
  const verb = verbs[did][running ? 0 : 1];
  const lines = clean(cmd).split('\n');
  const first = `${verb} ${lines[0]}${lines.length > 1 ? ` ${theme.glyph.ellipsis}` : ''}`;
  const end = ending(cell, theme);
  const color = stateColor(state, cell.code, theme);
  const room = width - 4 - (end.text === '' ? 0 : widthOf(end.text) + 2);
  const [head = '', ...wrapped] = first.length > room ? wrapText(first, room) : [first];
  const title = ends(
    {
      text: `${theme.glyph.bullet} ${head}`,
      paint: (text) => titled(text, verb, color, theme, did === 'ran' ? 'bash' : undefined),
    },
    end,
    width - 2,
  );
  const more = wrapped
    .slice(0, 1)
    .map((line, _, all) => `    ${cut(line, width - 8)}${wrapped.length > all.length ? theme.glyph.ellipsis : ''}`);
  const text =
    style.details && lines.length > 1 ? lines.slice(1).flatMap((line) => chop(`    ${line}`, width - 2)) : [];
  return [title, ...more, ...text, ...outputLines(output, state, style)];
}

/** The bullet in the colour of the outcome, the verb bold, a command in the colours of its language. */
function titled(text: string, verb: string, color: Paint, theme: Theme, language?: string): string {
  const bullet = theme.glyph.bullet;
  if (!text.startsWith(`${bullet} ${verb}`)) return text;
  const rest = text.slice(bullet.length + 1 + verb.length);
  const [code] = theme.code(rest, language) ?? [];
  return `${color(bullet)} ${theme.bold(verb)}${code ? paintAll(code) : rest}`;
}

function stateColor(state: CallState, code: number | undefined, theme: Theme): Paint {
  if (state === 'asking') return theme.yellow;
  if (state === 'running' || state === 'background') return theme.cyan;
  if (state === 'done') return code === undefined || code === 0 ? theme.green : theme.red;
  return state === 'declined' ? theme.dim : theme.red;
}

function ending({ state, code, tookMs }: CellOf<'command'>, theme: Theme): Span {
  const time = tookMs === undefined ? '' : ` ${theme.glyph.dot} ${took(tookMs)}`;
  switch (state) {
    case 'running':
      return { text: '' };
    case 'asking':
      return { text: 'needs you', paint: theme.yellow };
    case 'background':
      return { text: 'goes on in the background', paint: theme.cyan };
    case 'declined':
      return { text: 'declined', paint: theme.dim };
    case 'interrupted':
      return { text: `interrupted${time}`, paint: theme.red };
    case 'unknown':
      return { text: 'nobody knows whether it was done', paint: theme.red };
    case 'failed':
    case 'done': {
      if (code === undefined)
        return state === 'failed'
          ? { text: `${theme.glyph.bad} failed${time}`, paint: theme.red }
          : { text: time.slice(3) };
      const ok = code === 0;
      return {
        text: `${ok ? theme.glyph.ok : theme.glyph.bad} exit ${code}${time}`,
        paint: ok ? theme.dim : theme.red,
      };
    }
  }
}

/** The beginning and the end of an output; of a running one the end alone. */
export function outputLines(
  output: string,
  state: CallState,
  { theme, width, details, moreHint }: CellStyle,
): string[] {
  const all = clean(output).replace(/\n+$/, '').split('\n');
  if (all.length === 1 && all[0] === '') {
    return state === 'done' ? [theme.dim(`  ${theme.glyph.corner} (no output)`)] : [];
  }
  const running = state === 'running';
  const fits = details || all.length <= headLines + tailLines;
  const head = fits ? all : running ? [] : all.slice(0, headLines);
  const tail = fits ? [] : all.slice(running ? -(headLines + tailLines) : -tailLines + 1);
  const left = all.length - head.length - tail.length;
  const more = left > 0 ? [`${theme.glyph.ellipsis} +${left} lines${moreHint}`] : [];
  const shown = running ? [...more, ...tail, ...head] : [...head, ...more, ...tail];
  const column = width - 6;
  const lines = shown.flatMap((line) => (details ? chop(line, column) : [cut(line, column)]));
  return lines.map((line, at) =>
    theme.dim(`  ${at === 0 ? theme.glyph.corner : ' '.repeat(theme.glyph.corner.length)} ${line}`),
  );
}

function explored({ looks }: CellOf<'explored'>, { width, theme }: CellStyle): string[] {
  const busy = looks.some(({ done }) => !done);
  const groups = looks.reduce<Look[][]>((all, look) => {
    const last = all.at(-1);
    if (last && last[0]!.verb === look.verb && look.verb === 'Read') last.push(look);
    else all.push([look]);
    return all;
  }, []);
  const names = (group: readonly Look[]) => [...new Set(group.map(({ what }) => oneLine(what)))].join(', ');
  const text = groups.map((group) => `${group[0]!.verb} ${names(group)}`).join(` ${theme.glyph.dot} `);
  const title = `${(busy ? theme.cyan : theme.dim)(theme.glyph.bullet)} ${theme.bold(busy ? 'Exploring' : 'Explored')}`;
  const corner = ' '.repeat(theme.glyph.corner.length);
  const lines = wrapText(text, width - 6).map((line, at) =>
    theme.dim(`  ${at === 0 ? theme.glyph.corner : corner} ${line}`),
  );
  return [title, ...lines];
}

function edit({ changes, state, why, what }: CellOf<'edit'>, style: CellStyle): string[] {
  const { theme, width, details, moreHint } = style;
  const color = stateColor(state, undefined, theme);
  const bad = state !== 'done' && state !== 'running' && state !== 'asking';
  const said =
    state === 'asking' ? { text: 'needs you', paint: theme.yellow } : { text: bad ? state : '', paint: theme.red };
  const title = (text: string, end: Span) =>
    ends(
      { text: `${theme.glyph.bullet} ${text}`, paint: (line) => titled(line, text.split(' ')[0]!, color, theme) },
      end,
      width - 2,
    );
  const failure =
    bad && state !== 'interrupted'
      ? wrapText(oneLine(why), width - 6)
          .slice(0, 3)
          .map((line) => theme.dim(`    ${line}`))
      : [];
  if (changes.length === 0) return [title(`Editing ${what.replace(/^(edit|write) /, '')}`, said), ...failure];
  const diffs = changes.map((change) => {
    const limit = details ? wholeDiffLimit : diffLimit;
    const { lines, left } = diffLines(change, { width: width - 4, theme, limit });
    const more =
      left > 0 ? [theme.dim(`      ${theme.glyph.ellipsis} +${left} lines${details ? ' (/diff)' : moreHint}`)] : [];
    return [...lines.map((line) => `  ${line}`), ...more];
  });
  if (changes.length === 1) return [title(changeTitle(changes[0]!, theme), said), ...failure, ...diffs[0]!];
  const sum = (of: 'added' | 'removed') => changes.reduce((all, change) => all + change[of], 0);
  const head = title(`Edited ${changes.length} files (+${sum('added')} ${theme.glyph.minus}${sum('removed')})`, said);
  const each = changes.flatMap((change, at) => [
    `  ${theme.glyph.corner} ${changeTitle(change, theme)}`,
    ...diffs[at]!,
  ]);
  return [head, ...failure, ...each];
}

function change({ change: file, follows }: CellOf<'change'>, { theme, width }: CellStyle): string[] {
  const { lines } = diffLines(file, { width: width - 2, theme, limit: Number.POSITIVE_INFINITY });
  return follows ? lines : [theme.bold(cut(changeTitle(file, theme), width - 2)), ...lines];
}

/** The list once; when it only moves on, how far and to which step. */
function plan({ items, moved }: CellOf<'plan'>, { theme, width, details }: CellStyle): string[] {
  const signs = { pending: theme.glyph.dot, in_progress: theme.ascii ? '>' : '▸', completed: theme.glyph.ok };
  const paints = { pending: (text: string) => text, in_progress: theme.cyan, completed: theme.dim };
  const done = items.filter(({ status }) => status === 'completed').length;
  const title = `${theme.glyph.bullet} ${theme.bold('Plan')} ${theme.dim(`${done} of ${items.length}`)}`;
  if (moved && !details) {
    const active = items.find(({ status }) => status === 'in_progress');
    const rest = active && `${signs.in_progress} ${oneLine(active.step)}`;
    return [
      rest === undefined
        ? title
        : `${title} ${theme.cyan(cut(rest, width - 2 - widthOf(title) - 1, theme.glyph.ellipsis))}`,
    ];
  }
  const lines = items.flatMap(({ step, status }) =>
    wrapText(oneLine(step), width - 8).map((line, at) =>
      paints[status](`    ${at === 0 ? signs[status] : ' '} ${line}`),
    ),
  );
  return [title, ...lines];
}

const answers = {
  once: ['approved', ''],
  session: ['approved', ' in this session'],
  prefix: ['approved', ' and what begins like it'],
  folder: ['approved', ' and all edits in this folder'],
  no: ['declined', ''],
  abort: ['declined', ' and ended the turn'],
} as const;

function answered({ choice, what, by }: CellOf<'answered'>, { theme, me, width }: CellStyle): string {
  const [verb, more] = answers[choice];
  const yes = verb === 'approved';
  const who = by === undefined || by === me ? 'You' : oneLine(by);
  const line = cut(`${who} ${verb} ${oneLine(what)}${more}`, width - 4);
  return `${(yes ? theme.green : theme.red)(yes ? (theme.ascii ? '+' : '✔') : theme.glyph.bad)} ${line}`;
}

function note({ level, text }: CellOf<'note'>, { theme, width }: CellStyle): string[] {
  const signs = {
    info: [theme.glyph.bullet, theme.dim],
    warning: [theme.glyph.warn, theme.yellow],
    error: [theme.glyph.stop, theme.red],
    waiting: [theme.ascii ? '=' : '‖', theme.blue],
    stop: [theme.ascii ? 'o' : '□', theme.dim],
  } as const;
  const [sign, paint] = signs[level];
  const lines = clean(text)
    .split('\n')
    .flatMap((line) => wrapText(line, width - 4));
  return lines.map((line, at) => paint(at === 0 ? `${sign} ${line}` : `  ${line}`));
}

function turn({ status, tookMs, at, by, error }: CellOf<'turn'>, { theme, width, me }: CellStyle): string[] {
  if (status === 'completed') return [theme.dim(`Worked for ${counting(tookMs)} ${theme.glyph.dot} ${clock(at)}`)];
  if (status === 'interrupted') {
    const who = by === undefined || by === me ? '' : ` by ${oneLine(by)}`;
    return [theme.red(`${theme.glyph.stop} interrupted${who}`)];
  }
  return wrapText(clean(error ?? 'the turn failed'), width - 4).map((line, n) =>
    theme.red(n === 0 ? `${theme.glyph.stop} ${line}` : `  ${line}`),
  );
}
