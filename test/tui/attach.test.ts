/** Coming back and company: what was missed is counted as the log has it, and what two do at once happens in one order. */
import { expect } from 'vitest';
import type { Row } from '../../core/rows.ts';
import { until } from '../daemon.ts';
import { press, Screen } from '../screen.ts';
import { verifies } from '../verifies.ts';
import { runs, says, withModel } from './with-model.ts';

verifies('12.01 12.10', 'the line of what was missed counts what tcx log has between the two looks', async () => {
  await using it = await withModel(({ body }) => {
    const said = JSON.stringify(body.input.at(-1));
    return said.includes('look') ? runs('ls', 'pwd') : says('fine');
  });
  const { tcx } = it.daemon;
  const screen = new Screen(it.daemon, ['hello'], { env: { TCX_CLIENT_NAME: 'desk' } });
  await screen.until('Worked for');
  using client = await it.daemon.client({ label: 'kim' });
  const rows = async () => {
    const { stdout } = await tcx(['log', 'hello', '--json']);
    return JSON.parse(stdout) as Row[];
  };
  // Seen is what stood on a focused screen for a second: the session is not news any more then.
  await until(async () => {
    const { sessions } = await client.request('list', { what: 'sessions' });
    return sessions[0]?.state === 'done';
  });
  const seen = (await rows()).at(-1)!.seq;
  screen.press(press.ctrlD);
  await screen.exited;
  for (const text of ['look one', 'look two']) {
    await tcx(['say', 'hello', text]);
    await tcx(['wait', 'hello']);
  }
  const missed = (await rows()).filter(({ seq }) => seq > seen);
  const count = (kind: Row['kind']) => missed.filter((row) => row.kind === kind).length;
  expect([count('turn.started'), count('call')]).toEqual([2, 4]);
  await using back = new Screen(it.daemon, ['attach', 'hello'], { rows: 50 });
  await back.until(/since you left \d+s ago: 2 turns, 4 calls/);
});

verifies(
  '12.02 11.05',
  'two drivers at once: both messages once, in one order on both screens; the first answer wins',
  async () => {
    await using it = await withModel(({ body }) => {
      const last = JSON.stringify(body.input.at(-1));
      const n = /ask (\d+)/.exec(last)?.[1];
      return n === undefined ? says('fine') : runs(`touch file${n}`);
    });
    await using one = new Screen(it.daemon, ['hello'], { env: { TCX_CLIENT_NAME: 'ann' } });
    await one.until('Worked for');
    await using two = new Screen(it.daemon, ['attach', 'hello'], { env: { TCX_CLIENT_NAME: 'kim' } });
    await two.until('2 here');
    one.press('from ann');
    two.press('from kim');
    await one.until('› from ann');
    await one.until('kim is typing…');
    await two.until('› from kim');
    one.press(press.enter);
    two.press(press.enter);
    const order = (screen: Screen) => screen.text().match(/from (ann|kim)/g);
    await one.until((text) => text.includes('from ann') && text.includes('› kim: from kim'));
    await two.until((text) => text.includes('from kim') && text.includes('› ann: from ann'));
    await until(() => order(one)?.length === 2 && order(two)?.length === 2, 'both messages once');
    expect(order(one)).toEqual(order(two));
    using client = await it.daemon.client();
    for (let n = 0; n < 10; n++) {
      await client.request('say', { session: 'hello', key: `ask ${n}`, text: `ask ${n}`, mode: 'steer' });
      const open = await until(async () => (await client.request('inbox', {})).approvals[0], 'a question');
      using ann = await it.daemon.client({ label: 'ann' });
      using kim = await it.daemon.client({ label: 'kim' });
      const answers = await Promise.allSettled([
        ann.request('decide', { approval: open.approval, choice: 'no', key: `a${n}` }),
        kim.request('decide', { approval: open.approval, choice: 'no', key: `k${n}` }),
      ]);
      const lost = answers.filter((answer) => answer.status === 'rejected');
      expect(lost).toHaveLength(1);
      expect(String((lost[0] as PromiseRejectedResult).reason)).toMatch(/already answered by (ann|kim)/);
      await until(async () => (await client.request('inbox', {})).approvals.length === 0);
      await client.request('resolve', { session: 'hello' });
      await until(async () => (await client.request('resolve', { session: 'hello' })).ended === 'completed');
    }
  },
);

verifies(
  '12.02',
  'ctrl-x D lists who is here and detaches one, whose shell says by whom; --take makes the others watch',
  async () => {
    await using it = await withModel([says('well')]);
    await using one = new Screen(it.daemon, ['hello'], { env: { TCX_CLIENT_NAME: 'ann' } });
    await one.until('Worked for');
    const two = new Screen(it.daemon, ['attach', 'hello'], { columns: 100, rows: 30, env: { TCX_CLIENT_NAME: 'kim' } });
    await two.until('2 here');
    one.press(press.ctrlX, 'D');
    await one.until(/ann \(this screen\) +drives · 80×24[\s\S]*kim +drives · 100×30/);
    one.press(press.down);
    await one.until(/› 2 {2}kim/);
    one.press(press.enter);
    expect(await two.exited).toMatchObject({ code: 0 });
    await two.untilPrinted('detached by ann');
    await one.until((text) => !text.includes('2 here') && text.includes('Ask for anything'));
    await using three = new Screen(it.daemon, ['attach', 'hello', '--take'], { env: { TCX_CLIENT_NAME: 'eve' } });
    await one.until('eve took this session');
    await one.until('watching · ctrl-x v to drive');
    one.press('x', press.enter);
    one.press(press.ctrlX, 'v');
    await one.until('Ask for anything');
    await three.until('2 here');
  },
);
