/** What inline mode prints into the scrollback after each step: settled cells, and what is whole of the one being said. Pure. */
import { continues, restOf, sayOn } from './inline-said.ts';
import { speak } from './spoken.ts';
import { type Cell, isSettled } from './transcript.ts';
import { isRunning, type View } from './view.ts';

/** The cells that will not change any more, up to the first that may. */
export function printed(view: View): View {
  const session = view.session!;
  const { cells } = session.transcript;
  const resting = !isRunning(view);
  let { printed: count, said } = session;
  const fresh: Cell[] = [];
  while (count < cells.length && isSettled(cells[count]!, count === cells.length - 1 && !resting)) {
    const cell = cells[count++]!;
    const spoken = cell.kind === 'assistant' || cell.kind === 'partial';
    if (!spoken || !continues(said, cell.text)) {
      fresh.push(cell);
      continue;
    }
    const step = restOf(said, cell);
    fresh.push(...step.pieces);
    said = step.said;
  }
  const live = count === cells.length ? session.live.findLast(({ kind }) => kind === 'text') : undefined;
  if (live) {
    const step = sayOn(said, live.key, live.text, cells.at(-1)?.seq ?? 0);
    fresh.push(...step.pieces);
    said = step.said;
  }
  const { spoke, cells: words } = view.spoken ? speak(view, session.spoke) : { spoke: session.spoke, cells: [] };
  fresh.push(...words);
  if (fresh.length === 0 && spoke === session.spoke && count === session.printed && said === session.said) return view;
  const scrollback = fresh.length === 0 ? view.scrollback : [...view.scrollback, ...fresh];
  return { ...view, scrollback, session: { ...session, printed: count, said, spoke } };
}
