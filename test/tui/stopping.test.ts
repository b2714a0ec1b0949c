/** An interrupt of what cannot end at once: it is shown, the composer is free, and the turn is over all the same. */
import { expect } from 'vitest';
import { holderPids } from '../daemon.ts';
import { press, Screen } from '../screen.ts';
import { verifies } from '../verifies.ts';
import { says, withModel } from './with-model.ts';

const call = (name: string, args: object) => ({ calls: [{ name, args: { ...args } }] });

verifies(
  '8.02',
  'esc while a tool cannot end: it shows that it stops, the composer is free, the turn ends, the terminal lives on',
  async () => {
    await using it = await withModel([
      call('exec_command', { cmd: 'cat', tty: true, login: false, yield_time_ms: 250 }),
      says('it waits'),
      call('write_stdin', { session_id: 1001, chars: 'for nobody\n' }),
      says('I see'),
    ]);
    await using screen = new Screen(it.daemon, ['--yolo', 'open it']);
    await screen.until('it waits');
    // Who holds the terminal stands still: what is written to it neither arrives nor fails.
    const [holder] = holderPids(it.daemon.home);
    process.kill(holder!, 'SIGSTOP');
    try {
      screen.press('write to it', press.enter);
      await screen.until(/Running .*esc interrupts/);
      screen.press(press.esc);
      await screen.until('Interrupting · ');
      screen.press('typed meanwhile');
      await screen.until('› typed meanwhile');
      await screen.until('■ interrupted');
      expect(screen.text()).toContain('› typed meanwhile');
      // Nor does anybody else wait for it.
      expect(JSON.parse((await it.daemon.tcx(['ps', '--json'])).stdout)).toHaveLength(1);
    } finally {
      process.kill(holder!, 'SIGCONT');
    }
    screen.press(press.enter);
    await screen.until('I see');
    const input = JSON.stringify(it.model.requests[3]!.body.input);
    expect(input).toContain('aborted by user');
    expect(input).toContain('<turn_aborted>');
    const commands = await it.daemon.tcx(['ps', '-a', '--kind', 'command', '--json']);
    expect(JSON.parse(commands.stdout)).toMatchObject([{ state: 'running' }]);
  },
);
