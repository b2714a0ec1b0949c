/** The few keys of config.toml that are needed before a daemon can be asked: how the first frame is drawn, and of what. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { merge } from '../core/config-layers.ts';
import { parseOverrides } from '../core/config-overrides.ts';
import { isTable, parseToml, type Table } from '../core/toml.ts';
import type { NoticeSettings } from '../tui/notices.ts';
import type { Parsed } from './args.ts';
import type { Context } from './context.ts';

export interface ScreenConfig {
  readonly inline: boolean;
  readonly animations: boolean;
  readonly theme: string;
  readonly mouse: boolean;
  readonly screenReader: boolean;
  readonly label: string | undefined;
  readonly notices: NoticeSettings;
  /** Items by name; undefined: the usual ones. */
  readonly statusLine: readonly string[] | undefined;
  readonly title: readonly string[] | undefined;
  readonly start: 'new' | 'attach' | 'agents';
  /** `[tui.keymap]` as written. */
  readonly keymap: unknown;
  readonly vim: boolean;
  readonly pasteBurst: boolean;
  /** Whether prompts are kept, and in how many bytes. */
  readonly history: { readonly save: boolean; readonly maxBytes: number | undefined };
}

/** A file or a flag that is wrong counts as none here: the daemon says what is wrong with it, and where. */
export function screenConfig({ home }: Context, { flags }: Parsed): ScreenConfig {
  const given = parseOverrides((flags.config as string[] | undefined) ?? []);
  const table = merge(fileTable(join(home, 'config.toml')), given.ok ? given.table : {});
  const tui = isTable(table.tui) ? table.tui : {};
  const history = isTable(table.history) ? table.history : {};
  const { start } = table;
  const screenReader = flags['screen-reader'] === true || tui.screen_reader === true;
  return {
    screenReader,
    inline: screenReader || flags['no-alt-screen'] === true || tui.alternate_screen === 'never',
    animations: tui.animations !== false && !screenReader,
    mouse: tui.mouse !== false,
    theme: typeof tui.theme === 'string' && tui.theme !== '' ? tui.theme : 'auto',
    label: typeof tui.client_name === 'string' && tui.client_name !== '' ? tui.client_name : undefined,
    notices: {
      kinds: texts(tui.notifications) ?? tui.notifications !== false,
      method: methods.find((method) => method === tui.notification_method) ?? 'auto',
      always: tui.notification_condition === 'always',
    },
    statusLine: texts(tui.status_line),
    title: texts(tui.terminal_title),
    keymap: tui.keymap,
    vim: tui.vim_mode_default === true,
    pasteBurst: tui.disable_paste_burst !== true && table.disable_paste_burst !== true,
    history: {
      save: history.persistence !== 'none',
      maxBytes: typeof history.max_bytes === 'number' ? history.max_bytes : undefined,
    },
    start: start === 'attach' || start === 'agents' ? start : 'new',
  };
}

const methods = ['auto', 'osc9', 'osc777', 'bel'] as const;

const texts = (value: unknown): readonly string[] | undefined =>
  Array.isArray(value) ? value.filter((each) => typeof each === 'string') : undefined;

function fileTable(path: string): Table {
  try {
    const parsed = parseToml(readFileSync(path, 'utf8'));
    return parsed.ok ? parsed.table : {};
  } catch {
    return {}; // No file is the common case.
  }
}
