/** The first five minutes of somebody who knows tmux, and of somebody who knows Codex: their fingers work here. */
import { expect } from 'vitest';
import { until } from '../daemon.ts';
import type { FakeRequest } from '../fake-model.ts';
import { press, Screen } from '../screen.ts';
import { verifies } from '../verifies.ts';
import { byWords } from './agents-model.ts';
import { says, withModel } from './with-model.ts';

verifies('12.01 13.42', 'a tmux user, without a manual', async () => {
  await using it = await withModel(byWords);
  const { tcx } = it.daemon;
  expect(await tcx(['new', '-d', '-n', 'a', 'count to 50 slowly'])).toMatchObject({ code: 0 });
  expect((await tcx(['ls'])).stdout).toMatch(/\ba\b.*thinking/);
  const first = new Screen(it.daemon, ['attach', '-t', 'a']);
  await first.until('word3');
  first.press(press.ctrlX, 'd');
  expect(await first.exited).toMatchObject({ code: 0 });
  await first.untilPrinted('a goes on: turn 1');
  await first.untilPrinted('To come back:  tcx attach a');
  const again = new Screen(it.daemon, ['a', 'a']);
  await again.until(/word\d+/);
  again.close();
  await again.exited;
  // The window is gone; the turn is not.
  expect((await tcx(['ls'])).stdout).toMatch(/\ba\b.*thinking/);
  expect(await tcx(['kill-session', '-t', 'a'])).toMatchObject({ code: 0 });
  await until(async () => /\ba\b.*stopped/.test((await tcx(['ls'])).stdout), 'the session to be stopped');
  const named = await tcx(['new', '-s', 'work']);
  expect(named).toMatchObject({ code: 2, stderr: expect.stringContaining('a name is -n') });
});

/** Slow at first, so that there is something to interrupt. */
const codex = (request: FakeRequest) => {
  const said = JSON.stringify(request.body.input.findLast(({ role }) => role === 'user'));
  return said.includes('fix it')
    ? byWords({ ...request, body: { ...request.body, input: [slow] } })
    : says(`answer ${request.n}`);
};
const slow = { role: 'user', content: 'slowly' };

verifies('12.01 7.15', 'a Codex user', async () => {
  await using it = await withModel(codex);
  const { tcx } = it.daemon;
  const screen = new Screen(it.daemon, ['fix it']);
  await screen.until('word3');
  screen.press('then lint', press.tab);
  await screen.until('next: then lint');
  screen.press(press.esc);
  await screen.until('■ interrupted');
  // The queue is held, and goes on with the next word.
  await screen.until('held: then lint');
  screen.press('/model', press.enter);
  await screen.until(/gpt-5/);
  screen.press(press.esc);
  screen.press('\u0015/status', press.enter);
  await screen.until(/folder +~\/w/);
  screen.press('/diff', press.enter);
  await screen.until('changed no file');
  screen.press('go on', press.enter);
  await screen.until(/answer \d[\s\S]*Worked for[\s\S]*answer \d[\s\S]*Worked for/);
  screen.press(press.ctrlC);
  expect(await screen.exited).toMatchObject({ code: 0 });
  await screen.untilPrinted('fix is idle.');
  await screen.untilPrinted('Token usage: total=');
  const resumed = new Screen(it.daemon, ['resume', '--last']);
  await resumed.until('go on');
  resumed.press(press.ctrlD);
  await resumed.exited;
  const exec = await tcx(['exec', '--json', '--skip-git-repo-check', 'say something']);
  expect(exec.code).toBe(0);
  const events = exec.stdout
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { type: string }).type);
  expect(events[0]).toBe('thread.started');
  expect(events.at(-1)).toBe('turn.completed');
  expect(await tcx(['queue', '--thread', 'fix', '--message', 'and once more'])).toMatchObject({ code: 0 });
  await until(async () => (await tcx(['tail', '-n', '20', 'fix'])).stdout.includes('and once more'), 'the message');
  await using agents = new Screen(it.daemon, ['agents']);
  await agents.until(/✓ fix/);
  agents.press('q');
  expect(await agents.exited).toMatchObject({ code: 0 });
});
