/** Keys of the agents screen: one row is marked, and a key does its deed to that session without leaving the list. */
import type { ActDeps } from './act-deps.ts';
import { type AgentRow, agentRows, markedRow, rowQuestion } from './agents-order.ts';
import { answerInPane, lookInPane } from './answer-keys.ts';
import { fieldOf, type Grouping } from './board.ts';
import type { Key } from './inputs.ts';
import type { ActionOf } from './keys.ts';
import { movedRow } from './list-moves.ts';
import type { View } from './view.ts';

const groupings: readonly Grouping[] = ['state', 'folder', 'model'];

export function agentsKey(deps: ActDeps, view: View, key: Key) {
  touched(deps);
  if (answerInPane(deps, key)) return;
  const row = markedRow(view);
  if (moveKey(deps, view, key.name)) return;
  const action = view.keys.action('agents', key.name);
  if (action === 'back') return leaveAgents(deps, view);
  if (action && listAction(deps, view, action)) return;
  if (action && row) return rowAction(deps, row, action);
  if (key.name === 'ctrl-d') void deps.desk.leave();
}

/** The list keeps its order while somebody moves in it. */
function touched({ store, now }: ActDeps) {
  store.update((view) => {
    const agents = { ...view.board.agents, keyAt: now() };
    return { ...view, now: now(), board: { ...view.board, agents } };
  });
}

const change = (deps: ActDeps, agents: Partial<View['board']['agents']>) =>
  deps.store.update((view) => ({
    ...view,
    board: { ...view.board, agents: { ...view.board.agents, ...agents } },
  }));

function mark(deps: ActDeps, id: string | undefined) {
  change(deps, { marked: id });
  void deps.desk.board.peek(id);
}

function moveKey(deps: ActDeps, view: View, name: string): boolean {
  const rows = agentRows(view);
  const at = rows.findIndex(({ session }) => session.id === view.board.agents.marked);
  const page = Math.max(1, view.size.rows - 8);
  const row = movedRow(view.keys.action('agents', name), { row: at, count: rows.length, page });
  if (row === undefined) return false;
  mark(deps, rows[Math.max(0, Math.min(rows.length - 1, row))]?.session.id);
  return true;
}

type Action = ActionOf<'agents'>;

/** What is about the list itself. */
function listAction(deps: ActDeps, view: View, action: Action): boolean {
  const { agents } = view.board;
  switch (action) {
    case 'toggle_grouping':
      change(deps, { by: groupings[(groupings.indexOf(agents.by) + 1) % groupings.length]!, placed: [] });
      return true;
    case 'only_here':
      change(deps, { hereOnly: !agents.hereOnly, placed: [] });
      return true;
    case 'toggle_unread':
      change(deps, { unreadOnly: !agents.unreadOnly, placed: [] });
      return true;
    case 'search':
      deps.desk.board.set({ field: fieldOf('find', '', 'find:', agents.find) });
      return true;
    case 'next_need': {
      const rows = agentRows(view);
      const at = rows.findIndex(({ session }) => session.id === agents.marked);
      const next = [...rows.slice(at + 1), ...rows.slice(0, at + 1)].find(
        ({ session }) => session.state === 'needs you',
      );
      if (next) mark(deps, next.session.id);
      else deps.desk.hint('nothing needs you', 'dim');
      return true;
    }
    case 'new_task': {
      const cwd = markedRow(view)?.session.cwd ?? view.cwd;
      deps.desk.board.set({ field: fieldOf('new', cwd, `new in ${cwd.split('/').at(-1)}:`) });
      return true;
    }
    case 'show_keys':
      deps.store.update((before) => ({ ...before, popup: { kind: 'keys', query: '', from: 0 } }));
      return true;
    default:
      return false;
  }
}

function rowAction(deps: ActDeps, row: AgentRow, action: Action) {
  const { board, opening } = deps.desk;
  const { id, name } = row.session;
  const { agents } = deps.store.get().board;
  switch (action) {
    case 'open':
      return void opening.show(id);
    case 'open_watching':
      return void opening.show(id, { role: 'watch' });
    case 'answer': {
      const question = rowQuestion(deps.store.get(), row);
      if (question) lookInPane(deps, question);
      else deps.desk.hint(`${name} asks nothing`, 'dim');
      return;
    }
    case 'say':
      return board.set({ field: fieldOf('say', id, `say to ${name}:`) });
    case 'rename':
      return board.set({ field: fieldOf('rename', id, 'new name:', name) });
    case 'delete':
      return board.set({ field: fieldOf('delete', id, `delete ${name} for ever? type its name:`) });
    case 'stop':
      return board.set({ confirm: { does: 'interrupt', session: id, text: `end the turn of ${name}?` } });
    case 'stop_tree':
      return board.set({ confirm: { does: 'stop', session: id, text: stopText(row) } });
    case 'archive':
      return board.set({ confirm: { does: 'archive', session: id, text: `archive ${name}?` } });
    case 'fork':
      return void board.fork(id);
    case 'hide':
      return change(deps, { hidden: [...agents.hidden, id] });
    case 'unfold':
      return change(deps, { unfolded: [...agents.unfolded.filter((other) => other !== id), id] });
    case 'fold':
      return change(deps, {
        unfolded: agents.unfolded.filter((other) => other !== id && other !== row.session.parent),
      });
  }
}

const stopText = ({ session: { name, state, what }, children }: AgentRow) =>
  `stop ${name}${children > 0 ? ` and its ${children} agents` : ''}? ${state}${what === '' ? '' : `: ${what}`}`.slice(
    0,
    200,
  );

function leaveAgents(deps: ActDeps, view: View) {
  if (view.board.agents.find !== '') return change(deps, { find: '', placed: [] });
  if (view.from === 'shell') return void deps.desk.leave();
  deps.store.update((before) => ({
    ...before,
    screen: before.from === 'session' ? 'session' : 'start',
    row: -1,
    board: { ...before.board, agents: { ...before.board.agents, hidden: [] } },
  }));
}
