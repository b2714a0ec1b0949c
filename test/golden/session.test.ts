/** What the session's screen looks like: goldens of scripts, at the sizes and in the colour modes of screens.md §12. */
import { press } from '../screen.ts';
import { verifies } from '../verifies.ts';
import { golden } from './screen.ts';

const args = ['attach', 'login'];

verifies('7.01', 'the session screen equals its goldens: a failing test found, mended and told of', async () => {
  await golden('session-done', {
    frames: 'failing-test',
    args,
    sizes: ['usual', 'wide', 'low', 'tiny', 'less'],
    act: async (screen, replay) => {
      await replay.play();
      await screen.until('The test passes.');
    },
  });
});

verifies(
  '7.02 7.05',
  'a document with every construct at 100 and 40 columns, and after resizes there and back',
  async () => {
    await golden('markdown', {
      frames: 'markdown',
      args,
      sizes: ['page', 'column', 'page'],
      act: async (screen) => void (await screen.until('Worked for')),
    });
  },
);

const says = (text: string, back: string) => `\u001b]10;rgb:${text}\u001b\\\u001b]11;rgb:${back}\u001b\\`;

verifies('7.11', 'a light and a dark terminal that says so; one that says nothing goes by COLORFGBG', async () => {
  const told = (name: string, reply: string) =>
    golden(name, {
      frames: 'markdown',
      args,
      sizes: ['page'],
      act: async (screen) => {
        await screen.until('Worked for');
        screen.press(reply);
      },
    });
  await told('palette-dark', says('c0c0/c0c0/c0c0', '1e1e/1e1e/2e2e'));
  await told('palette-light', says('2020/2020/2020', 'fafa/fafa/fafa'));
  await golden('palette-silent', {
    frames: 'markdown',
    args,
    sizes: ['page'],
    env: { COLORFGBG: '0;15' },
    act: async (screen) => void (await screen.until('Worked for')),
  });
});

const frames = 'session';
const all = ['usual', 'wide', 'low', 'tiny', 'less'] as const;

/** The frame of screens.md §6: a draft while a turn runs, somebody else types, another session needs somebody. */
verifies('7.01', 'a turn that thinks, with a draft, a queued message, company and a need elsewhere', async () => {
  await golden('session-thinking', {
    frames,
    args,
    sizes: all,
    act: async (screen, replay) => {
      await replay.play('thinking');
      await screen.until('! billing a19');
    },
  });
});

verifies('7.01', 'what the working row says of a network that is away, and of a turn that is parked', async () => {
  const at = (name: string, mark: string, words: string) =>
    golden(name, {
      frames,
      args,
      act: async (screen, replay) => {
        await replay.play(mark);
        await screen.until(words);
      },
    });
  await at('session-network', 'network', 'Waiting for the network');
  await at('session-parked', 'parked', 'Parked: usage limit');
});

verifies(
  '7.01 7.16',
  'a question that leaves a draft alone is a bar; somebody else answers, speaks and interrupts',
  async () => {
    const at = (name: string, mark: string, words: string) =>
      golden(name, {
        frames,
        args,
        sizes: ['usual', 'low', 'tiny'],
        act: async (screen, replay) => {
          await replay.play(mark);
          await screen.until(words);
        },
      });
    await at('session-question-bar', 'asked', '! approve: npm install');
    await at('session-interrupted', 'interrupted', 'interrupted by kim');
  },
);

verifies('7.08', 'the transcript in the pager, searched', async () => {
  await golden('pager', {
    frames,
    args,
    sizes: ['usual', 'wide', 'low', 'tiny'],
    act: async (screen, replay) => {
      await replay.play('thinking');
      await screen.until('Thinking');
      screen.press(press.ctrlT);
      await screen.until(/Transcript . fix-auth/);
      screen.press('/', 'expires', press.enter);
      await screen.until('next "expires"');
    },
  });
});
