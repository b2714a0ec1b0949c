/** Prints a table or JSON again when it says something else than before: the reading half of every `--watch`. */
import type { Context } from './context.ts';

export interface ScreenOptions {
  readonly json: boolean;
  readonly watch: boolean;
}

/** On a terminal a watched table replaces the one before; elsewhere it follows it. */
export function createScreen(
  { out, stdoutIsTty }: Pick<Context, 'out' | 'stdoutIsTty'>,
  { json, watch }: ScreenOptions,
) {
  let before: string | undefined;
  const clear = watch && !json && stdoutIsTty ? '\u001b[H\u001b[2J' : '';
  return (data: unknown, table: () => string) => {
    const text = JSON.stringify(data);
    if (text === before) return;
    const gap = before !== undefined && !json && clear === '' ? '\n' : '';
    before = text;
    out(json ? `${text}\n` : `${clear}${gap}${table()}`);
  };
}
