/** The words of a cell without any layout: what is searched, and what is copied. Pure. */
import { clean } from './text.ts';
import type { Cell } from './transcript.ts';

export function cellText(cell: Cell): string {
  switch (cell.kind) {
    case 'user':
    case 'assistant':
    case 'reasoning':
    case 'partial':
    case 'said':
    case 'note':
    case 'divider':
      return clean(cell.text);
    case 'command':
      return clean(`${cell.cmd}\n${cell.output}`);
    case 'explored':
      return cell.looks.map(({ verb, what }) => `${verb} ${what}`).join('\n');
    case 'edit':
      return [cell.what, cell.why, ...cell.changes.flatMap(({ path, diff }) => [path, diff])].join('\n');
    case 'change':
      return `${cell.change.path}\n${cell.change.diff}`;
    case 'plan':
      return cell.items.map(({ step }) => step).join('\n');
    case 'answered':
      return cell.what;
    case 'local':
      return [cell.title, ...cell.lines].join('\n');
    case 'turn':
      return cell.error ?? '';
  }
}

/** As less and vim do it: capitals count when there are any in what is searched. */
export function matcher(query: string): (text: string) => boolean {
  const exact = /\p{Lu}/u.test(query);
  const wanted = exact ? query : query.toLowerCase();
  return (text) => (exact ? text : text.toLowerCase()).includes(wanted);
}
