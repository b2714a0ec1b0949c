/** The socket itself: frames in pieces, nonsense, strangers, hasty clients, and where it lies. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  unlinkSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import type { Client } from '../../ipc/client.ts';
import { encodeFrame } from '../../ipc/frame.ts';
import { PROTOCOL } from '../../ipc/protocol.ts';
import { node, startDaemon, type TestHome, until } from '../daemon.ts';
import { Peer, running } from '../peer.ts';
import { verifies } from '../verifies.ts';

let daemon: TestHome;
let client: Client;
beforeAll(async () => {
  daemon = await startDaemon();
  client = await daemon.client();
});
afterAll(async () => {
  client?.close();
  await daemon?.[Symbol.asyncDispose]();
});

const peer = () => new Peer(daemon);
/** The others are served while one misbehaves. */
const othersAreServed = async () => expect(await client.request('ping', {})).toMatchObject({ t: 'ok' });

verifies('12.08', 'frames cut at every byte arrive whole', async () => {
  using bytewise = peer();
  const stream = Buffer.concat([
    encodeFrame(bytewise.hello()),
    encodeFrame({ t: 'ping', id: 2 }),
    encodeFrame({ t: 'ping', id: 3 }),
  ]);
  for (const byte of stream) await bytewise.write(Buffer.of(byte));
  await bytewise.answer(3);
  expect(bytewise.heard.map(({ t, id }) => [t, id])).toEqual([1, 2, 3].map((id) => ['ok', id]));
  using cut = peer();
  await cut.send(cut.hello());
  await cut.answer(1);
  const frame = encodeFrame({ t: 'resolve', id: 0, session: 'x'.repeat(40) });
  for (let at = 1; at < frame.length; at++) {
    await cut.write(frame.subarray(0, at));
    await new Promise((resolve) => setImmediate(resolve));
    await cut.write(frame.subarray(at));
  }
  await until(() => cut.heard.length === frame.length, 'all answers');
  for (const { t, code } of cut.heard.slice(1)) expect([t, code]).toEqual(['error', 'no-session']);
});

verifies(
  '12.08',
  'a frame over 16 MiB, garbage, and a frame that is no map end that connection with an error, and no other',
  async () => {
    const header = (length: number) =>
      Buffer.from([length >>> 24, length >>> 16, length >>> 8, length].map((n) => n & 255));
    const bad: readonly [string, Buffer, RegExp][] = [
      ['too large', header(16 * 1024 * 1024 + 1), /over the limit of 16777216/],
      ['garbage', Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'), /over the limit/],
      ['not msgpack', Buffer.concat([header(3), Buffer.from([0xc1, 0xc1, 0xc1])]), /not msgpack/],
      ['no map', Buffer.concat([header(1), Buffer.from([42])]), /not a map/],
    ];
    for (const [what, bytes, why] of bad)
      for (const early of [true, false]) {
        using broken = peer();
        if (!early) {
          await broken.send(broken.hello());
          await broken.answer(1);
        }
        await broken.write(bytes);
        await until(() => broken.closed, `the end of ${what}`);
        expect(broken.heard.at(-1)).toMatchObject({
          t: 'error',
          code: 'bad-frame',
          message: expect.stringMatching(why),
        });
        await othersAreServed();
      }
  },
);

verifies(
  '12.08',
  'no hello, a wrong token and another protocol are refused in a sentence with the command that mends it',
  async () => {
    using silent = peer();
    await silent.send({ t: 'list', id: 7, what: 'awake' });
    expect(await silent.answer(7)).toMatchObject({ t: 'error', code: 'no-hello' });
    await until(() => silent.closed);
    using stranger = peer();
    await stranger.send(stranger.hello({ token: 'guessed' }));
    expect(await stranger.answer(1)).toMatchObject({ code: 'bad-token', message: expect.stringContaining('token') });
    await until(() => stranger.closed);
    for (const [protocol, fix] of [
      [PROTOCOL + 1, 'tcx daemon restart'],
      [PROTOCOL - 2, 'install the newer tcx'],
    ] as const) {
      using other = peer();
      await other.send(other.hello({ protocol }));
      expect(await other.answer(1)).toMatchObject({
        code: 'old-protocol',
        message: `this tcx is raw (protocol ${protocol}), the daemon is 0.1.0 (protocol ${PROTOCOL})`,
        fix: expect.stringContaining(fix),
      });
    }
    using older = peer();
    await older.send(older.hello({ protocol: PROTOCOL - 1 }));
    expect(await older.answer(1)).toMatchObject({ t: 'ok' });
    await othersAreServed();
  },
);

verifies('12.08', 'a request that is none gets one error and the connection lives on', async () => {
  using odd = peer();
  await odd.send(odd.hello());
  await odd.send({ t: 'frobnicate', id: 2 });
  await odd.send({ t: 'say', id: 3, session: 'x' });
  await odd.send({ t: 'rows', id: 4, session: 'nobody', limit: 1 });
  await odd.send({ t: 'ping', id: 5 });
  await odd.answer(4);
  await odd.answer(5);
  const codes = [2, 3, 4, 5].map((id) => odd.heard.filter((message) => message.id === id).map(({ code }) => code));
  expect(codes).toEqual([['bad-request'], ['bad-request'], ['no-session'], [undefined]]);
});

verifies('12.08', 'the socket is 0600 in a folder 0700, the token 0600, and nothing listens on TCP', async () => {
  const { socket, pid } = running(daemon);
  expect(lstatSync(socket).isSocket()).toBe(true);
  const mode = (path: string) => statSync(path).mode & 0o777;
  expect([mode(socket), mode(dirname(socket)), mode(join(daemon.home, 'run', 'token'))]).toEqual([0o600, 0o700, 0o600]);
  const open = new Set(
    readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return /socket:\[(\d+)\]/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
      } catch {
        return [];
      }
    }),
  );
  const listening = ['tcp', 'tcp6'].flatMap((kind) =>
    readFileSync(`/proc/${pid}/net/${kind}`, 'utf8')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , , state, , , , , , inode]) => state === '0A' && open.has(inode ?? '')),
  );
  expect(listening).toEqual([]);
  // Only root can be somebody else here; for everybody the modes above say the same.
  if (process.getuid?.() === 0) expect(await asNobody(socket)).toMatch(/EACCES/);
});

