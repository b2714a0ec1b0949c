/** The screen as a thing: its sizes, its modes, what it writes and when it is quiet. */
import { expect } from 'vitest';
import { until } from '../daemon.ts';
import { modesLeftOn, press, Screen } from '../screen.ts';
import { verifies } from '../verifies.ts';
import { says, slowly, times, withModel } from './with-model.ts';

const lines = (count: number) => Array.from({ length: count }, (_, n) => `line ${n} of it`).join('\n');

verifies(
  '7.03 7.25',
  'inline: 2,000 streamed lines are each in the scrollback once, over resizes in the middle',
  async () => {
    await using it = await withModel([{ text: lines(2000), deltas: 400, delayMs: 3 }, says('and done')]);
    await using screen = new Screen(it.daemon, ['--no-alt-screen']);
    await screen.until('this starts a new session');
    screen.press('many', press.enter);
    await screen.until(/line \d\d/);
    screen.resize(100, 30);
    await screen.until(/line \d\d\d/);
    screen.resize(80, 24);
    await screen.until('Worked for');
    screen.press('more', press.enter);
    await screen.until('and done');
    const all = screen.scrollback();
    const seen = all.flatMap((line) => /line (\d+) of it/.exec(line)?.[1] ?? []);
    expect(seen).toEqual(Array.from({ length: 2000 }, (_, n) => String(n)));
    expect(screen.raw).not.toContain('\u001b[?1049h');
    screen.press(press.ctrlD);
    await screen.exited;
    expect(modesLeftOn(screen.raw)).toEqual([]);
  },
);

verifies(
  '7.25',
  'full screen: the shell is as it was before, and scrolling shows what is above without losing the place',
  async () => {
    await using it = await withModel([says(lines(300)), slowly(40, 30)]);
    await using screen = new Screen(it.daemon, []);
    await screen.until('this starts a new session');
    screen.press('many', press.enter);
    await screen.until('line 299 of it');
    screen.press(press.pageUp);
    await screen.until('↓ end');
    const before = screen.rows().find((row) => row.includes('of it'));
    using client = await it.daemon.client({ label: 'kim' });
    await client.request('say', { session: 'many', key: 'k1', text: 'go on', mode: 'steer' });
    await screen.until(/↓ \d+ new/);
    expect(screen.rows().find((row) => row.includes('of it'))).toBe(before);
    screen.press(press.ctrlEnd);
    await screen.until('word39');
    for (let n = 0; n < 40; n++) screen.press(press.pageUp);
    await screen.until('› many');
    screen.press(press.wheelUp, press.ctrlEnd);
    await screen.until('Worked for');
    screen.press(press.ctrlD);
    await screen.exited;
    expect(screen.raw).toContain('\u001b[?1049h');
    expect(screen.scrollback().join('\n')).not.toContain('of it');
  },
);

verifies(
  '7.03',
  'a long conversation is paged from the daemon: the first screen is its end, its beginning comes by scrolling',
  async () => {
    await using it = await withModel(({ n }) => says(`answer ${n}`));
    using client = await it.daemon.client({ label: 'kim' });
    await it.daemon.tcx(['new', '-d', '-n', 'long', 'begin']);
    for (let n = 2; n <= 120; n++) {
      await client.request('say', { session: 'long', key: `k${n}`, text: `question ${n}`, mode: 'queue' });
      await it.model.request(n);
    }
    await using screen = new Screen(it.daemon, ['attach', 'long']);
    await screen.until('answer 120');
    await until(() => {
      screen.press(press.pageUp);
      return screen.text().includes('› begin') || screen.text().includes('begin');
    });
    await screen.until('answer 1');
  },
);

verifies(
  '7.26',
  'a flood of deltas draws at most some 30 frames a second, each a synchronized write; an idle screen writes nothing',
  async () => {
    await using it = await withModel([{ text: slowly(4000).text ?? '', deltas: 1000, delayMs: 1 }]);
    await using screen = new Screen(it.daemon, []);
    await screen.until('this starts a new session');
    screen.press('flood', press.enter);
    await it.model.request(1);
    const from = screen.raw.length;
    const began = performance.now();
    await screen.until('Worked for');
    const seconds = (performance.now() - began) / 1000;
    const written = screen.raw.slice(from);
    const frames = written.split('\u001b[?2026h').length - 1;
    expect(frames).toBeGreaterThan(5);
    expect(frames / seconds).toBeLessThan(33);
    expect(written.split('\u001b[?2026l').length - 1).toBe(frames);
    // The hints of the leaving row are gone, nothing counts: no byte in a second.
    await until(async () => {
      const quiet = screen.raw.length;
      await new Promise((resolve) => setTimeout(resolve, 1000));
      return screen.raw.length === quiet;
    }, 'a quiet screen');
  },
);

