/** What a screen is opened with: which screen, of which home, on which terminal. */
import type { ReadStream, WriteStream } from 'node:tty';
import type { Client } from '../ipc/client.ts';
import type { SettingsAsk } from '../ipc/protocol.ts';
import type { NoticeSettings } from './notices.ts';
import type { OpenHow } from './opening.ts';

export type Opening =
  | { readonly kind: 'new'; readonly prompt?: string; readonly name?: string }
  | {
      readonly kind: 'session';
      readonly ref: string;
      readonly how: OpenHow;
      readonly prompt?: string;
      readonly settings?: SettingsAsk;
    }
  | { readonly kind: 'agents' }
  /** A session is picked first. */
  | {
      readonly kind: 'pick';
      readonly purpose: 'resume' | 'switch';
      readonly everywhere: boolean;
      readonly scripts?: boolean;
      readonly settings?: SettingsAsk;
      readonly prompt?: string;
    };

/** What came of a text in the person's own editor. */
export type Edited =
  | { readonly kind: 'saved'; readonly text: string }
  | { readonly kind: 'failed'; readonly why: string };

export type ClipboardImage =
  | { readonly kind: 'image'; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'none'; readonly why: string };

export interface TuiOptions {
  /** Begin with vim keys in the composer. */
  readonly vim: boolean;
  /** Opens a text in the person's editor, which has the terminal until it ends. */
  readonly edit: (text: string) => Promise<Edited>;
  readonly clipboardImage: () => Promise<ClipboardImage>;
  /** Files of pictures, for the first message. */
  readonly pictures: readonly string[];
  readonly opening: Opening;
  readonly connect: (start: () => boolean) => Promise<Client>;
  readonly home: string;
  readonly userHome: string | undefined;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly build: string;
  readonly settings: SettingsAsk;
  readonly inline: boolean;
  /** The daemon ends with this screen. */
  readonly alone: boolean;
  readonly ascii: boolean;
  readonly screenReader: boolean;
  readonly notices: NoticeSettings;
  readonly statusLine: readonly string[] | undefined;
  readonly title: readonly string[] | undefined;
  readonly hostname: string;
  /** `[tui.keymap]` as config has it, unchecked. */
  readonly keymap: unknown;
  /** Take letters that come very fast for a paste where the terminal marks none. */
  readonly pasteBurst: boolean;
  readonly history: { readonly save: boolean; readonly maxBytes: number | undefined };
  /** False: no mark turns. */
  readonly animations: boolean;
  /** Of code: `auto`, a built-in name, or that of a file in the home's `themes`. */
  readonly theme: string;
  readonly mouse: boolean;
  /** Runs a program with a text as its input; false when it could not. */
  readonly pipe: (program: string, args: readonly string[], text: string) => Promise<boolean>;
  readonly stdin: ReadStream;
  readonly stdout: WriteStream & { readonly fd: number };
  readonly now: () => number;
  readonly newSession: () => string;
  readonly newKey: () => string;
}
