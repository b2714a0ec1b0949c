/** What a shell is told when the screen is gone: how the session stands, and the way back. Pure. */
import type { Usage } from '../core/rows.ts';
import type { Leaving } from './desk.ts';
import { isRunning, type View } from './view.ts';
import { exact, money, plural } from './words.ts';

/** `alone`: the daemon ends with this screen, which waits for the turn to end. */
export function leavingText(view: View, leaving: Leaving, alone = false): string {
  const lines: string[] = [];
  if (leaving.kind === 'deleted')
    return `${view.session?.view.name ?? 'the session'} was deleted${leaving.by ? ` by ${leaving.by}` : ''}\n`;
  if (leaving.kind === 'detached') lines.push(`detached${leaving.by ? ` by ${leaving.by}` : ''}`);
  const { session } = view;
  if (session && session.view.turn > 0) lines.push(...sessionLines(view, alone));
  else if (session) lines.push(`To come back:  tcx attach ${session.view.name}`);
  const unsent = view.outbox.filter(({ state }) => state !== 'sent');
  if (unsent.length > 0)
    lines.push(
      `Not sent, because the daemon did not answer: ${unsent.map(({ text }) => JSON.stringify(text.slice(0, 200))).join(', ')}`,
    );
  return lines.map((line) => `${line}\n`).join('');
}

function sessionLines(view: View, alone: boolean): string[] {
  const { name, session, turn, commands, cost, usage } = view.session!.view;
  const spent = cost !== undefined && cost >= 0.005 ? money(cost) : undefined;
  const parts = [
    `turn ${turn}`,
    commands.length > 0 && plural(commands.length, 'command'),
    spent && `${spent} so far`,
  ].filter((part) => part);
  const running = alone ? `${name} ends its turn first` : `${name} goes on`;
  const state = isRunning(view)
    ? `${running}: ${parts.join(', ')}.`
    : `${name} is ${view.session!.view.state === 'stopped' ? 'stopped' : 'idle'}.`;
  return [state, `To come back:  tcx attach ${name}        (or: tcx resume ${session.slice(0, 8)})`, usageLine(usage)];
}

export function usageLine({ input, cached, output, reasoning }: Usage): string {
  const fresh = input - cached;
  const more = cached > 0 ? ` (+ ${exact(cached)} cached)` : '';
  const thought = reasoning > 0 ? ` (reasoning ${exact(reasoning)})` : '';
  return `Token usage: total=${exact(fresh + output)} input=${exact(fresh)}${more} output=${exact(output)}${thought}`;
}
