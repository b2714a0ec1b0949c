/** The holder's socket as a stranger, a newer tcxd, a slow reader and a careless one meet it. */
import { readFileSync, statSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { encodeFrame } from '../../ipc/frame.ts';
import type { Holder } from './client.ts';
import { answered, Home, rawPeer, rssKb, runToEnd, shell, until, untilOutput } from './testing.ts';

let home: Home;
let holder: Holder;
beforeEach(async () => {
  home = new Home();
  holder = await home.open();
  answered(await holder.ready());
}, 20_000);
afterEach(() => home[Symbol.asyncDispose](), 20_000);

const hello = (epoch: number) => ({ t: 'hello', id: 1, version: 1, epoch, token: home.file.token });
const works = async () => expect((await runToEnd(holder, shell(`w${Math.random()}`, 'echo ok'))).text).toBe('ok\n');

test('its files are for this user only', () => {
  const { socket, incarnation } = home.file;
  expect(statSync(socket).mode & 0o777).toBe(0o600);
  for (const name of [`holder-${incarnation}.json`, `holder-${incarnation}.log`])
    expect(statSync(`${home.run}/${name}`).mode & 0o777).toBe(0o600);
  expect(statSync(`${home.run}/spool`).mode & 0o777).toBe(0o700);
});

test('who does not know the token, speaks another version or does not greet hears why, and is shut out', async () => {
  const first = [
    { ...hello(9), token: 'guess' },
    { ...hello(9), token: '' },
    { ...hello(9), version: 2 },
    { t: 'list', id: 1 },
    { t: 'hello', id: 1 },
  ];
  const answers = [
    { t: 'error', code: 'token' },
    { t: 'error', code: 'token' },
    { t: 'error', code: 'version', why: 'this holder (build build-1) speaks protocol 1, not 2' },
    { t: 'bye', why: 'the first request must be hello' },
    { t: 'error', code: 'bad request' },
  ];
  for (const [n, message] of first.entries()) {
    using peer = await rawPeer(home.file.socket);
    peer.send(message);
    await until('an answer', () => peer.heard.length > 0);
    expect(peer.heard[0]).toMatchObject(answers[n]!);
    peer.send({ t: 'list', id: 2 });
    if (answers[n]!.code !== 'bad request') await until('closed', peer.isClosed);
    expect(peer.heard.some(({ t }) => t === 'ok')).toBe(false);
  }
  await works();
});

test('garbage, a frame too large and a half frame close that connection and no other', async () => {
  const tooLarge = Buffer.from([0x7f, 0xff, 0xff, 0xff]);
  for (const bytes of [Buffer.from('GET / HTTP/1.1\r\n\r\n'), tooLarge, Buffer.from([0, 0, 0, 1, 0xc1])]) {
    using peer = await rawPeer(home.file.socket);
    peer.send(hello(1));
    peer.socket.write(bytes);
    await until('closed', peer.isClosed);
    expect(peer.heard.at(-1)).toMatchObject({ t: 'bye', why: expect.stringContaining('frame') });
  }
  using half = await rawPeer(home.file.socket);
  half.socket.end(encodeFrame(hello(1)).subarray(0, 9));
  await until('closed', half.isClosed);
  await works();
});

test('a request that is not as the protocol says is refused, and the connection goes on', async () => {
  using peer = await rawPeer(home.file.socket);
  const spec = shell('k', 'true');
  const wrong = [
    { t: 'nonsense' },
    { t: 'run', ...spec, key: '' },
    { t: 'run', ...spec, cwd: 'relative' },
    { t: 'run', ...spec, args: ['a\0b'] },
    { t: 'run', ...spec, env: { 'A=B': 'c' } },
    { t: 'run', ...spec, env: { A: 5 } },
    { t: 'run', ...spec, umask: 0o1777 },
    { t: 'run', ...spec, mode: 'magic' },
    { t: 'run', ...spec, opens: [{ fd: 2, path: '/x', mode: 'r' }] },
    { t: 'run', ...spec, opens: [{ fd: '3;id', path: '/x', mode: 'r' }] },
    { t: 'run', ...spec, limits: [{ name: 'nofile; id', value: 1 }] },
    { t: 'run', ...spec, key: 'k'.repeat(201) },
    { t: 'write', key: 'k', n: 0, bytes: Buffer.from('x') },
    { t: 'write', key: 'k', n: 1, bytes: Buffer.alloc(2_000_000) },
    { t: 'read', key: 'k', from: -1, limit: 1 },
    { t: 'read', key: 'k', from: 0, limit: 2 ** 30 },
    { t: 'signal', key: 'k', signal: 'SIGNONSENSE' },
    { t: 'resize', key: 'k', cols: 0, rows: 1 },
    { t: 'secrets.put', secrets: { a: 'x'.repeat(70_000) } },
    { t: 'hello', version: 1, epoch: 1, token: home.file.token },
  ];
  peer.send(hello(1));
  for (const [n, message] of wrong.entries()) peer.send({ ...message, id: n + 2 });
  peer.send({ t: 'list', id: 100 });
  await until('all answers', () => peer.heard.length === wrong.length + 2);
  for (const answer of peer.heard.slice(1, -1)) expect(answer).toMatchObject({ t: 'error', code: 'bad request' });
  expect(peer.heard.at(-1)).toEqual({ t: 'ok', id: 100, commands: [], leaving: false });
});

test('a lower epoch is refused with a sentence; a higher one closes the older connections', async () => {
  using older = await rawPeer(home.file.socket);
  older.send(hello(5));
  await until('greeted', () => older.heard.length === 1);
  await until('the first tcxd was told', () => home.gone.length === 1);
  expect(home.gone[0]).toMatchObject({ superseded: 'a newer tcxd (epoch 5) has taken over from epoch 1', unknown: [] });
  expect(await holder.run(shell('k', 'true'))).toMatchObject({ refused: expect.any(String) });
  using lower = await rawPeer(home.file.socket);
  lower.send(hello(4));
  await until('closed', lower.isClosed);
  expect(lower.heard).toEqual([
    { t: 'error', id: 1, code: 'old epoch', why: 'a newer tcxd (epoch 5) has taken over from epoch 4' },
  ]);
  using equal = await rawPeer(home.file.socket);
  equal.send(hello(5));
  using higher = await rawPeer(home.file.socket);
  higher.send(hello(6));
  await until('the older ones are closed', () => older.isClosed() && equal.isClosed());
  expect(older.heard.at(-1)).toEqual({ t: 'bye', why: 'a newer tcxd (epoch 6) has taken over' });
  higher.send({ t: 'list', id: 2 });
  await until('an answer', () => higher.heard.length === 2);
});

test('more connections than anybody needs are refused, and those there are go on', async () => {
  const peers = await Promise.all(Array.from({ length: 30 }, () => rawPeer(home.file.socket)));
  await until('the surplus is closed', () => peers.filter((peer) => peer.isClosed()).length >= 15);
  for (const peer of peers) peer[Symbol.dispose]();
  await works();
});

test('a flood with a follower that does not read keeps the holder small, and nothing is lost that the spool keeps', async () => {
  const before = rssKb(home.file.pid);
  answered(await holder.run(shell('flood', 'yes "this line is repeated for ever"')));
  using stalled = await rawPeer(home.file.socket);
  stalled.send(hello(1));
  stalled.send({ t: 'follow', id: 2, key: 'flood', from: 0 });
  await until('the flood has begun', () => stalled.heard.some(({ t }) => t === 'output'));
  stalled.socket.pause();
  const total = async () => answered(await holder.read('flood', 0, 1)).total;
  await until('200 MB have come', async () => (await total()) > 200_000_000);
  expect(rssKb(home.file.pid) - before).toBeLessThan(90_000);
  const other = await runToEnd(holder, shell('other', 'echo still served'));
  expect(other.text).toBe('still served\n');
  answered(await holder.signal('flood', 'SIGKILL'));
  const end = await holder.ended('flood');
  stalled.socket.resume();
  await until('it hears of the end', () => stalled.heard.some(({ t }) => t === 'exit'));
  let at = 0;
  for (const push of stalled.heard.filter(({ t }) => t === 'output')) {
    expect(push.from).toBe(at + (push.gap as number));
    expect((push.bytes as Uint8Array).length).toBe((push.next as number) - (push.from as number));
    at = push.next as number;
  }
  expect(end).toMatchObject({ total: at, code: 137 });
  expect(stalled.heard.at(-1)).toMatchObject({ t: 'exit', follow: 2, end });
}, 60_000);

test('somebody who asks and does not read the answers waits, and costs no memory', async () => {
  await runToEnd(holder, shell('k', 'head -c 1000000 /dev/zero'));
  const before = rssKb(home.file.pid);
  using greedy = await rawPeer(home.file.socket);
  greedy.send(hello(1));
  await until('greeted', () => greedy.heard.length === 1);
  greedy.socket.pause();
  for (let n = 0; n < 400; n++) greedy.send({ t: 'read', id: n + 2, key: 'k', from: 0, limit: 500_000 });
  for (let n = 0; n < 5; n++) await works();
  expect(rssKb(home.file.pid) - before).toBeLessThan(90_000);
  greedy.socket.resume();
  await until('every answer came', () => greedy.heard.length === 401);
  expect(greedy.heard.slice(1).map(({ id }) => id)).toEqual(Array.from({ length: 400 }, (_, n) => n + 2));
}, 60_000);

test('two followers of one command each hear all of it, and one that was disposed hears no more', async () => {
  answered(await holder.run(shell('k', 'while read -r line; do echo "<$line>"; done', { stdin: 'open' })));
  const heard: string[][] = [[], [], []];
  const ends: unknown[] = [];
  const [, , third] = heard.map((texts) =>
    holder.follow('k', 0, {
      output: ({ bytes }) => texts.push(Buffer.from(bytes).toString()),
      end: (end) => ends.push(end),
    }),
  );
  answered(await holder.write('k', 1, Buffer.from('a\n')));
  await until('all heard', () => heard.every((texts) => texts.join('') === '<a>\n'));
  third![Symbol.dispose]();
  answered(await holder.write('k', 2, Buffer.from('b\n'), true));
  await until('two ends', () => ends.length === 2);
  expect(heard.map((texts) => texts.join(''))).toEqual(['<a>\n<b>\n', '<a>\n<b>\n', '<a>\n']);
});

test('secrets are in memory only', async () => {
  holder.keepSecrets({ OPENAI_API_KEY: 'sk-very-secret' });
  answered(await holder.ready());
  await holder.status();
  const next = await home.open();
  expect(await next.getSecrets()).toEqual({ OPENAI_API_KEY: 'sk-very-secret' });
  const { execFileSync } = await import('node:child_process');
  expect(() => execFileSync('grep', ['-r', 'very-secret', home.run])).toThrow();
  expect(readFileSync(`/proc/${home.file.pid}/cmdline`, 'utf8')).not.toContain(home.file.token);
});

test('a command’s output that came before anybody followed is told first', async () => {
  answered(await holder.run(shell('k', 'echo early; read -r line; echo late', { stdin: 'open' })));
  await untilOutput(holder, 'k', 'early');
  answered(await holder.write('k', 1, Buffer.from('\n')));
  expect(await untilOutput(holder, 'k', 'late')).toBe('early\nlate\n');
});

test('a holder that stands still keeps nobody waiting who only looks, or brings a secret', async () => {
  answered(await holder.ready());
  const { pid } = home.file;
  process.kill(pid, 'SIGSTOP');
  try {
    holder.keepSecrets({ KEY: 'value' });
    expect(await holder.status()).toEqual([]);
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  await until('it answers again', async () => (await holder.status()).length === 1);
  expect(await holder.getSecrets()).toEqual({ KEY: 'value' });
});