verifies('7.01', 'a storm of resizes, down to too small and back, leaves one whole screen', async () => {
  await using it = await withModel([slowly(100, 20)]);
  await using screen = new Screen(it.daemon, []);
  await screen.until('this starts a new session');
  screen.press('storm', press.enter);
  await screen.until('word5');
  for (let n = 0; n < 60; n++) screen.resize(20 + ((n * 37) % 120), 5 + ((n * 13) % 40));
  screen.resize(18, 4);
  await screen.until('too small (18×4)');
  screen.resize(20, 5);
  const small = await screen.until((text) => /[◐◓◑◒] \d+s/.test(text) && text.includes('›'));
  const rows = small.split('\n');
  expect(rows).toHaveLength(5);
  // Two rows of transcript, the mark and the seconds, the composer, the handle.
  expect(rows.at(-2)).toMatch(/^ ›/);
  expect(rows.at(-1)).toBe(' storm');
  screen.resize(80, 24);
  await screen.until('Worked for');
  const text = await screen.until('› Ask for anything');
  expect(text).toContain('› storm');
  for (const word of ['word0', 'word50', 'word99']) expect(times(text, word)).toBe(1);
  expect(times(text, 'Ask for anything')).toBe(1);
});

verifies('7.01', 'a paste of 5 MB is a placeholder, keeps the keys after it, and is sent whole', async () => {
  await using it = await withModel([says('got it')]);
  await using screen = new Screen(it.daemon, []);
  await screen.until('this starts a new session');
  const text = `${'0123456789abcdef\r\n'.repeat(300_000)}the end`;
  screen.press(press.paste(text), ' and more');
  const size = 17 * 300_000 + 7;
  await screen.until(`[Pasted Content ${size} chars] and more`);
  screen.press(press.enter);
  await screen.until('got it');
  const { input } = it.model.requests[0]!.body;
  const said = JSON.stringify(input.at(-1));
  expect(said).toContain('the end and more');
  expect(said).toContain('0123456789abcdef\\n0123456789abcdef');
  expect(said).not.toContain('\\r');
});

verifies(
  '7.01',
  'NO_COLOR keeps bold and dim and has no colour; --ascii has no character beyond ASCII but what was said',
  async () => {
    await using it = await withModel([slowly(30), says('plain')]);
    await using colorless = new Screen(it.daemon, [], { env: { NO_COLOR: '1' } });
    await colorless.until('this starts a new session');
    colorless.press('go', press.enter);
    await colorless.until('Worked for');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are what is looked for
    expect(colorless.raw).not.toMatch(/\u001b\[[0-9;]*(?:3[0-7]|4[0-7]|9[0-7]|38|48)m/);
    expect(colorless.raw).toContain('\u001b[2m');
    await using plain = new Screen(it.daemon, ['--ascii']);
    await plain.until('this starts a new session');
    plain.press('go on', press.enter);
    const text = await plain.until('Worked for');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
    expect(text).toMatch(/^[\u0000-\u007f]*$/);
  },
);

verifies(
  '7.25',
  'config says whether the alternate screen is used, -c over the file, and what this screen is called',
  async () => {
    const config = '[tui]\nalternate_screen = "never"\nclient_name = "desk"\n';
    await using it = await withModel([says('hello')], { config });
    await using inline = new Screen(it.daemon, []);
    await inline.until('this starts a new session');
    inline.press('go', press.enter);
    await inline.until('Worked for');
    expect(inline.raw).not.toContain('\u001b[?1049h');
    using client = await it.daemon.client();
    const { presence } = await client.request('attach', { session: 'go' });
    expect(presence.map(({ label }) => label)).toContain('desk');
    await using full = new Screen(it.daemon, ['-c', 'tui.alternate_screen=always', 'attach', 'go']);
    await full.until('Worked for');
    expect(full.raw).toContain('\u001b[?1049h');
  },
);
