/** `/theme`: the names, and under them what code and a change look like in the marked one. */
import { join } from 'node:path';
import type { ActDeps } from './act-deps.ts';
import { keepLine } from './config-file.ts';
import { diffLines } from './diff-lines.ts';
import type { Key } from './inputs.ts';
import { movedRow } from './list-moves.ts';
import { markdownLines } from './markdown.ts';
import { closePopup } from './popup.ts';
import { cut } from './text.ts';
import type { Theme } from './theme.ts';
import type { View } from './view.ts';
import type { ThemePicker } from './view-parts.ts';

/** `/theme NAME` takes it at once. */
export function pickTheme(deps: ActDeps, name: string): boolean {
  const { look, store, now, desk } = deps;
  const names = look.names();
  if (name === '') {
    const row = Math.max(0, names.indexOf(look.name));
    store.update((view) => ({ ...view, now: now(), popup: { kind: 'theme', names, row, before: look.name } }));
    return true;
  }
  if (!names.includes(name)) {
    desk.hint(`there is no theme ${name}; /theme lists them, and ~/.tcx/themes may have more`, 'warn');
    return false;
  }
  take(deps, name);
  return true;
}

function take({ look, desk, home }: ActDeps, name: string) {
  look.use(name);
  keepLine(join(home, 'config.toml'), 'tui', 'theme', JSON.stringify(name));
  desk.hint(`theme ${name}`, 'good');
}

export function themeKey(deps: ActDeps, view: View, { name }: Key) {
  const { popup, keys } = view;
  if (popup?.kind !== 'theme') return;
  const to = (row: number) => {
    const kept = (row + popup.names.length) % popup.names.length;
    deps.store.update((before) => ({ ...before, popup: { ...popup, row: kept } }));
    deps.look.use(popup.names[kept]!);
  };
  const action = keys.action('list', name);
  const row = movedRow(action, { row: popup.row, count: popup.names.length });
  if (row !== undefined) return to(row);
  switch (action) {
    case 'accept':
      closePopup(deps);
      return take(deps, popup.names[popup.row]!);
    case 'cancel':
    case 'close':
      closePopup(deps);
      return deps.look.use(popup.before);
  }
}

const sample = `\`\`\`ts
/** Mends it. */
export async function verify(token: string, now = 42): Promise<boolean> {
  return token !== "none" && sessions.has(token, now);
}
\`\`\``;
const change =
  "@@ -7,2 +7,2 @@\n-  if (now > s.expires) throw new Error('over');\n+  if (now > s.expires) return false;\n   return true;\n";

export function themeLines({ names, row }: ThemePicker, columns: number, height: number, theme: Theme): string[] {
  const preview = [
    ...markdownLines(sample, columns - 6, theme),
    '',
    ...diffLines({ path: 'session.ts', diff: change }, { width: columns - 6, theme, limit: 9 }).lines,
  ];
  const room = Math.max(1, height - preview.length - 3);
  const from = Math.max(0, Math.min(row - Math.floor(room / 2), names.length - room));
  const rows = names.slice(from, from + room).map((name, n) => {
    const line = cut(`${from + n === row ? theme.glyph.prompt : ' '} ${name}`, columns - 2);
    return ` ${from + n === row ? theme.bold(line) : line}`;
  });
  return [` ${theme.bold('Theme of code and changes')}`, ...rows, '', ...preview.map((line) => `    ${line}`)].slice(
    0,
    height,
  );
}
