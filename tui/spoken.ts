/** For a screen reader: what a screen shows by standing somewhere is said once, in its turn. Pure. */
import type { Approval, StateName } from '../ipc/messages.ts';
import { deadMs } from './question-focus.ts';
import { clean, oneLine } from './text.ts';
import type { Cell } from './transcript.ts';
import { openQuestion, type View } from './view.ts';
import type { Spoke } from './view-parts.ts';

/** States that a person would otherwise see in the working row. */
const words: Partial<Readonly<Record<StateName, string>>> = {
  thinking: 'Thinking.',
  acting: 'Running commands.',
  parked: 'Parked.',
  'disk full': 'The disk is full.',
};

/** The lines to be said now, and what has been said with them. */
export function speak({ session }: View, before: Spoke): { readonly spoke: Spoke; readonly cells: readonly Cell[] } {
  const { state, what, fix, questions } = session!.view;
  const seq = session!.rows.at(-1)?.seq ?? session!.view.head;
  const fresh = questions.filter(({ id }) => !before.questions.includes(id));
  const word = state === before.state ? undefined : words[state];
  const reason = state === 'parked' ? ` ${[oneLine(what), fix].filter((part) => part).join('. ')}` : '';
  if (fresh.length === 0 && state === before.state) return { spoke: before, cells: [] };
  const cells: Cell[] = fresh.map((question) => ({
    id: `asked ${question.id}`,
    seq,
    kind: 'local',
    title: `${question.name} asks, ${question.approval}`,
    lines: questionWords(question),
  }));
  if (word) cells.unshift({ id: `state ${seq} ${state}`, seq, kind: 'local', title: `${word}${reason}`, lines: [] });
  return { spoke: { state, questions: questions.map(({ id }) => id) }, cells };
}

const questionWords = ({ kind, summary, cwd, because, choices }: Approval): readonly string[] => [
  `${kind === 'patch' ? 'May it edit' : 'May it run'}: ${clean(summary)}`,
  `In ${cwd}. Because: ${oneLine(because)}`,
  ...choices.map(({ label }, at) => `${at + 1}. ${label}`),
];

/** When an open question takes keys, which nobody would see otherwise; undefined once it does. */
export const listensAt = ({ spoken, question: { open }, now }: View): number | undefined =>
  spoken && open && now < open.since + deadMs ? open.since + deadMs : undefined;

/** In the composer's place while a question is open and takes keys. */
export function answerLine(view: View): string | undefined {
  const question = openQuestion(view);
  if (!question || listensAt(view) !== undefined) return undefined;
  return ` Answer ${question.approval} with a number, 1 to ${question.choices.length}:`;
}
