/** The two lines under the composer: what runs where and at what cost, and what keys do now. Pure. */
import { here } from './act-lists.ts';
import type { Backtrack } from './backtrack.ts';
import { contextLeft } from './context-left.ts';
import { isDone } from './deeds.ts';
import { searchHint } from './history-search.ts';
import { shown } from './keys.ts';
import { itemText } from './status-items.ts';
import { cut, paint, type Span, widthOf } from './text.ts';
import type { Theme } from './theme.ts';
import { isRunning, isWatching, type View } from './view.ts';
import { folder, money, plural } from './words.ts';

const separator = ' · ';
const fullContext = 20;

/** Items of the right half go from the left when there is not room for all. */
export function statusLine(view: View, columns: number, theme: Theme, right: boolean): string {
  if (view.board.statusLine) return chosenLine(view, view.board.statusLine, columns, theme);
  const left = leftItems(view, theme);
  const width = columns - 2;
  let items = right
    ? rightItems(view, theme)
    : rightItems(view, theme)
        .slice(-1)
        .filter(({ must }) => must);
  const room = () => width - spanWidth(items) - 2;
  while (items.length > 1 && room() < Math.min(widthOf(left.map(({ text }) => text).join(separator)), width / 2))
    items = items.slice(1);
  const text = fitted(left, Math.max(0, items.length > 0 ? room() : width), theme);
  const end = items.map((item) => paint(item)).join(theme.dim(separator));
  return ` ${text.line}${' '.repeat(Math.max(1, width - text.width - spanWidth(items)))}${end}`.trimEnd();
}

/** The items a person chose, in their order. What is out of the ordinary, and other sessions' needs, stand there all the same. */
function chosenLine(view: View, names: readonly string[], columns: number, theme: Theme): string {
  const odd = oddItem(view, theme);
  const chosen = names.flatMap((name) => {
    if (odd && name.startsWith('model')) return [];
    const text = itemText(name, view);
    return text === undefined ? [] : [{ text, paint: theme.dim }];
  });
  const needs = rightItems(view, theme).filter(({ must }) => must);
  const room = columns - 2 - (needs.length > 0 ? spanWidth(needs) + 2 : 0);
  const text = fitted([...(odd ? [odd] : []), ...chosen], room, theme);
  const end = needs.map((item) => paint(item)).join('');
  return ` ${text.line}${' '.repeat(Math.max(1, columns - 2 - text.width - spanWidth(needs)))}${end}`.trimEnd();
}

const spanWidth = (items: readonly Span[]) =>
  items.reduce((sum, { text }) => sum + widthOf(text), 0) + Math.max(0, items.length - 1) * separator.length;

function fitted(items: readonly Span[], columns: number, theme: Theme) {
  const kept: Span[] = [];
  for (const item of items) {
    const width = spanWidth([...kept, item]);
    if (width <= columns) {
      kept.push(item);
      continue;
    }
    const rest = columns - spanWidth(kept) - (kept.length > 0 ? separator.length : 0);
    if (rest >= 4) kept.push({ ...item, text: cut(item.text, rest, theme.glyph.ellipsis) });
    break;
  }
  return { line: kept.map((item) => paint(item)).join(theme.dim(separator)), width: spanWidth(kept) };
}

const narrow = 40;

function leftItems(view: View, theme: Theme): Span[] {
  const { session, cwd, userHome, branch, size } = view;
  if (session && size.columns < narrow) return [{ text: session.view.name, paint: theme.dim }];
  const place = `${folder(session?.view.cwd ?? cwd, userHome)}${branch ? ` (${branch})` : ''}`;
  const items = [
    modelItem(view, theme),
    ...(isWatching(view) ? [{ text: 'watching', paint: theme.magenta }] : []),
    { text: place, paint: theme.dim },
  ];
  if (session) items.push({ text: session.view.name, paint: theme.dim });
  return items.filter(({ text }) => text !== '');
}

/** What is out of the ordinary stands in the model's place. */
function modelItem(view: View, theme: Theme): Span {
  const settings = view.session?.view.settings;
  const name = settings?.model ?? view.model;
  return oddItem(view, theme) ?? { text: [name, settings?.effort].filter((part) => part).join(' '), paint: theme.dim };
}

function oddItem({ session, model }: View, theme: Theme): Span | undefined {
  const settings = session?.view.settings;
  if (settings?.sandbox === 'danger-full-access' && settings.approval === 'never')
    return { text: `FULL ACCESS ${settings.model}`, paint: theme.red };
  const name = settings ? (settings.provider === 'demo' ? 'demo' : settings.model) : model;
  if (name === 'demo') return { text: 'demo (no AI)', paint: theme.yellow };
  return undefined;
}

type Item = Span & { readonly must?: boolean };

