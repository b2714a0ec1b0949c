/** How a daemon ends: what it waits for, how long, in which order, and that nothing keeps it from ending. */
import { expect, test } from 'vitest';
import { type InProcess, inProcess } from '../test/contract/in-process.ts';
import { until } from '../test/daemon.ts';
import { says } from '../test/kernel/stepped.ts';
import { createShutdown, type ShutdownDeps } from './shutdown.ts';

const forEver = 2 ** 30;

function stage({ host }: InProcess, more: Partial<ShutdownDeps> = {}) {
  const did: string[] = [];
  const shutdown = createShutdown({
    host: {
      list: () => host.list(),
      watch: (listener) => host.watch(listener),
      stop: async () => {
        did.push('host');
        await host.stop();
      },
    },
    log: (message) => did.push(message),
    closeDoors: async () => void did.push('doors'),
    close: async ({ commands }) => void did.push(commands ? 'close with commands' : 'close'),
    exit: (code) => void did.push(`exit ${code}`),
    drainMs: forEver,
    ...more,
  });
  return { did, ...shutdown };
}

test('turns that run end first; then doors, host and files are closed, in this order', async () => {
  await using it = await inProcess();
  await it.place.create({ text: 'go' });
  const model = await it.effects.next('model#1');
  const { did, stop } = stage(it);
  const stopped = stop({ wait: true, commands: true });
  expect(did).toEqual(['tcxd stops']);
  model.end(says('done'));
  await stopped;
  expect(did).toEqual(['tcxd stops', 'doors', 'host', 'close with commands', 'exit 0']);
});

test('a turn that does not end is waited for so long and no longer, or until somebody is in a hurry', async () => {
  for (const hurry of [false, true]) {
    await using it = await inProcess();
    await it.place.create({ text: 'go' });
    await it.effects.next('model#1');
    const { did, stop } = stage(it, { drainMs: hurry ? forEver : 20 });
    const stopped = stop({ wait: true, commands: false });
    if (hurry) await stop({ wait: false, commands: true });
    await stopped;
    expect(did.slice(-2)).toEqual([hurry ? 'close with commands' : 'close', 'exit 0']);
  }
});

test('nobody is waited for when nothing runs, and a second signal waits for nothing', async () => {
  await using it = await inProcess();
  await it.place.create();
  const { did, signalled } = stage(it, { closeDoors: () => new Promise(() => {}) });
  signalled();
  signalled();
  await until(() => did.length === 2);
  expect(did).toEqual(['tcxd stops', 'exit 1']);
});

test('a step that fails keeps no other from being taken', async () => {
  await using it = await inProcess();
  const { did, stop } = stage(it, { closeDoors: () => Promise.reject(new Error('stuck')) });
  await stop({ wait: true, commands: false });
  expect(did).toEqual(['tcxd stops', 'host', 'close', 'tcxd did not stop cleanly: stuck', 'exit 1']);
});
