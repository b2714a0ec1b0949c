/** Items of the status line and of the title, by the names that config knows; one without a value is left out. Pure. */
import { contextLeft } from './context-left.ts';
import { oneLine } from './text.ts';
import type { View } from './view.ts';
import { baseName, count, exact, folder, money } from './words.ts';

type Draw = (view: View) => string | undefined;

const settings = ({ session }: View) => session?.view.settings;
const info = ({ session }: View) => session?.view;
const modelOf = (view: View) => settings(view)?.model ?? view.model;
const placeOf = (view: View) => info(view)?.cwd ?? view.cwd;

const states = (view: View): string => {
  const state = info(view)?.state ?? 'idle';
  if (state === 'needs you') return 'Needs you';
  if (state === 'thinking') return 'Thinking';
  return ['acting', 'stopping', 'parked'].includes(state) ? 'Working' : 'Ready';
};

const items = {
  'model-with-reasoning': (view) => [modelOf(view), settings(view)?.effort].filter((part) => part).join(' '),
  model: modelOf,
  reasoning: (view) => settings(view)?.effort,
  'current-dir': (view) => folder(placeOf(view), view.userHome),
  'project-name': (view) => baseName(placeOf(view)),
  hostname: ({ board }) => board.hostname,
  'git-branch': ({ branch }) => branch,
  'branch-changes': ({ board }) => (board.changed ? `${board.changed} changed` : undefined),
  'thread-name': (view) => info(view)?.name,
  'thread-title': ({ session, sessions }) => sessions.find(({ id }) => id === session?.view.session)?.title,
  'thread-id': (view) => info(view)?.session,
  'run-state': states,
  permissions: (view) => settings(view)?.sandbox,
  'approval-mode': (view) => settings(view)?.approval,
  'context-remaining': (view) => contextOf(view, (left) => `${left}% left`),
  'context-used': (view) => contextOf(view, (left) => `${100 - left}% used`),
  'context-window-size': (view) => {
    const size = info(view)?.contextWindow;
    return size === undefined ? undefined : `${count(size)} window`;
  },
  'used-tokens': (view) => tokensOf(view, ({ input, cached, output }) => input - cached + output, 'used'),
  'total-input-tokens': (view) => tokensOf(view, ({ input }) => input, 'in'),
  'total-output-tokens': (view) => tokensOf(view, ({ output }) => output, 'out'),
  'estimated-thread-cost': (view) => {
    const cost = info(view)?.cost;
    return cost === undefined || cost < 0.005 ? undefined : money(cost);
  },
  'task-progress': ({ session }) => {
    const plan = session?.rows.findLast((row) => row.kind === 'plan');
    if (plan?.kind !== 'plan') return undefined;
    return `${plan.body.items.filter(({ status }) => status === 'completed').length}/${plan.body.items.length}`;
  },
  provider: (view) => settings(view)?.provider,
  'codex-version': ({ board }) => `tcx ${board.build}`,
  'app-name': () => 'tcx',
} as const satisfies Record<string, Draw>;

export type ItemName = keyof typeof items;
export const itemNames = Object.keys(items) as readonly ItemName[];
export const defaultStatusLine: readonly ItemName[] = [
  'model-with-reasoning',
  'current-dir',
  'git-branch',
  'thread-name',
  'context-remaining',
  'estimated-thread-cost',
];
export const defaultTitle: readonly ItemName[] = ['thread-name', 'project-name'];

const isItem = (name: string): name is ItemName => Object.hasOwn(items, name);

/** A name that is not ours says nothing: a file may be another build's. */
export function itemText(name: string, view: View): string | undefined {
  const text = isItem(name) ? items[name](view) : undefined;
  return text === undefined ? undefined : oneLine(text) || undefined;
}

function contextOf({ session }: View, words: (left: number) => string): string | undefined {
  return session ? words(contextLeft(session.view.contextTokens, session.view.contextWindow)) : undefined;
}

type Usage = { readonly input: number; readonly cached: number; readonly output: number };
function tokensOf(view: View, of: (usage: Usage) => number, word: string): string | undefined {
  const usage = info(view)?.usage;
  return usage === undefined ? undefined : `${exact(of(usage))} ${word}`;
}
