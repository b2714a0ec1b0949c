/** Questions on a screen: they take no key that was meant for something else, and one answer is one answer. */
import { expect } from 'vitest';
import { until } from '../daemon.ts';
import { press, Screen } from '../screen.ts';
import { verifies } from '../verifies.ts';
import { runs, says, type WithModel, withModel } from './with-model.ts';

/** A question is deaf in its first moments; when an arrow moves the mark, it takes keys. The mark is then on another row. */
async function untilItTakesKeys(screen: Screen) {
  await screen.until(/! (Approve|Edit)\?/);
  await until(() => {
    if (screen.text().includes('› 1  ')) screen.press(press.down);
    return /› [2-9] {2}/.test(screen.text());
  }, 'the question to take keys');
}

async function rowsOf(it: WithModel, kind: string) {
  using client = await it.daemon.client();
  const { rows } = await client.request('rows', { session: '.', after: 0, limit: 1000 });
  return rows.filter((row) => row.kind === kind);
}

verifies('7.16', 'a question shows what, where and why; y runs it once and says who answered', async () => {
  await using it = await withModel([runs('echo hello | tr a-z A-Z'), says('so it is')]);
  await using screen = new Screen(it.daemon, []);
  await screen.until('this starts a new session');
  screen.press('shout', press.enter);
  const asked = await screen.until('! Approve?');
  expect(asked).toContain('$ echo hello | tr a-z A-Z');
  expect(asked).toContain('in ~/w');
  expect(asked).toContain('because:');
  expect(asked).toMatch(/1 {2}Yes, this once\s+y/);
  await untilItTakesKeys(screen);
  screen.press('y');
  const text = await screen.until('so it is');
  expect(text).toContain('HELLO');
  expect(text).toContain('✔ You approved echo hello | tr a-z A-Z');
  expect(await rowsOf(it, 'answered')).toMatchObject([{ body: { choice: 'once' } }]);
});

verifies(
  '7.16',
  'a question that comes between the keys of `yes please` answers nothing and loses no letter',
  async () => {
    let ask: () => void = () => {};
    const asking = new Promise<void>((resolve) => {
      ask = resolve;
    });
    await using it = await withModel(async ({ n }) => {
      if (n > 1) return says('ok');
      await asking;
      return runs('touch made');
    });
    await using screen = new Screen(it.daemon, []);
    await screen.until('this starts a new session');
    screen.press('go', press.enter);
    await it.model.request(1);
    const letters = [...'yes please'];
    for (const [at, letter] of letters.entries()) {
      screen.press(letter);
      if (at === 3) {
        ask();
        await screen.until('approve: touch made');
      }
      await screen.until(
        `› ${letters
          .slice(0, at + 1)
          .join('')
          .trimEnd()}`,
      );
    }
    const text = screen.text();
    expect(text).toContain('› yes please');
    expect(text).toContain('ctrl-x y to look');
    expect(text).not.toContain('! Approve?');
    expect(await rowsOf(it, 'answered')).toEqual([]);
    // Looked at on purpose, it can be answered; the draft is there afterwards.
    screen.press(press.ctrlX, 'y');
    await screen.until('! Approve?');
    await until(async () => {
      if (screen.text().includes('! Approve?')) screen.press(press.down);
      return screen.text().includes('› 2  Yes, in this session');
    });
    screen.press('d');
    await screen.until('You declined touch made');
    await screen.until('› yes please');
  },
);

verifies('7.16', 'a held y over three questions answers one', async () => {
  await using it = await withModel([runs('touch one', 'touch two', 'touch three'), says('done')]);
  await using screen = new Screen(it.daemon, []);
  await screen.until('this starts a new session');
  screen.press('go', press.enter);
  await screen.until('2 more waiting');
  await untilItTakesKeys(screen);
  // As a keyboard repeats: 30 a second, long after the first answer.
  for (let n = 0; n < 60; n++) {
    screen.press('y');
    await new Promise((resolve) => setTimeout(resolve, 33));
  }
  expect(await rowsOf(it, 'answered')).toHaveLength(1);
  expect(screen.text()).not.toContain('› y');
  // The next one comes forward when the key is let go.
  await screen.until('! Approve?');
});

verifies('7.16 12.02', 'answered on another screen it vanishes here, with a line who did', async () => {
  await using it = await withModel([runs('touch here'), says('fine')]);
  await using screen = new Screen(it.daemon, []);
  await screen.until('this starts a new session');
  screen.press('go', press.enter);
  await screen.until('! Approve?');
  using other = await it.daemon.client({ label: 'kim' });
  const { approvals } = await other.request('inbox', {});
  await other.request('decide', { approval: approvals[0]!.approval, choice: 'no', key: 'k1' });
  const text = await screen.until('kim declined touch here');
  expect(text).not.toContain('! Approve?');
  await screen.until('fine');
  expect(await rowsOf(it, 'answered')).toHaveLength(1);
});

verifies('7.16', 'esc in a question ends the turn; ctrl-c only puts it down', async () => {
  await using it = await withModel([runs('touch here'), says('never asked for')]);
  await using screen = new Screen(it.daemon, []);
  await screen.until('this starts a new session');
  screen.press('go', press.enter);
  await screen.until('! Approve?');
  screen.press(press.ctrlC);
  await screen.until('approve: touch here');
  expect(await rowsOf(it, 'answered')).toEqual([]);
  screen.press(press.ctrlX, 'y');
  await untilItTakesKeys(screen);
  screen.press(press.esc);
  await screen.until('■ interrupted');
  expect(await rowsOf(it, 'answered')).toMatchObject([{ body: { choice: 'abort' } }]);
  expect(it.model.requests).toHaveLength(1);
});

verifies('7.16', 'an edit shows its change, in colours; ctrl-a the whole of it, and back to the choices', async () => {
  const lines = Array.from({ length: 60 }, (_, n) => `+export const line${n} = ${n};`).join('\n');
  const patch = `*** Begin Patch\n*** Add File: src/many.ts\n${lines}\n*** End Patch\n`;
  await using it = await withModel([{ calls: [{ name: 'apply_patch', args: { input: patch } }] }, says('written')]);
  await using screen = new Screen(it.daemon, ['write it']);
  const asked = await screen.until('! Edit?');
  expect(asked).toContain('Added src/many.ts (+60 −0)');
  expect(asked).toContain('1 + export const line0 = 0;');
  expect(asked).toMatch(/… \+\d+ lines \(ctrl-a\)/);
  expect(asked).toContain('1  Yes, this once');
  await untilItTakesKeys(screen);
  screen.press(press.ctrlA);
  const whole = await screen.until('esc back to the choices');
  expect(whole).toContain('line15 = 15;');
  screen.press(press.pageDown, press.pageDown, press.pageDown);
  await screen.until('60 + export const line59 = 59;');
  // Letters answer nothing where no choice is seen.
  screen.press('y', 'd');
  expect(await rowsOf(it, 'answered')).toEqual([]);
  screen.press(press.esc);
  await screen.until('! Edit?');
  screen.press('y');
  await screen.until('written');
  expect(await rowsOf(it, 'answered')).toMatchObject([{ body: { choice: 'once' } }]);
});
