/** `tcx inbox`: the open questions of all sessions, oldest first. */
import type { Approval } from '../ipc/messages.ts';
import { exit, type Run } from './context.ts';
import { approvalJson } from './show.ts';
import { table, terminalWidth } from './table.ts';
import { age } from './time.ts';
import { createScreen } from './watch-screen.ts';
import { whenever } from './whenever.ts';

export const run: Run = async (context, { flags }) => {
  const show = createScreen(context, { json: flags.json === true, watch: flags.watch === true });
  using client = await context.connect({ kind: 'cli', reconnect: flags.watch === true });
  const look = async () => {
    const { approvals } = await client.request('inbox', {});
    show(approvals.map(approvalJson), () => inboxTable(approvals));
    return undefined;
  };
  if (flags.watch) await whenever(client, 'inbox', look);
  else await look();
  return exit.done;
};

function inboxTable(approvals: readonly Approval[]): string {
  const [first] = approvals;
  if (!first) return 'No open questions.\n';
  const now = Date.now();
  const columns = [
    { head: 'ID', cell: ({ approval }: Approval) => approval },
    { head: 'SINCE', cell: ({ since }: Approval) => age(now - since) },
    { head: 'SESSION', cell: ({ name }: Approval) => name },
    { head: 'KIND', cell: ({ kind }: Approval) => kind },
    { head: 'QUESTION', cell: ({ summary }: Approval) => summary, grow: true },
  ];
  const { approval: id, choices } = first;
  const names = choices.map((choice) => choice.id).join('|');
  return `${table(approvals, columns, terminalWidth())}Answer: tcx approve ${id} · tcx deny ${id} · tcx decide ${id} ${names}\n`;
}
