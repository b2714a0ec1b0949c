/** A long answer as a model writes it: paragraphs, a list, code; 100 pieces of it a second. */
import type { FakeReply } from '../test/fake-model.ts';

export const perSecond = 100;
const pieceBytes = 5;

const paragraph = `The session is read once and kept, so a second look costs nothing; what changes is told by the log.
That holds for the index as well: it is a projection, and \`rebuild()\` makes it anew.

- first the rows are folded into a tree
- then open effects are looked up by their key
- at last the viewers are told

\`\`\`ts
const tree = rows.reduce((state, row) => apply(state, row), emptyTree(session));
for (const [key, open] of Object.entries(tree.open)) resume(key, open);
\`\`\`

`;

/** Goes on for so many seconds; its first word is the first thing to be seen of it. */
export function livelyAnswer(seconds: number): FakeReply {
  const deltas = seconds * perSecond;
  const text = `${firstWord} ${paragraph.repeat(Math.ceil((deltas * pieceBytes) / paragraph.length))}`;
  return { text: text.slice(0, deltas * pieceBytes), deltas, perSecond };
}

export const firstWord = 'Certainly.';