function rightItems({ session, sessions, screen }: View, theme: Theme): Item[] {
  if (!session) {
    const needs = screen === 'start' ? sessions.filter(({ state }) => state === 'needs you').length : 0;
    return needs > 0 ? [{ text: `! ${needs}`, paint: (text) => theme.reverse(theme.yellow(text)), must: true }] : [];
  }
  const { contextTokens, contextWindow, cost, elsewhere } = session.view;
  const left = contextLeft(contextTokens, contextWindow);
  const items: Item[] = [{ text: `${left}% left`, paint: left <= fullContext ? theme.yellow : theme.dim }];
  if (cost !== undefined && cost >= 0.005) items.push({ text: money(cost), paint: theme.dim });
  if (session.viewers.length > 1) items.push({ text: `${session.viewers.length} here`, paint: theme.magenta });
  if (elsewhere > 0)
    items.push({ text: `! ${elsewhere}`, paint: (text) => theme.reverse(theme.yellow(text)), must: true });
  return items;
}

/** What keys do now, or what there is to say; at the right the newest need of another session. */
export function hintLine(view: View, columns: number, theme: Theme): string {
  const width = columns - 2;
  const need = view.need && !view.popup ? cut(view.need.text, Math.floor(width / 3)) : '';
  const left = hintText(view, theme);
  const text = cut(left.text, width - (need === '' ? 0 : widthOf(need) + 2), theme.glyph.ellipsis);
  const gap = ' '.repeat(Math.max(1, width - widthOf(text) - widthOf(need)));
  return ` ${paint({ ...left, text })}${need === '' ? '' : gap}${theme.yellow(need)}`.trimEnd();
}

function hintText(view: View, theme: Theme): Span {
  const { popup, hint } = view;
  if (popup?.kind === 'leader' && popup.shown) return { text: menuText(view, popup.keys), paint: theme.cyan };
  if (popup?.kind === 'backtrack') return { text: backtrackHint(view, popup), paint: theme.cyan };
  if (popup?.kind === 'search') return { text: searchHint(popup), paint: theme.cyan };
  if (popup?.kind === 'pane') return { text: 'enter opens · x stops a command · esc back', paint: theme.dim };
  if (popup?.kind === 'theme') return { text: '↑↓ shows it · enter keeps it · esc back', paint: theme.dim };
  if (popup?.kind === 'copy') return { text: 'enter copies · ↑↓ · esc back', paint: theme.dim };
  if (popup?.kind === 'stop') return { text: 'stop: t the turn · s the session · esc neither', paint: theme.yellow };
  if (popup?.kind === 'keys') return { text: 'type to find · ↑↓ page-down · esc closes', paint: theme.dim };
  if (hint)
    return {
      text: hint.text,
      paint: { dim: theme.dim, good: theme.green, warn: theme.yellow, bad: theme.red }[hint.tone],
    };
  return { text: [vimMode(view), keyHints(view)].filter((part) => part !== '').join(' · '), paint: theme.dim };
}

function menuText({ keys }: View, begun: string): string {
  const menu = keys.menu(begun).filter(({ action }) => isDone(action));
  return menu.length > 0 ? menu.map(({ key, text }) => `${key} ${text}`).join('  ') : `${shown(begun)} …`;
}

function vimMode({ vim }: View): string {
  if (vim?.typing) return `${vim.typing.by > 0 ? '/' : '?'}${vim.typing.query}`;
  return vim === undefined || vim.mode === 'insert' ? '' : vim.mode.toUpperCase();
}

const backtrackHint = ({ keys }: View, { at, messages }: Backtrack) =>
  [
    `${at + 1} of ${messages.length}`,
    keys.hint('backtrack', 'accept', 'goes on from before it'),
    keys.hint('backtrack', 'previous', 'older'),
    keys.hint('backtrack', 'next', 'newer'),
    keys.hint('backtrack', 'cancel', 'stays'),
  ].join(' · ');

const joined = (parts: readonly string[]) => parts.filter((part) => part !== '').join(separator);

function keyHints(view: View): string {
  const { keys } = view;
  const empty = view.editor.text === '';
  const agents = keys.hint('empty', 'open_agents', 'all agents');
  const all = keys.hint('empty', 'show_keys', 'keys');
  const detach = keys.hint('global', 'detach', 'detach');
  if (view.screen === 'start') {
    if (!empty) return '';
    return joined([here(view).length > 0 ? keys.hint('composer', 'previous', 'open one of these') : '', agents, all]);
  }
  if (isWatching(view)) return joined([agents, detach]);
  if (isRunning(view))
    return empty
      ? joined([keys.hint('chat', 'interrupt_turn', 'interrupts'), detach, all])
      : joined([keys.hint('composer', 'submit', 'steers'), keys.hint('composer', 'queue', 'queues'), detach]);
  if (view.session?.view.held && view.session.view.pending.length > 0 && empty)
    return joined([
      keys.hint('composer', 'submit', 'sends what is held'),
      keys.hint('chat', 'edit_queued_message', 'edits it'),
    ]);
  if (!empty) return '';
  if (view.ghost !== undefined) return joined([keys.hint('empty', 'take_suggestion', 'takes it'), all]);
  return leftRunning(view) ?? joined([agents, all, detach]);
}

/** After an interrupt: what of it goes on, and the way to end that. */
function leftRunning({ session }: View): string | undefined {
  const count = session?.view.commands.length ?? 0;
  const last = session?.transcript.cells.at(-1);
  if (count === 0 || last?.kind !== 'turn' || last.status !== 'interrupted') return undefined;
  return count === 1 ? '1 command goes on · /stop ends it' : `${plural(count, 'command')} go on · /stop ends them`;
}
