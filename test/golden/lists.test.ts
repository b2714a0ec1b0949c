/** What the lists and the first start look like: goldens at the sizes and in the colour modes of screens.md §12. */
import { press } from '../screen.ts';
import { verifies } from '../verifies.ts';
import { golden } from './screen.ts';

verifies('13.06', 'the agents screen equals its goldens, and its pane with a question', async () => {
  await golden('agents', {
    frames: 'lists',
    args: ['agents'],
    sizes: ['usual', 'wide', 'low', 'tiny'],
    act: async (screen) => void (await screen.until(/[›>] ! billing/)),
  });
  await golden('agents-question', {
    frames: 'lists',
    args: ['agents'],
    sizes: ['usual', 'low'],
    act: async (screen) => {
      await screen.until(/[›>] ! billing/);
      screen.press(' ');
      await screen.until(/1 {2}Yes, this once/);
    },
  });
});

verifies('7.16', 'the inbox equals its goldens', async () => {
  await golden('inbox', {
    frames: 'lists',
    args: ['agents'],
    sizes: ['usual', 'low'],
    act: async (screen) => {
      await screen.until(/[›>] ! billing/);
      screen.press(press.ctrlX, 'i');
      await screen.until(/Inbox +4 open/);
    },
  });
});

verifies('13.42', 'tcx where sessions run equals its goldens', async () => {
  await golden('start-strip', {
    frames: 'lists',
    args: [],
    sizes: ['usual', 'wide', 'low', 'tiny'],
    act: async (screen) => void (await screen.until(/fix-auth[\s\S]*Elsewhere/)),
  });
});

verifies('7.10', 'the first start and the question about the folder equal their goldens', async () => {
  const env = { ANTHROPIC_API_KEY: 'sk-golden' };
  await golden('first-start', {
    frames: 'first',
    args: [],
    env,
    sizes: ['usual', 'wide', 'low'],
    act: async (screen) => void (await screen.until(/running here: qwen3-coder:30b/)),
  });
  await golden('first-folder', {
    frames: 'first',
    args: [],
    env,
    sizes: ['usual', 'low'],
    act: async (screen) => {
      await screen.until(/running here: qwen3-coder:30b/);
      screen.press('6');
      await screen.until(/Work in ~/);
    },
  });
});
