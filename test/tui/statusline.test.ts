/** `/statusline` and `/title`: items on and off, in order, seen at once, kept in config. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { until } from '../daemon.ts';
import { press, Screen } from '../screen.ts';
import { verifies } from '../verifies.ts';
import { says, withModel } from './with-model.ts';

const last = (raw: string) => raw.split('\u001b]2;').at(-1)!.split('\u0007')[0];
/** The second line from below: the hints stand under it. */
const line = (screen: Screen) => screen.rows().at(-2)!.trim();

verifies('7.27', 'items are toggled and moved, seen at once, kept; [] hides the line; /title likewise', async () => {
  await using it = await withModel([says('well')]);
  const config = () => readFileSync(join(it.daemon.home, 'config.toml'), 'utf8');
  const screen = new Screen(it.daemon, [], { columns: 100 });
  await screen.until('this starts a new session');
  screen.press('hello', press.enter);
  await screen.until('Worked for');
  screen.press('/statusline', press.enter);
  await screen.until(/› \[x\] model-with-reasoning +gpt-5 medium/);
  // The model goes, the folder moves behind the name of the branch.
  screen.press(' ');
  await screen.until(/› \[ \] model-with-reasoning/);
  screen.press(press.down, press.right);
  await screen.until(/\[x\] git-branch[\s\S]*› \[x\] current-dir +~\/w/);
  await screen.until(/~\/w · hello · 100% left/);
  screen.press(press.enter);
  await screen.until('kept in config.toml');
  await until(() => line(screen) === '~/w · hello · 100% left', 'the line as it was chosen');
  expect(config()).toContain(
    '[tui]\nstatus_line = ["git-branch","current-dir","thread-name","context-remaining","estimated-thread-cost"]',
  );
  screen.press('/title', press.enter);
  await screen.until(/› \[x\] thread-name +hello/);
  screen.press(press.down, ' ');
  await until(() => last(screen.raw) === '✓ hello', 'the title as it is chosen');
  screen.press(press.esc);
  await until(() => last(screen.raw) === '✓ hello · w', 'the title as it was');
  screen.press(press.ctrlD);
  await screen.exited;
  await using again = new Screen(
    it.daemon,
    ['attach', 'hello', '-c', 'tui.status_line=["run-state","model","used-tokens","total-input-tokens","thread-id"]'],
    { columns: 140 },
  );
  await again.until(/Ready · gpt-5 · [\d,]+ used · [\d,]+ in · [0-9a-f]{8}-/);
  await using hidden = new Screen(it.daemon, ['attach', 'hello', '-c', 'tui.status_line=[]']);
  await hidden.until('Worked for');
  await hidden.until((text) => !text.includes('gpt-5') && !text.includes('% left'));
});
