import { expect, test } from 'vitest';
import type { SessionInfo, SessionView } from '../ipc/messages.ts';
import { Drawing } from './drawing.ts';
import { type } from './editor.ts';
import { firstChoices } from './first-choice.ts';
import { firstState } from './first-state.ts';
import type { Frame } from './frame.ts';
import { widthOf } from './text.ts';
import { createTheme } from './theme.ts';
import { addRows, emptyTranscript } from './transcript.ts';
import { emptySession, type OpenSession, startView, type View } from './view.ts';

const theme = createTheme({ env: {}, ascii: false });
const drawing = new Drawing({ theme, build: '0.1.0' });

const size = { columns: 80, rows: 24 };
const base = startView({
  size,
  inline: false,
  screen: 'start',
  cwd: '/home/kim/src/shop',
  userHome: '/home/kim',
  branch: 'main',
  now: 60_000,
  model: 'gpt-5',
});
const usage = { input: 0, cached: 0, cacheWrite: 0, output: 0, reasoning: 0 };
const question = {
  approval: 'a17',
  id: 'q',
  kind: 'command',
  session: 's',
  name: 'fix-auth',
  call: 1,
  summary: 'npm install --save-dev something with a very long name 日本語 and more of it to fill lines'.repeat(3),
  because: 'the test needs it',
  cwd: '/home/kim/src/shop',
  since: 1000,
  choices: [
    { id: 'once', label: 'Yes, this once', key: 'y' },
    { id: 'no', label: 'No, go on without it', key: 'd' },
  ],
} as const;
const state: SessionView = {
  session: 's',
  name: 'fix-auth',
  head: 9,
  state: 'thinking',
  since: 1000,
  what: 'gpt-5',
  turn: 1,
  cwd: '/home/kim/src/shop',
  settings: {
    provider: 'openai',
    model: 'gpt-5',
    effort: 'medium',
    approval: 'on-request',
    sandbox: 'read-only',
    tools: [],
  },
  usage,
  contextTokens: 90_000,
  contextWindow: 272_000,
  cost: 0.41,
  pending: [
    { n: 1, mode: 'queue', text: 'then run the linter '.repeat(9) },
    { n: 2, mode: 'steer', text: 'and this' },
  ],
  held: false,
  questions: [],
  commands: [],
  elsewhere: 2,
};
const { cells } = addRows(
  emptyTranscript,
  Array.from(
    { length: 40 },
    (_, n) =>
      ({
        seq: n + 1,
        at: n,
        kind: 'user',
        body: { turn: n, text: `words ${n} 日本語 👩‍👩‍👧 `.repeat(n % 5) },
      }) as const,
  ),
);
const session: OpenSession = {
  ...emptySession,
  view: state,
  more: false,
  transcript: { ...emptyTranscript, cells },
  live: [
    { key: 's/model#1', kind: 'reasoning', text: 'thinking\nof it' },
    {
      key: 's/model#1',
      kind: 'text',
      text: '# A title\n\nSome **words** 日本語.\n\n- one\n- two\n\n```\ncode\n```\n\nmore',
    },
  ],
  heardAt: 59_000,
  viewers: [
    { client: 1, label: 'me', role: 'drive', typing: true, focused: true, idleMs: 0 },
    { client: 2, label: 'kim', role: 'drive', typing: true, focused: true, idleMs: 0 },
  ],
  client: 1,
};
const open: View = { ...base, screen: 'session', session, current: 's' };
const info = (n: number): SessionInfo => ({
  id: `id${n}`,
  name: `session-${n}`,
  title: 't',
  state: (['needs you', 'acting', 'done unread', 'asleep'] as const)[n % 4]!,
  since: 1000,
  what: 'a long line of what it does 日本語 '.repeat(3),
  cwd: n % 2 ? '/home/kim/src/shop' : '/home/kim/other',
  model: 'gpt-5',
  provider: 'openai',
  source: 'cli',
  created: 0,
  updated: n,
  turns: 1,
  usage,
  cost: n,
  archived: false,
  viewers: 0,
});
const sessions = Array.from({ length: 30 }, (_, n) => info(n));
const typed = type(
  base.editor,
  'a draft of several words that is longer than a line 日本語\nand a second line\nthird\nfourth',
);

