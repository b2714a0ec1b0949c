/** Row 11.02 as far as there is an upgrade: a command outlives the daemon that began it. */
import { expect } from 'vitest';
import { until } from '../daemon.ts';
import { verifies } from '../verifies.ts';
import { checkRows } from './run.ts';
import { outputsOf, scene, Terminal } from './scene.ts';

verifies(
  '11.02',
  '`sleep 30; echo ok` settles with its full output and code 0 across SIGKILLs of the daemon',
  async () => {
    await using stage = await scene(({ body }) => {
      const outputs = outputsOf(body);
      const said = String(outputs.at(-1)?.output);
      if (outputs.length === 0)
        return {
          calls: [
            { name: 'exec_command', args: { cmd: 'echo begun; sleep 30; echo ok', login: false, yield_time_ms: 6000 } },
          ],
        };
      const running = /session ID (\d+)/.exec(said)?.[1];
      if (running === undefined) return { text: 'it is over' };
      return { calls: [{ name: 'write_stdin', args: { session_id: Number(running), yield_time_ms: 12_000 } }] };
    });
    const { home, model } = stage;
    using terminal = new Terminal(home);
    const exec = home.spawnTcx(['exec', '--json', '--yolo', 'run it']);
    let printed = '';
    exec.stdout!.on('data', (chunk) => {
      printed += String(chunk);
    });
    const session = await until(() => /"thread_id":"([^"]+)"/.exec(printed)?.[1], 'the session to begin');
    await terminal.stay(session);
    const rows = async () =>
      (
        await terminal.ask(
          (client) => client.request('rows', { session, limit: 10_000 }),
          () => true,
          'rows',
        )
      ).rows;
    const calls = async () => (await rows()).filter(({ kind }) => kind === 'call').length;
    // In exec_command, in the first write_stdin, and in the one after it.
    for (const call of [1, 2, 3]) {
      await until(async () => (await calls()) >= call, `call ${call}`);
      await home.kill();
    }
    await until(async () => (await rows()).some(({ kind }) => kind === 'turn.ended'), 'the turn to end', 60_000);
    const outputs = (await rows()).flatMap((row) => (row.kind === 'output' ? [row.body] : []));
    expect(outputs.map(({ text }) => text).join('')).toBe('begun\nok\n');
    expect(outputs.at(-1)).toMatchObject({ status: 'done', exec: { code: 0 } });
    expect(checkRows(await rows())).toEqual([]);
    expect(stage.illegal).toEqual([]);
    expect(String(outputsOf(model.requests.at(-1)!.body).at(-1)!.output)).toContain('Process exited with code 0');
    await until(() => exec.exitCode === 0, 'the client that began it to see the end');
  },
  120_000,
);
