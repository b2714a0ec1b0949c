/** The pager: the transcript of a long session, found in, and what a session changed. */
import { expect } from 'vitest';
import { lastWords, writeLog } from '../../bench/long-log.ts';
import { startDaemon, until } from '../daemon.ts';
import { press, Screen } from '../screen.ts';
import { verifies } from '../verifies.ts';
import { says, withModel } from './with-model.ts';

const rowsOfLong = 100_000;

verifies(
  '7.08 13.22',
  'ctrl-t pages through 100,000 rows: every key moves, home and end are there at once, find reaches the beginning, q leads back',
  async () => {
    await using daemon = await startDaemon({ cold: true });
    const session = await writeLog(daemon.home, daemon.work, rowsOfLong);
    await daemon.start();
    await using screen = new Screen(daemon, ['attach', session]);
    await screen.until(lastWords(rowsOfLong));
    const before = screen.rows();
    screen.press(press.ctrlT);
    const end = await screen.until(/Transcript · .*\n[\s\S]*100%/);
    expect(end).toContain(lastWords(rowsOfLong));
    const moves = async (key: string) => {
      const was = screen.rows().slice(1, -1).join('\n');
      screen.press(key);
      await until(() => screen.rows().slice(1, -1).join('\n') !== was, `${JSON.stringify(key)} to move the page`);
      return was;
    };
    for (const [there, back] of [
      [press.up, press.down],
      ['k', 'j'],
      [press.pageUp, press.pageDown],
      ['\u0002', '\u0006'],
      ['\u0015', '\u0004'],
    ] as const) {
      await moves('g');
      await moves(back);
      await moves(back);
      const was = await moves(there);
      await moves(back);
      expect(screen.rows().slice(1, -1).join('\n')).toBe(was);
      screen.press('G');
      await screen.until('100%');
    }
    screen.press('g');
    await screen.until(/ 0%$/m);
    screen.press('G');
    await screen.until('100%');
    // Words that stand at the very beginning alone: looked for upward, page by page.
    screen.press('/', 'answer 23', press.backspace, ':', press.enter);
    const found = await screen.until('• answer 2: it is', 40_000);
    expect(found).toContain('n next "answer 2:"');
    screen.press('q');
    await until(() => screen.rows().join('\n') === before.join('\n'), 'the screen as it was');
  },
  120_000,
);

verifies(
  '7.04',
  '/diff opens what was changed in the pager, with numbers, signs and counts, during a turn too',
  async () => {
    const patch = [
      '*** Begin Patch',
      '*** Add File: long.txt',
      ...Array.from({ length: 10_000 }, (_, n) => `+line ${n}`),
    ];
    await using it = await withModel([
      { calls: [{ name: 'apply_patch', form: 'custom', args: [...patch, '*** End Patch'].join('\n') }] },
      { text: 'still at it '.repeat(400), delayMs: 40 },
      says('done'),
    ]);
    await using screen = new Screen(it.daemon, ['--yolo', 'make it long']);
    await screen.until('still at it');
    screen.press('/diff', press.enter);
    await screen.until(/Diff · 1 file \+10000 −0/);
    const first = await screen.until(/Added long.txt \(\+10000 −0\)\n +1 \+ line 0 *\n/);
    expect(first).not.toContain('still at it');
    screen.press('G');
    await screen.until(/10000 \+ line 9999/);
    screen.press('g', '/', 'line 5003', press.enter);
    await screen.until(/5004 \+ line 5003\b/);
    screen.press('q');
    await screen.until('still at it');
    screen.press(press.esc);
    await screen.until('interrupted');
  },
);