verifies(
  '12.08',
  'a home whose path is too long for a socket has it elsewhere, just as private; it works and is taken away',
  async () => {
    const home = join(daemon.work, 'long-'.repeat(24), 'home');
    mkdirSync(home, { recursive: true, mode: 0o700 });
    const env = { TCX_HOME: home };
    expect(await daemon.tcx(['exec', '--demo', 'run pwd'], { env })).toMatchObject({ code: 0 });
    const { socket } = JSON.parse(readFileSync(join(home, 'run', 'tcxd.json'), 'utf8')) as { socket: string };
    expect(Buffer.byteLength(socket)).toBeLessThan(100);
    expect(statSync(dirname(socket)).mode & 0o777).toBe(0o700);
    expect((await daemon.tcx(['daemon', 'stop', '--now'], { env })).code).toBe(0);
    await until(() => !existsSync(socket), 'the socket to go');
  },
);

verifies('12.08', 'a socket that vanished is bound again; who was connected stays connected', async () => {
  const { socket } = running(daemon);
  for (let times = 0; times < 2; times++) {
    unlinkSync(socket);
    await until(() => existsSync(socket), 'the socket to come back');
    expect(statSync(socket).mode & 0o777).toBe(0o600);
    using fresh = await daemon.client();
    expect(await fresh.request('ping', {})).toMatchObject({ t: 'ok' });
    await othersAreServed();
  }
});

verifies(
  '12.08',
  'a client that asks faster than it reads is made to wait, and gets every answer in order',
  async () => {
    using eager = peer();
    await eager.send(eager.hello());
    await eager.answer(1);
    eager.socket.pause();
    const asks = 3000;
    const frames = Buffer.concat(
      Array.from({ length: asks }, (_, i) => encodeFrame({ t: 'resolve', id: i + 2, session: 'nobody' })),
    );
    eager.socket.write(frames);
    await othersAreServed();
    eager.socket.resume();
    await until(() => eager.heard.length === asks + 1, 'all answers');
    expect(eager.heard.map(({ id }) => id)).toEqual(Array.from({ length: asks + 1 }, (_, i) => i + 1));
  },
);

/** What another user's process hears when it connects. */
async function asNobody(socket: string): Promise<string> {
  const script = `require('node:net').connect(${JSON.stringify(socket)}).on('connect', () => console.log('in')).on('error', (e) => console.log(e.code)).unref()`;
  const child = spawn('/usr/bin/env', ['setpriv', '--reuid=65534', '--clear-groups', node, '-e', script], { cwd: '/' });
  let said = '';
  child.stdout.on('data', (chunk) => {
    said += String(chunk);
  });
  await once(child, 'close');
  return said;
}