const views: Readonly<Record<string, View>> = {
  start: base,
  'start with sessions': { ...base, sessions, row: 2 },
  first: { ...base, screen: 'first', board: { ...base.board, first: firstState(firstChoices({}, [])) } },
  agents: { ...base, screen: 'agents', sessions, row: 17 },
  session: open,
  'a draft': { ...open, editor: typed },
  'slash commands': { ...open, editor: type(base.editor, '/') },
  'a question': {
    ...open,
    session: { ...session, view: { ...state, state: 'needs you', questions: [question] } },
    question: { ...base.question, open: { id: 'q', since: 1 } },
  },
  'a bar': {
    ...open,
    editor: typed,
    session: { ...session, view: { ...state, state: 'needs you', questions: [question, { ...question, id: 'q2' }] } },
  },
  away: { ...open, connection: { state: 'away', tries: 3, since: 1 } },
  keys: { ...open, popup: { kind: 'keys', query: '', from: 0 } },
  leader: { ...open, popup: { kind: 'leader', keys: 'ctrl-x', since: 1, shown: true } },
  hint: {
    ...open,
    hint: {
      text: 'a hint that is much longer than a narrow screen can show in one line of it',
      tone: 'warn',
      until: 1e9,
    },
    need: { text: '! billing a19', until: 1e9 },
  },
  scrolled: { ...open, anchor: { cell: 'r5', line: 0, cells: 10 } },
  'not yet sent': {
    ...open,
    outbox: [{ key: 'k', session: 's', begins: false, text: 'waiting', mode: 'steer', state: 'waiting' }],
    connection: { state: 'away', tries: 1, since: 1 },
  },
};
const sizes = [
  [80, 24],
  [140, 40],
  [200, 50],
  [40, 12],
  [20, 5],
  [21, 6],
  [30, 9],
  [18, 4],
  [120, 7],
] as const;
const linesOf = ({ transcript, working, above, input, below }: Frame) => [
  ...transcript,
  ...working,
  ...above,
  ...input,
  ...below,
];

for (const [name, view] of Object.entries(views)) {
  test.each(sizes)(`${name} at %i×%i is as high as the screen, inline lower, and never wider`, (columns, rows) => {
    const full = drawing.frame({ ...view, size: { columns, rows } });
    const tiny = columns < 20 || rows < 5;
    if (!tiny) expect(linesOf(full)).toHaveLength(rows);
    for (const line of linesOf(full)) expect(widthOf(line), line).toBeLessThanOrEqual(columns);
    if (full.cursor) {
      expect(full.cursor.y).toBeLessThan(rows);
      expect(full.cursor.x).toBeLessThan(columns);
    }
    const inline = drawing.frame({ ...view, size: { columns, rows }, inline: true });
    expect(linesOf(inline).length).toBeLessThan(view.screen === 'agents' ? rows + 1 : rows);
    for (const line of linesOf(inline)) expect(widthOf(line), line).toBeLessThanOrEqual(columns);
  });
}

test('the smallest screen has two rows of transcript, what goes on, the composer and the handle', () => {
  const frame = drawing.frame({ ...open, editor: type(base.editor, 'and keep'), size: { columns: 20, rows: 5 } });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: styles are not what is looked at
  const lines = linesOf(frame).map((line) => line.replaceAll(/\u001b\[[0-9;]*m/g, ''));
  expect(lines.slice(2)).toEqual([
    expect.stringMatching(/^ [◐◓◑◒] \d+s \+2$/),
    ' › and keep',
    expect.stringMatching(/^ fix-auth +! 2$/),
  ]);
});
