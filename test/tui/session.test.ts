/** A session on a screen: what is streamed, steered, queued and interrupted, with a real daemon and a scripted model. */
import { expect } from 'vitest';
import { until } from '../daemon.ts';
import { press, Screen } from '../screen.ts';
import { verifies } from '../verifies.ts';
import { runs, says, slowly, times, withModel } from './with-model.ts';

verifies('7.01 7.03', 'tcx in a terminal: say something, see it answered word by word, leave', async () => {
  await using it = await withModel([slowly(60, 30)]);
  await using screen = new Screen(it.daemon, []);
  await screen.until('this starts a new session');
  screen.press('explain quicksort', press.enter);
  await screen.until('word3');
  expect(screen.text()).not.toContain('word59');
  expect(screen.text()).toMatch(/Thinking \d+s · .* tokens · esc interrupts/);
  await screen.until('word59');
  const shown = await screen.until('Worked for');
  for (const n of [0, 31, 59]) expect(times(shown, `word${n}`)).toBe(1);
  screen.press(press.ctrlD);
  expect(await screen.exited).toMatchObject({ code: 0 });
  await screen.untilPrinted('Token usage');
  const left = screen.scrollback().join('\n');
  expect(left).toContain('explain-quicksort is idle.');
  expect(left).toContain('To come back:  tcx attach explain-quicksort');
  expect(left).toMatch(/Token usage: total=\d+ input=\d+ output=\d+/);
});

verifies('8.11', 'enter steers the running turn, tab queues the next one, shift-left takes it back', async () => {
  await using it = await withModel([slowly(200, 50), says('steered'), says('and the queued one')]);
  await using screen = new Screen(it.daemon, []);
  await screen.until('this starts a new session');
  screen.press('begin', press.enter);
  await screen.until('word2');
  screen.press('later please', press.tab);
  await screen.until('next: later please');
  screen.press(press.shiftLeft);
  await screen.until((text) => !text.includes('next: later') && text.includes('› later please'));
  screen.press(press.tab);
  await screen.until('next: later please');
  screen.press('now this', press.enter);
  await screen.until('and the queued one');
  const asked = JSON.stringify(it.model.requests[1]!.body.input);
  expect(asked).toContain('now this');
  expect(asked).not.toContain('later please');
  const last = JSON.stringify(it.model.requests[2]!.body.input);
  expect(times(last, 'now this')).toBe(1);
  expect(times(last, 'later please')).toBe(1);
});

verifies('8.02', 'esc interrupts at once, whatever is typed; the draft stays, the queue is held', async () => {
  await using it = await withModel([slowly(400, 50), says('after'), says('the held one')]);
  await using screen = new Screen(it.daemon, []);
  await screen.until('this starts a new session');
  screen.press('go', press.enter);
  await screen.until('word2');
  screen.press('queued words', press.tab);
  await screen.until('next: queued words');
  screen.press('a draft', press.esc);
  await screen.until('■ interrupted');
  const text = await screen.until('held: queued words');
  expect(text).toContain('› a draft');
  // What had been said stays to be read.
  expect(text).toContain('word2');
  expect(it.model.requests).toHaveLength(1);
  screen.press(press.enter);
  await screen.until('the held one');
  expect(JSON.stringify(it.model.requests[1]!.body.input)).toContain('turn_aborted');
});

verifies(
  '7.01',
  'commands, edits and plans are cells with exit, time, the end of the output and the changed lines',
  async () => {
    const patch = '*** Begin Patch\n*** Add File: hello.txt\n+one\n+two\n*** End Patch\n';
    const plan = {
      plan: [
        { step: 'look', status: 'completed' },
        { step: 'act', status: 'in_progress' },
      ],
    };
    await using it = await withModel(
      [
        { calls: [{ name: 'update_plan', args: plan }] },
        runs('pwd', 'ls nothing-here'),
        { calls: [{ name: 'apply_patch', args: patch, form: 'custom' }] },
        says('done with it'),
      ],
      { config: '[tools.update_plan]\nenabled = true\n' },
    );
    await using screen = new Screen(it.daemon, [], { rows: 50 });
    await screen.until('this starts a new session');
    screen.press('work', press.enter);
    await screen.until('Edit?');
    await screen.until((text) => text.includes('needs you'));
    await until(() => {
      if (screen.text().includes('› 1  ')) screen.press(press.down);
      return /› [2-9] {2}/.test(screen.text());
    }, 'the question to take keys');
    screen.press('a');
    const text = await screen.until('done with it');
    expect(text).toMatch(/Plan 1 of 2/);
    expect(text).toMatch(/✓ look\n\s+▸ act/);
    expect(text).toMatch(/Ran pwd\s+✓ exit 0 · \d/);
    expect(text).toMatch(/Ran ls nothing-here\s+✗ exit 2 · \d/);
    expect(text).toMatch(/Added hello.txt \(\+2 −0\)\n\s+1 \+ one\s+2 \+ two/);
    expect(text).toContain('You approved hello.txt');
  },
);

verifies(
  '8.02 8.11',
  'esc while a command runs: it reads as aborted, goes on in the background, and undelivered words come back',
  async () => {
    await using it = await withModel([runs('sleep 40'), says('I see')]);
    await using screen = new Screen(it.daemon, ['--yolo', 'wait for it']);
    await screen.until(/Running sleep 40 · \d+s/);
    screen.press('not yet delivered', press.enter);
    await screen.until('steer: not yet delivered');
    screen.press('typed meanwhile');
    await screen.until('› typed meanwhile');
    screen.press(press.esc);
    await screen.until('■ interrupted');
    const text = await screen.until('› not yet delivered');
    expect(text).toMatch(/Ran sleep 40\s+interrupted/);
    expect(text).toMatch(/not yet delivered\n\s+typed meanwhile/);
    screen.press(press.ctrlC);
    await screen.untilGone('not yet delivered');
    await screen.until('1 command goes on · /stop ends it');
    screen.press('/stop', press.enter);
    await screen.until(/sleep 40: (exit \d+|ended)/);
    screen.press('what now', press.enter);
    await screen.until('I see');
    const input = JSON.stringify(it.model.requests[1]!.body.input);
    expect(input).toContain('aborted by user');
    expect(input).toContain('turn_aborted');
    expect(input).not.toContain('not yet delivered');
  },
);
