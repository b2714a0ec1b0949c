/** A daemon that goes away under a screen: said within two seconds, typing kept, nothing lost or doubled when it is back. */
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { until } from '../daemon.ts';
import { press, Screen } from '../screen.ts';
import { verifies } from '../verifies.ts';
import { says, slowly, times, withModel } from './with-model.ts';

verifies(
  '12.10',
  'SIGKILL of tcxd in mid-turn: a bar, the typing kept, what was sent arrives once, the turn goes on',
  async () => {
    await using it = await withModel([slowly(200, 40), slowly(30, 20), says('the second answer')]);
    await using screen = new Screen(it.daemon, []);
    await screen.until('this starts a new session');
    screen.press('count', press.enter);
    await screen.until('word2');
    screen.press('next I wan');
    await screen.until('› next I wan');
    const pid = it.daemon.pid();
    const before = performance.now();
    await it.daemon.kill();
    await until(
      () => /daemon not answering · trying again|starting tcxd|back after/.test(screen.text()),
      'word of it',
      2000,
    );
    expect(performance.now() - before).toBeLessThan(2500);
    expect(screen.text()).toContain('› next I wan');
    screen.press('t this', press.tab);
    await screen.until(/back after \d+s, nothing missed/);
    expect(it.daemon.pid()).not.toBe(pid);
    await screen.until('the second answer');
    const shown = screen.text();
    expect(times(shown, 'next I want this')).toBe(1);
    using client = await it.daemon.client();
    const { rows } = await client.request('rows', { session: 'count', after: 0, limit: 1000 });
    expect(rows.filter((row) => row.kind === 'user')).toHaveLength(2);
    expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_, at) => at + 1));
  },
);

verifies(
  '12.10',
  'a message sent while no daemon can be had waits with its key, and is never shown as thinking',
  async () => {
    await using it = await withModel([says('first'), says('second')]);
    await using screen = new Screen(it.daemon, []);
    await screen.until('this starts a new session');
    screen.press('one', press.enter);
    await screen.until('Worked for');
    using client = await it.daemon.client();
    await client.request('daemon.stop', {});
    // Ended on purpose: it is not brought back before somebody wants it.
    const text = await screen.until('tcxd was stopped · enter starts it again');
    expect(text).not.toContain('Thinking');
    screen.press('two', press.enter);
    await screen.until('second');
    expect(times(screen.text(), 'two')).toBe(1);
    expect(it.model.requests).toHaveLength(2);
  },
);

/** CPU of a process and of what it started and waited for, in ms. */
function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const tickMs = 10;
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) * tickMs;
}

verifies(
  '12.10',
  'a daemon that stands still in mid-turn is not shown as thinking, and waiting for it is nearly no work',
  async () => {
    await using it = await withModel([slowly(100, 40)]);
    await using screen = new Screen(it.daemon, []);
    await screen.until('this starts a new session');
    screen.press('count', press.enter);
    await screen.until('word2');
    const pid = it.daemon.pid()!;
    process.kill(pid, 'SIGSTOP');
    try {
      const text = await screen.until('daemon not answering · trying again (1)');
      expect(text).not.toContain('Thinking');
      const [began, before] = [performance.now(), cpuMs(screen.pid)];
      await screen.until('trying again (2)');
      expect(screen.text()).not.toContain('Thinking');
      expect((cpuMs(screen.pid) - before) / (performance.now() - began)).toBeLessThan(0.1);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    await screen.until('Worked for');
    expect(times(screen.text(), 'word99')).toBe(1);
    expect(it.daemon.pid()).toBe(pid);
    expect(it.model.requests).toHaveLength(1);
  },
);
