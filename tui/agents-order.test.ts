/** The list of all sessions: who moves in it finds rows where they were. */
import { expect, test } from 'vitest';
import type { SessionInfo } from '../ipc/messages.ts';
import { agentRows, markedRow, placedNow, restMs, settleAgents } from './agents-order.ts';
import { startView, type View } from './view.ts';

const at = 1_000_000;
const session = (id: string, state: SessionInfo['state'], more: Partial<SessionInfo> = {}): SessionInfo => ({
  id,
  name: id,
  title: '',
  state,
  since: 0,
  what: '',
  cwd: '/w',
  model: 'gpt-5',
  provider: 'openai',
  source: 'cli',
  created: 0,
  updated: 0,
  turns: 1,
  usage: { input: 0, cached: 0, cacheWrite: 0, output: 0, reasoning: 0 },
  archived: false,
  viewers: 0,
  ...more,
});

const empty = startView({
  size: { columns: 80, rows: 24 },
  inline: false,
  screen: 'agents',
  cwd: '/w',
  userHome: '/home/kim',
  branch: 'main',
  now: at,
  model: 'gpt-5',
});
const withSessions = (view: View, sessions: readonly SessionInfo[], now = at) =>
  settleAgents({ ...view, sessions }, now);
const agents = (view: View, change: Partial<View['board']['agents']>): View => ({
  ...view,
  board: { ...view.board, agents: { ...view.board.agents, ...change } },
});
const ids = (view: View) => agentRows(view).map(({ session: { id } }) => id);

test('needs you first, then what works, waits, is done, sleeps', () => {
  const view = withSessions(empty, [
    session('asleep', 'asleep'),
    session('read', 'done', { updated: 9 }),
    session('parked', 'parked'),
    session('unread', 'done unread'),
    session('works', 'acting'),
    session('asks', 'needs you'),
  ]);
  expect(ids(view)).toEqual(['asks', 'works', 'parked', 'unread', 'read', 'asleep']);
  expect(markedRow(view)?.session.id).toBe('asks');
});

test('while somebody moves the order stays; at rest it is taken anew and the mark goes along', () => {
  const before = [session('a', 'needs you'), session('b', 'acting'), session('c', 'done')];
  const moving = agents(withSessions(empty, before), { marked: 'b', keyAt: at });
  const changed = [session('a', 'done'), session('b', 'acting'), session('c', 'needs you'), session('new', 'acting')];
  const held = withSessions(moving, changed, at + 1000);
  expect(ids(held)).toEqual(['a', 'b', 'new', 'c']);
  expect(held.board.agents).toMatchObject({ marked: 'b', stale: true });
  const rested = settleAgents(held, at + restMs);
  expect(ids(rested)).toEqual(['c', 'b', 'new', 'a']);
  expect(rested.board.agents).toMatchObject({ marked: 'b', stale: false });
});

test('at the top and untouched, the mark is on whatever comes first; after a key it is on what was seen', () => {
  const first = withSessions(empty, [session('a', 'acting')]);
  const more = [session('a', 'acting'), session('b', 'needs you')];
  expect(withSessions(first, more).board.agents.marked).toBe('b');
  const pressed = agents(first, { keyAt: at });
  expect(withSessions(pressed, more, at + 100).board.agents.marked).toBe('a');
});

test('a row that is gone leaves the mark in its place', () => {
  const all = [session('a', 'acting', { updated: 3 }), session('b', 'acting', { updated: 2 }), session('c', 'acting')];
  const moving = agents(withSessions(empty, all), { marked: 'b', keyAt: at });
  expect(withSessions(moving, [all[0]!, all[2]!], at + 1).board.agents.marked).toBe('c');
});

test('agents are folded under their parent, which shows the most urgent state below it', () => {
  const all = [
    session('billing', 'acting'),
    session('taxes', 'thinking', { parent: 'billing' }),
    session('dunning', 'needs you', { parent: 'billing', what: 'which locale?' }),
  ];
  const folded = withSessions(empty, all);
  expect(agentRows(folded)).toMatchObject([
    { session: { id: 'billing', state: 'needs you', what: 'which locale?' }, children: 2, isFolded: true },
  ]);
  const open = settleAgents(agents(folded, { unfolded: ['billing'] }), at);
  expect(ids(open)).toEqual(['billing', 'dunning', 'taxes']);
  expect(settleAgents(agents(open, { marked: 'taxes', keyAt: at }), at).board.agents.marked).toBe('taxes');
});

test('filters: this folder, unread, words; groups by folder and model', () => {
  const all = [
    session('here', 'done unread'),
    session('there', 'acting', { cwd: '/home/kim/api', model: 'gpt-5-mini' }),
    session('hidden', 'acting'),
  ];
  const list = (change: Partial<View['board']['agents']>) =>
    ids(withSessions(agents(empty, { hidden: ['hidden'], ...change }), all));
  expect(list({})).toEqual(['there', 'here']);
  expect(list({ hereOnly: true })).toEqual(['here']);
  expect(list({ unreadOnly: true })).toEqual(['here']);
  expect(list({ find: 'API' })).toEqual(['there']);
  const groups = (by: 'folder' | 'model') =>
    placedNow({ ...empty, sessions: all.slice(0, 2) }, { ...empty.board.agents, by }).map(({ group }) => group);
  expect(groups('folder')).toEqual(['~/api', '/w']);
  expect(groups('model')).toEqual(['gpt-5-mini', 'gpt-5']);
});
