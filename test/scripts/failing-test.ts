/** A failing test: run, look, a first mend that is wrong, the right one, the test passes. A loop as agents go through it. */
import type { FakeReply } from '../fake-model.ts';
import { type Pace, patch, plan, read, run, search } from './words.ts';

const steps = ['run the failing test', 'find out why', 'mend it', 'run all tests'];
const expired = "-  if (now > s.expires) throw new Error('expired');";

export const failingTest = ({ delayMs }: Pace): readonly FakeReply[] => [
  {
    delayMs,
    reasoning:
      '**Looking at the failing test**\nThe test says a session that is over gives 500. First I want to see it fail.',
    text: "I'll run the test first.",
    calls: [plan(steps, 0), run('node test/login.test.mjs')],
    usage: { input: 9_400, cached: 8_000, output: 120, reasoning: 40 },
  },
  {
    delayMs,
    calls: [
      plan(steps, 1),
      read('src/auth/session.mjs'),
      read('src/clock.mjs'),
      read('test/login.test.mjs'),
      search('expires', 'src'),
    ],
    usage: { input: 11_200, cached: 9_400, output: 90 },
  },
  {
    delayMs,
    text: '`verify` throws where it should answer. My first guess is that the comparison is the wrong way round.',
    calls: [
      plan(steps, 2),
      patch(
        '*** Update File: src/auth/session.mjs',
        '@@',
        expired,
        "+  if (now >= s.expires) throw new Error('expired');",
      ),
      run('node test/login.test.mjs'),
    ],
    usage: { input: 12_800, cached: 11_200, output: 210 },
  },
  {
    delayMs,
    text: 'Still 500: the throw itself is the bug. It has to be the same answer as for an unknown token.',
    calls: [
      patch(
        '*** Update File: src/auth/session.mjs',
        '@@',
        "-  if (now >= s.expires) throw new Error('expired');",
        '+  if (now > s.expires) return unauthorized();',
      ),
      run('node test/login.test.mjs'),
    ],
    usage: { input: 14_100, cached: 12_800, output: 180 },
  },
  {
    delayMs,
    calls: [plan(steps, 3), run("for f in test/*.mjs; do node $f; done; printf 'all \\033[32mgreen\\033[0m\\n'")],
    usage: { input: 15_000, cached: 14_100, output: 60 },
  },
  { delayMs, text: summary, calls: [plan(steps, 4)], usage: { input: 15_400, cached: 15_000, output: 300 } },
  { delayMs, text: 'The test passes.', usage: { input: 15_800, cached: 15_400, output: 8 } },
];

const summary = `The test passes. An expired session threw; now it answers **401**, like an unknown token.

| case | before | after |
| --- | --- | --- |
| unknown token | 401 | 401 |
| expired | 500 | 401 |

\`\`\`js
if (now > s.expires) return unauthorized();
\`\`\`

1. \`src/auth/session.mjs\` is the only file that changed.
2. The old error text is gone, because nobody read it.
`;
