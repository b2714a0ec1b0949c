/** What the session's screen looks like: goldens of scripts, at the sizes and in the colour modes of screens.md §12. */
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
