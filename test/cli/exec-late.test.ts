/** A run that attaches late: what its turn was told meanwhile is shown all the same, and once. */
import { expect } from 'vitest';
import type { Output } from '../../cli/exec-output.ts';
import { runTurn } from '../../cli/exec-turn.ts';
import { Interrupts } from '../../cli/interrupts.ts';
import { until } from '../daemon.ts';
import { Driven, newId, newKey } from '../session.ts';
import { verifies } from '../verifies.ts';
import { scene } from './scene.ts';

verifies('7.19 2.16', 'a retry that was noticed before it attached is told', async () => {
  const held = Promise.withResolvers<void>();
  await using set = await scene(async ({ n }) => {
    if (n === 1) return { text: 'half', cut: 'before completed' };
    await held.promise;
    return { text: 'whole' };
  });
  const { home } = set;
  using client = await home.client();
  const session = newId();
  const key = newKey();
  await client.request('new', { session, cwd: home.work, source: 'exec', settings: {}, text: 'go', key });
  using early = await Driven.attach(client, session);
  await until(() => early.live.some(({ kind }) => kind === 'status'), 'the notice');

  const told: string[] = [];
  const kinds: string[] = [];
  const output: Output = {
    json: true,
    session: () => {},
    begin: () => {},
    rows: (rows) => kinds.push(...rows.map(({ kind }) => kind)),
    retry: (text) => told.push(text),
    note: () => {},
    end: async () => {},
  };
  using own = await home.client();
  using interrupts = new Interrupts();
  const begun = { how: 'new', session, key } as const;
  const code = runTurn({ client: own, output, interrupts, patience: undefined, begun, said: { text: 'go' } });
  await until(() => told.length > 0, 'the notice told again');
  expect(kinds).toContain('turn.started');
  held.resolve();
  expect(await code).toBe(0);
  expect(told).toEqual([expect.stringMatching(/^Reconnecting\.\.\. 1\/2 /)]);
});
