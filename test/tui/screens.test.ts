/** Several screens, one truth: of different sizes, one killed in the middle, two people writing, a watcher. */
import { expect } from 'vitest';
import { press, Screen } from '../screen.ts';
import { verifies } from '../verifies.ts';
import { says, slowly, times, withModel } from './with-model.ts';

verifies(
  '11.05 12.02',
  'screens of 80×24 and 120×40 on one session, one killed in mid-stream: both show what the log has',
  async () => {
    await using it = await withModel([slowly(60, 50)]);
    await using small = new Screen(it.daemon, [], { env: { TCX_CLIENT_NAME: 'small' } });
    await small.until('this starts a new session');
    small.press('count', press.enter);
    await small.until('word1');
    const large = new Screen(it.daemon, ['attach', 'count'], {
      columns: 120,
      rows: 40,
      env: { TCX_CLIENT_NAME: 'large' },
    });
    await large.until('word5');
    await small.until('2 here');
    large.kill('SIGKILL');
    await large.exited;
    await small.until((text) => !text.includes('2 here'));
    await using again = new Screen(it.daemon, ['attach', 'count'], { columns: 120, rows: 40 });
    const shown = [await small.until('Worked for'), await again.until('Worked for')];
    using client = await it.daemon.client();
    const { rows } = await client.request('rows', { session: 'count', after: 0, limit: 1000 });
    const said = rows.flatMap((row) => (row.kind === 'assistant' ? row.body.text.split(' ') : []));
    expect(said).toHaveLength(60);
    for (const text of shown) expect(text.match(/word\d+/g)).toEqual(said);
  },
);

verifies(
  '12.02',
  'two drivers see each other type, and their messages arrive once, in one order, under their names',
  async () => {
    await using it = await withModel([says('ready'), says('to the first'), says('to the second')]);
    await using a = new Screen(it.daemon, [], { env: { TCX_CLIENT_NAME: 'ada' } });
    await a.until('this starts a new session');
    a.press('begin', press.enter);
    await a.until('ready');
    await using b = new Screen(it.daemon, ['attach', 'begin'], { env: { TCX_CLIENT_NAME: 'kim' } });
    await b.until('ready');
    b.press('from kim');
    await a.until('kim is typing…');
    a.press('from ada', press.enter);
    b.press(press.tab);
    await a.until((text) => text.includes('› kim: from kim') && text.includes('› from ada'));
    await b.until((text) => text.includes('› ada: from ada') && text.includes('› from kim'));
    const [one, two] = [a.text(), b.text()];
    expect(times(one, 'from kim')).toBe(1);
    expect(times(two, 'from ada')).toBe(1);
    expect(one.indexOf('from ada') < one.indexOf('from kim')).toBe(two.indexOf('from ada') < two.indexOf('from kim'));
  },
);

verifies('12.02', 'attach -r looks and changes nothing; ctrl-x v drives; --take makes the others watch', async () => {
  await using it = await withModel([slowly(200, 50), says('driven')]);
  await using driver = new Screen(it.daemon, [], { env: { TCX_CLIENT_NAME: 'ada' } });
  await driver.until('this starts a new session');
  driver.press('begin', press.enter);
  await driver.until('word2');
  await using watcher = new Screen(it.daemon, ['attach', '-r', 'begin'], { env: { TCX_CLIENT_NAME: 'kim' } });
  await watcher.until('watching · ctrl-x v to drive');
  watcher.press('words', press.enter, press.esc);
  await watcher.until('word9');
  expect(watcher.text()).not.toContain('interrupted');
  expect(watcher.text()).not.toContain('› words');
  watcher.press(press.ctrlX, 'v');
  await watcher.untilGone('watching · ctrl-x v to drive');
  await using taker = new Screen(it.daemon, ['attach', '--take', 'begin'], { env: { TCX_CLIENT_NAME: 'max' } });
  await taker.until('3 here');
  await driver.until('watching · ctrl-x v to drive');
  expect(driver.text()).toContain('max took this session; the others watch');
  taker.press('mine now', press.enter);
  await taker.until('driven');
  await driver.until('› max: mine now');
});

verifies('12.02', 'attach -d detaches the others, whose shells say by whom', async () => {
  await using it = await withModel([says('ready')]);
  await using first = new Screen(it.daemon, [], { env: { TCX_CLIENT_NAME: 'ada' } });
  await first.until('this starts a new session');
  first.press('begin', press.enter);
  await first.until('ready');
  await using second = new Screen(it.daemon, ['attach', '-d', '-t', 'begin'], { env: { TCX_CLIENT_NAME: 'kim' } });
  await second.until('ready');
  expect(await first.exited).toMatchObject({ code: 0 });
  await first.untilPrinted('detached by kim');
  await second.until((text) => !text.includes('2 here'));
});

verifies(
  '11.05',
  'a screen that is stopped in a flood has every row when it goes on, and a key said twice is said once',
  async () => {
    await using it = await withModel([slowly(3000, 1), says('the end')]);
    await using screen = new Screen(it.daemon, ['flood']);
    await screen.until('word9');
    screen.kill('SIGSTOP');
    using client = await it.daemon.client({ label: 'kim' });
    for (let n = 0; n < 2; n++)
      await client.request('say', { session: 'flood', key: 'once', text: 'and then', mode: 'queue' });
    await it.model.request(2);
    screen.kill('SIGCONT');
    const text = await screen.until('the end');
    expect(times(text, 'word2999')).toBe(1);
    expect(times(text, 'and then')).toBe(1);
    const { rows } = await client.request('rows', { session: 'flood', after: 0, limit: 1000 });
    expect(rows.filter((row) => row.kind === 'user')).toHaveLength(2);
  },
);
