/** What must outlive what: commands their tcxd, everybody a dead holder, an old holder the upgrade. */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Holder } from '../../daemon/holder/client.ts';
import { holderDied } from '../../daemon/holder/dead.ts';
import { type HolderFile, isAlive, readHolderFiles } from '../../daemon/holder/holder-file.ts';
import {
  answered,
  exists,
  finish,
  Home,
  rawPeer,
  runToEnd,
  shell,
  until,
  untilOutput,
} from '../../daemon/holder/testing.ts';

let home: Home;
beforeEach(() => {
  home = new Home();
});
afterEach(() => home[Symbol.asyncDispose](), 20_000);

const kept = new Set<string>();
const died = { kind: 'unknown', why: 'the process that held this command died' };

async function started(holder: Holder, key: string, script = 'echo $$; exec sleep 300'): Promise<number> {
  answered(await holder.run(shell(key, script)));
  return Number.parseInt(await untilOutput(holder, key, '\n'), 10);
}

async function killHolder(file: HolderFile): Promise<void> {
  process.kill(file.pid, 'SIGKILL');
  await until('the holder is dead', () => !isAlive(file));
}

test('tcxd is killed with SIGKILL: the command goes on, and the next one hears the rest from where it was', async () => {
  const client = spawn(
    process.execPath,
    [join(import.meta.dirname, '../../daemon/holder/client-process.ts'), home.run, '0', 'k'],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let heard = '';
  client.stdout.on('data', (bytes) => {
    heard += bytes;
  });
  await until('the first output', () => heard === '1 before\n');
  client.kill('SIGKILL');
  await until('the client is gone', () => client.signalCode === 'SIGKILL');
  const holder = await home.open();
  expect(await holder.adopt([{ key: 'k' }], kept)).toEqual([
    { do: 'adopt', key: 'k', incarnation: home.file.incarnation },
  ]);
  expect(answered(await holder.write('k', 1, Buffer.from('before\n'))).applied).toBe(false);
  expect(answered(await holder.write('k', 2, Buffer.from('after\n'), true)).applied).toBe(true);
  expect(await finish(holder, 'k', heard.length)).toMatchObject({
    text: '2 after\n',
    end: { kind: 'exited', code: 0 },
  });
}, 20_000);

test('a lost connection is made again: followers and requests notice nothing', async () => {
  const holder = await home.open();
  answered(await holder.run(shell('k', 'while read -r line; do echo "$line"; done', { stdin: 'open' })));
  const following = finish(holder, 'k');
  answered(await holder.write('k', 1, Buffer.from('one\n')));
  process.kill(home.file.pid, 'SIGSTOP');
  const pending = holder.write('k', 2, Buffer.from('two\n'));
  rmSync(home.file.socket);
  process.kill(home.file.pid, 'SIGUSR2');
  process.kill(home.file.pid, 'SIGCONT');
  await pending;
  await until('the socket is there again', () => existsSync(home.file.socket));
  answered(await holder.write('k', 3, Buffer.from('three\n'), true));
  expect((await following).text).toBe('one\ntwo\nthree\n');
});

test('a socket that somebody removed is bound again for the next tcxd', async () => {
  const first = await home.open();
  const pid = await started(first, 'k');
  first.close();
  rmSync(home.file.socket);
  const next = await home.open();
  expect((await next.status())[0]?.commands).toMatchObject([{ key: 'k', pid }]);
}, 20_000);

test('the holder is killed while a command runs: its group is killed, and it is unknown with its output', async () => {
  const holder = await home.open();
  const pid = await started(holder, 'k');
  const following = finish(holder, 'k');
  const { incarnation } = home.file;
  await killHolder(home.file);
  expect(await following).toMatchObject({ text: `${pid}\n`, end: died });
  await until('the command is killed', () => !exists(pid));
  expect(home.gone).toEqual([{ incarnation, unknown: ['k'] }]);
  expect(answered(await holder.run(shell('k', 'echo again')))).toMatchObject({ fresh: false, end: died });
  expect(answered(await holder.read('k', 0, 100))).toMatchObject({ from: 0, next: `${pid}\n`.length });
  expect(await holder.write('k', 1, Buffer.from('x'))).toMatchObject({ refused: 'ended' });
  expect(await runToEnd(holder, shell('k2', 'echo a new holder'))).toMatchObject({ text: 'a new holder\n' });
  answered(await holder.forget('k'));
  expect(readHolderFiles(home.run).map((file) => file.incarnation)).not.toContain(incarnation);
  expect(home.spools).toEqual(['k2']);
}, 20_000);

test('tcxd and the holder are killed: the next tcxd kills what is left and says of each effect what became of it', async () => {
  const first = await home.open();
  const running = await started(first, 'running');
  const orphan = await started(first, 'orphan');
  await runToEnd(first, shell('ended', 'echo fine; exit 3'));
  await runToEnd(first, shell('kept', 'echo to be read'));
  const dead = home.file;
  first.close();
  await until('ends are on disk', () =>
    ['ended', 'kept'].every((key) => existsSync(join(home.run, 'spool', key, 'end'))),
  );
  await killHolder(dead);
  expect(exists(running) && exists(orphan)).toBe(true);

  const next = await home.open();
  const { incarnation } = dead;
  const decisions = await next.adopt(
    [
      { key: 'running', incarnation },
      { key: 'ended', incarnation },
      { key: 'never', incarnation },
    ],
    new Set(['kept']),
  );
  expect(decisions).toEqual([
    { do: 'settle', key: 'running', end: holderDied },
    { do: 'settle', key: 'ended', end: expect.objectContaining({ kind: 'exited', code: 3, total: 5 }) },
    { do: 'start', key: 'never' },
  ]);
  await until('both are killed', () => !exists(running) && !exists(orphan));
  expect(home.spools.sort()).toEqual(['ended', 'kept', 'running']);
  expect((await finish(next, 'kept')).text).toBe('to be read\n');
  expect((await finish(next, 'ended')).text).toBe('fine\n');
  expect(await runToEnd(next, shell('never', 'echo begun'))).toMatchObject({ text: 'begun\n' });
  for (const key of ['running', 'ended', 'kept']) answered(await next.forget(key));
  expect(home.spools).toEqual(['never']);
}, 20_000);

test('a pid that belongs to somebody else by now is left alone', async () => {
  const holder = await home.open();
  const pid = await started(holder, 'k');
  holder.close();
  await killHolder(home.file);
  const { metaPath, spoolDir, readMeta } = await import('../../daemon/holder/spool-files.ts');
  const { readFileSync, writeFileSync } = await import('node:fs');
  const meta = metaPath(spoolDir(home.run, 'k'));
  const { leader } = readMeta(spoolDir(home.run, 'k'))!;
  expect(leader?.pid).toBe(pid);
  writeFileSync(
    meta,
    readFileSync(meta, 'utf8').replace(/^(\d+) (\d+)$/m, (_, same, start) => `${same} ${Number(start) - 1}`),
  );
  const next = await home.open();
  expect(await next.adopt([], kept)).toEqual([]);
  expect(home.spools).toEqual([]);
  expect(exists(pid)).toBe(true);
  process.kill(-pid, 'SIGKILL');
  await until('gone', () => !exists(pid));
}, 20_000);

test('a request in flight when the holder dies is answered: what began is unknown, what did not is begun', async () => {
  const holder = await home.open();
  answered(await holder.ready());
  const { file } = home;
  process.kill(file.pid, 'SIGSTOP');
  const run = holder.run(shell('k', 'echo from the next'));
  const list = holder.status();
  await killHolder(file);
  expect(answered(await run)).toMatchObject({ fresh: true });
  expect(await list).toEqual([]);
  expect((await finish(holder, 'k')).text).toBe('from the next\n');
}, 20_000);

test('an upgrade: the old holder keeps its command and leaves with it, new commands go to the new one', async () => {
  const first = await home.open();
  answered(await first.run(shell('old', 'read -r line; echo "old heard $line"', { stdin: 'open' })));
  const old = home.file;
  first.keepSecrets({ KEY: 'value' });
  await first.status();
  first.close();
  const next = await home.open({ build: 'build-2' });
  expect(await next.getSecrets()).toEqual({ KEY: 'value' });
  expect(await next.adopt([{ key: 'old' }], kept)).toEqual([{ do: 'adopt', key: 'old', incarnation: old.incarnation }]);
  const { incarnation } = answered(await next.run(shell('new', 'sleep 300')));
  expect(incarnation).not.toBe(old.incarnation);
  const builds = (await next.status()).map(({ build, commands }) => [build, commands.map(({ key }) => key)]);
  expect(builds.sort()).toEqual([
    ['build-1', ['old']],
    ['build-2', ['new']],
  ]);
  const following = finish(next, 'old');
  answered(await next.write('old', 1, Buffer.from('me\n')));
  expect(await following).toMatchObject({ text: 'old heard me\n', end: { kind: 'exited', code: 0 } });
  await until('the old one has left', () => !isAlive(old));
  await until('tcxd knows', () => home.gone.length === 1);
  expect(home.gone).toEqual([{ incarnation: old.incarnation, unknown: [] }]);
  expect(answered(await next.read('old', 0, 100)).total).toBe(13);
  answered(await next.forget('old'));
  expect(readHolderFiles(home.run).map((file) => file.incarnation)).toEqual([incarnation]);
}, 20_000);

test('asked to leave, a holder takes no new command, and goes with its last one', async () => {
  const holder = await home.open();
  const pid = await started(holder, 'k');
  const { file } = home;
  await holder.leave();
  expect(isAlive(file)).toBe(true);
  answered(await holder.run(shell('k2', 'true')));
  expect(readHolderFiles(home.run)).toHaveLength(2);
  process.kill(pid, 'SIGTERM');
  expect(await holder.ended('k')).toMatchObject({ code: 143 });
  await until('it has left', () => !isAlive(file));
}, 20_000);

test('without command and connection a holder leaves by itself, and leaves nothing', async () => {
  const holder = await home.open({ idleMs: 150 });
  const { text } = await runToEnd(holder, shell('k', 'echo hi'));
  expect(text).toBe('hi\n');
  answered(await holder.forget('k'));
  const { file } = home;
  holder.close();
  await until('it has left', () => !isAlive(file));
  expect(readdirSync(home.run)).toEqual(['spool']);
  expect(home.spools).toEqual([]);
}, 20_000);

test('one that leaves with an end nobody has asked for keeps it on disk', async () => {
  const holder = await home.open({ idleMs: 50 });
  answered(await holder.run(shell('k', 'read -r line; echo bye; exit 5', { stdin: 'open' })));
  const { file } = home;
  answered(await holder.write('k', 1, Buffer.from('\n')));
  holder.close();
  await until('it has left', () => !isAlive(file));
  const next = await home.open();
  expect(await next.adopt([{ key: 'k', incarnation: file.incarnation }], kept)).toMatchObject([
    { do: 'settle', key: 'k', end: { kind: 'exited', code: 5, total: 4 } },
  ]);
  expect((await finish(next, 'k')).text).toBe('bye\n');
}, 20_000);

test('SIGHUP is nothing to a holder, SIGTERM asks it to leave', async () => {
  const holder = await home.open();
  const pid = await started(holder, 'k');
  const { file } = home;
  process.kill(file.pid, 'SIGHUP');
  process.kill(file.pid, 'SIGTERM');
  await until('it is leaving', async () => {
    using peer = await rawPeer(file.socket);
    peer.send({ t: 'hello', id: 1, version: 1, epoch: 1, token: file.token });
    await until('greeted', () => peer.heard.length > 0);
    return peer.heard[0]?.leaving === true;
  });
  expect(isAlive(file) && exists(pid)).toBe(true);
  answered(await holder.signal('k', 'SIGKILL'));
  await until('it has left', () => !isAlive(file));
}, 20_000);

test('end kills everything, also what ignores SIGTERM, then the holders are gone', async () => {
  const holder = await home.open();
  const pids = [
    await started(holder, 'polite'),
    await started(holder, 'deaf', "trap '' TERM; echo $$; while :; do sleep 1; done"),
  ];
  const { file } = home;
  await holder.end();
  expect(pids.filter(exists)).toEqual([]);
  await until('the holder is gone', () => !isAlive(file));
  expect(await holder.ended('polite')).toMatchObject({ kind: 'exited', code: 143 });
  expect(await holder.ended('deaf')).toMatchObject({ kind: 'exited', code: 137 });
}, 20_000);

test('a holder that cannot start says why', async () => {
  const broken = await home.open({ command: [process.execPath, '/no/such/holder.js'] });
  expect(await broken.run(shell('k', 'true'))).toMatchObject({
    refused: 'no holder',
    why: expect.stringContaining('/no/such/holder.js'),
  });
  const far = await home.open({ socketDir: `/tmp/${'x'.repeat(100)}` });
  expect(await far.run(shell('k', 'true'))).toMatchObject({
    refused: 'no holder',
    why: expect.stringContaining('too long'),
  });
  expect(readdirSync(home.run).filter((name) => name.startsWith('holder-'))).toEqual([]);
}, 20_000);

test('a holder that hangs for good is killed, and its commands with it', async () => {
  const first = await home.open();
  const pid = await started(first, 'k');
  const { file } = home;
  first.close();
  rmSync(file.socket);
  process.kill(file.pid, 'SIGSTOP');
  const next = await home.open();
  expect(isAlive(file)).toBe(false);
  expect(await next.adopt([{ key: 'k' }], kept)).toEqual([{ do: 'settle', key: 'k', end: holderDied }]);
  await until('killed', () => !exists(pid));
}, 30_000);
