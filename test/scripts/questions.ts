/** Three questions while a person types: each wants a yes before its command runs, and between them the model talks on. */
import type { FakeReply } from '../fake-model.ts';
import { type Pace, run } from './words.ts';

const asks = (cmd: string, justification: string) =>
  run(cmd, { sandbox_permissions: 'require_escalated', justification });

export const questions = ({ delayMs }: Pace): readonly FakeReply[] => [
  {
    delayMs,
    text: 'The test needs a mock agent, and undici has one. I install it, then run the test with it.',
    calls: [
      asks('echo install --save-dev undici@7', 'the test needs a mock agent'),
      asks('touch test/mock.mjs', 'the mock goes beside the test'),
    ],
  },
  {
    delayMs: delayMs * 4,
    text: 'Both are there. While you look at the next one I write down what the mock has to answer: a token that is known, one that is not, and one that is over. Each is a line of the table in the test.',
    calls: [asks('rm -f test/mock.mjs', 'it was only for trying')],
  },
  { delayMs, text: 'Done: the three cases are in, and nothing of the mock is left.' },
];
