/** The first start as lines, step by step. Pure. */
import { composerLines } from './composer-lines.ts';
import { windowWarning } from './first-choice.ts';
import { type FirstState, type FirstStep, hidden } from './first-state.ts';
import type { Pane } from './pane-lines.ts';
import { markedItem } from './selector.ts';
import { selectorLines } from './selector-lines.ts';
import { cut, ends, pad, wrapText } from './text.ts';
import type { Theme } from './theme.ts';
import type { View } from './view.ts';
import { counting, folder, plural } from './words.ts';

const kept = 'The key stays in a file only you can read. Change later: /model, tcx login, ~/.tcx/config.toml';
const promise = 'A coding agent that goes on working when you close this window.';

export function firstLines(view: View, build: string, columns: number, height: number, theme: Theme): string[] {
  const { first } = view.board;
  if (!first) return [];
  const width = columns - 2;
  const title = ends(
    { text: `tcx ${build}`, paint: theme.bold },
    { text: folder(view.cwd, view.userHome), paint: theme.dim },
    width,
  );
  if (first.step.kind === 'trust') return trustLines(view, first.step, width, theme).map(indented);
  const list = stepLines(first, first.step, width, height - 8, theme);
  return [title, cut(promise, width), '', ...list, '', ...saidLines(view, first, width, theme)].map(indented);
}

const indented = (line: string) => ` ${line}`.trimEnd();

function stepLines(first: FirstState, step: FirstStep, width: number, height: number, theme: Theme): string[] {
  switch (step.kind) {
    case 'choose':
      return [cut('Which model shall it use?', width), '', ...choiceLines(first, width, theme)];
    case 'key':
      return [cut(`The key for ${step.name}: it is tried before it is kept.`, width)];
    case 'address':
      return [cut('Its address, up to the last part of the path, such as http://127.0.0.1:8080/v1', width)];
    case 'wire':
    case 'model':
      return selectorLines(step.selector, width + 2, Math.max(4, height), theme).map((line) => line.slice(1));
    case 'trust':
      return [];
  }
}

function choiceLines({ choices, row }: FirstState, width: number, theme: Theme): string[] {
  return choices.map(({ name, text }, at) => {
    const marked = at === row;
    const head = `${marked ? theme.glyph.prompt : ' '} ${at + 1}  ${pad(name, 11)} `;
    const line = cut(`${head}${text}`, width, theme.glyph.ellipsis);
    return marked ? theme.bold(line) : line;
  });
}

function saidLines({ now }: View, first: FirstState, width: number, theme: Theme): string[] {
  const { step, trying, said } = first;
  if (trying) return [theme.cyan(cut(`${trying.text} ${counting(now - trying.since)}`, width))];
  if (said) {
    const paint = said.bad ? theme.yellow : theme.green;
    return wrapText(said.text, width).map(paint);
  }
  const warning = step.kind === 'model' ? warningOf(first, step) : undefined;
  if (warning) return wrapText(warning, width).map(theme.yellow);
  return wrapText(kept, width).map(theme.dim);
}

function warningOf({ choices }: FirstState, step: Extract<FirstStep, { kind: 'model' }>): string | undefined {
  const choice = choices.find(({ id }) => id === step.provider);
  const model = choice?.models.find(({ name }) => name === markedItem(step.selector)?.id);
  return choice && model && windowWarning(choice.id, model);
}

function trustLines(view: View, { project }: Extract<FirstStep, { kind: 'trust' }>, width: number, theme: Theme) {
  const { cwd, userHome, branch, board } = view;
  const where = [branch && `git, branch ${branch}`, board.changed && plural(board.changed, 'changed file')];
  const head = ends(
    { text: `Work in ${folder(cwd, userHome)}?`, paint: theme.bold },
    { text: where.filter((part) => part).join(', '), paint: theme.dim },
    width,
  );
  const brings = bringsText(project);
  // What a sandbox would promise is not promised before there is one.
  const rows = [
    ['Yes', 'read-only tools run, commands and edits ask first'],
    ['No', 'to the agents screen'],
  ] as const;
  const list = rows.map(([name, text], at) => {
    const marked = at === (board.first?.row ?? 0);
    const line = cut(`${marked ? theme.glyph.prompt : ' '} ${at + 1}  ${pad(name, 8)} ${text}`, width);
    return marked ? theme.bold(line) : line;
  });
  return [head, ...(brings === '' ? [] : wrapText(brings, width)), '', ...list];
}

function bringsText(
  project: { readonly brings: { instructions: boolean; servers: number; hooks: number } } | undefined,
) {
  if (!project) return '';
  const { instructions, servers, hooks } = project.brings;
  const parts = [
    instructions && 'AGENTS.md',
    servers > 0 && plural(servers, 'MCP server'),
    hooks > 0 && plural(hooks, 'hook'),
  ].filter((part) => part !== false);
  if (parts.length === 0) return '';
  const listed = parts.length === 1 ? parts[0] : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
  return `It brings ${listed}; ${parts.length === 1 ? 'it counts' : 'they count'} only if trusted.`;
}

/** The line that is typed in, above the hint. */
export function firstPane({ board: { first } }: View, columns: number, theme: Theme): Pane {
  const step = first?.step;
  if (!step || (step.kind !== 'key' && step.kind !== 'address')) return { lines: [], cursor: undefined };
  const shown = step.kind === 'key' ? hidden(step.editor.text) : step.editor.text;
  const cursor = step.kind === 'key' ? shown.length : step.editor.cursor;
  const { lines, cursor: at } = composerLines({ ...step.editor, text: shown, cursor }, columns - 4, 1);
  return { lines: [` ${theme.glyph.prompt} ${lines[0] ?? ''}`], cursor: { x: at.x + 3, y: 0 } };
}

export function firstHint({ board: { first } }: View): string {
  switch (first?.step.kind) {
    case 'key':
      return first.said?.bad ? 'enter tries it again · esc back' : 'paste it · enter tries it · esc back';
    case 'address':
      return 'enter · esc back';
    case 'wire':
    case 'model':
      return '↑↓ or digit · enter choose · esc back';
    case 'trust':
      return '↑↓ or digit · enter choose · esc leave';
    default:
      return '↑↓ or digit · enter choose · esc leave';
  }
}
