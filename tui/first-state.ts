/** Where somebody is in the first start: the choice, a key, an address, a model, the folder. Pure. */
import type { ProjectInfo } from '../ipc/messages.ts';
import { type Editor, emptyEditor } from './editor.ts';
import { type FirstChoice, preselected } from './first-choice.ts';
import type { Selector } from './selector.ts';

export type Wire = 'chat' | 'responses' | 'messages';

export interface Server {
  readonly base_url: string;
  readonly wire_api: Wire;
}

export type FirstStep =
  | { readonly kind: 'choose' }
  /** `field`: a key that is hidden, or an address. `server`: of somebody's own. */
  | {
      readonly kind: 'key' | 'address';
      readonly provider: string;
      readonly name: string;
      readonly editor: Editor;
      readonly server?: Server;
    }
  | { readonly kind: 'wire'; readonly base: string; readonly selector: Selector }
  | {
      readonly kind: 'model';
      readonly provider: string;
      readonly key?: string;
      readonly server?: Server;
      readonly selector: Selector;
    }
  | { readonly kind: 'trust'; readonly project: ProjectInfo | undefined; readonly since: number };

export interface FirstState {
  readonly choices: readonly FirstChoice[];
  readonly row: number;
  /** A key was pressed: rows stay where they are from then on. */
  readonly touched: boolean;
  readonly step: FirstStep;
  /** What is being asked of a server, since when. */
  readonly trying: { readonly text: string; readonly since: number } | null;
  /** What came of it, or why this screen is here at all. */
  readonly said: { readonly text: string; readonly bad: boolean } | null;
}

export const firstState = (choices: readonly FirstChoice[]): FirstState => ({
  choices,
  row: preselected(choices),
  touched: false,
  step: { kind: 'choose' },
  trying: null,
  said: null,
});

/** What runs here is known now. Rows move only while nobody has pressed a key. */
export function withChoices(state: FirstState, choices: readonly FirstChoice[]): FirstState {
  if (!state.touched) return { ...state, choices, row: preselected(choices) };
  const news = new Map(choices.map((choice) => [choice.id, choice]));
  return { ...state, choices: state.choices.map((choice) => news.get(choice.id) ?? choice) };
}

export const fieldStep = (
  kind: 'key' | 'address',
  provider: string,
  name: string,
  more: { readonly text?: string; readonly server?: Server } = {},
): FirstStep => {
  const { text = '', server } = more;
  return {
    kind,
    provider,
    name,
    editor: { ...emptyEditor, text, cursor: text.length },
    ...(server && { server }),
  };
};

/** The end of a key tells it from another; the rest is nobody's to read. */
export const hidden = (key: string): string =>
  key.length <= 8 ? '•'.repeat(key.length) : `${'•'.repeat(Math.min(24, key.length - 4))}${key.slice(-4)}`;
