/** A client's way back: one at a time, whenever the daemon dies, and no request is left without an answer. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { until } from '../test/daemon.ts';
import { Client, type HelloBody } from './client.ts';
import { encodeFrame, FrameDecoder, type Message } from './frame.ts';

/** A daemon that greets, or hangs up instead, and answers everything but `stop`. */
class FakeDaemon {
  readonly path: string;
  readonly sockets = new Set<Socket>();
  /** So many of the next greetings are a hang-up. */
  rude = 0;
  greeted = 0;
  pings = 0;
  /** It takes connections and says nothing. */
  mute = false;
  readonly #folder = mkdtempSync(join(tmpdir(), 'tcx-client-'));
  #server: Server | undefined;

  constructor() {
    this.path = join(this.#folder, 's');
  }

  async listen() {
    this.#server = createServer((socket) => this.#serve(socket));
    await new Promise<void>((resolve) => this.#server!.listen(this.path, resolve));
  }

  #serve(socket: Socket) {
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket));
    socket.on('error', () => {});
    const decoder = new FrameDecoder();
    socket.on('data', (chunk) => {
      for (const message of decoder.push(chunk).messages) this.#answer(socket, message);
    });
  }

  #answer(socket: Socket, { t, id }: Message) {
    if (t === 'hello' && this.rude > 0) {
      this.rude--;
      socket.destroy();
      return;
    }
    if (t === 'hello') this.greeted++;
    if (t === 'ping') this.pings++;
    if (t !== 'daemon.stop' && !this.mute) socket.write(encodeFrame({ t: 'ok', id, needEnv: false }));
  }

  hangUp() {
    for (const socket of this.sockets) socket.destroy();
  }

  async [Symbol.asyncDispose]() {
    this.hangUp();
    await new Promise((resolve) => this.#server?.close(resolve));
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

const hello = {
  protocol: 1,
  build: 't',
  token: '',
  kind: 'client',
  cwd: '/',
  umask: 18,
  pid: 1,
  label: 't',
} as HelloBody;
const connect = (daemon: FakeDaemon, heartbeatMs = 0) =>
  Client.connect({
    locate: async () => ({ socket: daemon.path, hello, vars: () => ({}) }),
    start: async () => {},
    reconnect: true,
    heartbeatMs,
  });

test('a daemon that dies while it greets is one more try: there is one connection in the end, and it is used', async () => {
  await using daemon = new FakeDaemon();
  await daemon.listen();
  using client = await connect(daemon);
  for (let round = 0; round < 3; round++) {
    const greeted = daemon.greeted;
    daemon.rude = 3;
    daemon.hangUp();
    await until(() => client.state.state === 'connected' && daemon.greeted > greeted);
    await client.request('ping', {});
  }
  // Any second way back would have opened another by now.
  await until(() => daemon.rude === 0);
  await client.request('ping', {});
  expect(daemon.sockets.size).toBe(1);
  expect(daemon.greeted).toBe(4);
});

test('every request is answered or refused, whatever becomes of its connection', async () => {
  await using daemon = new FakeDaemon();
  await daemon.listen();
  using client = await connect(daemon);
  const outcomes: Promise<string>[] = [];
  const ask = () =>
    outcomes.push(
      client.request('daemon.stop', {}).then(
        () => 'answered',
        (error: { code: string }) => error.code,
      ),
    );
  const states: string[] = [];
  client.onState(({ state }) => {
    states.push(state);
    ask();
  });
  for (let round = 0; round < 4; round++) {
    ask();
    daemon.rude = round;
    daemon.hangUp();
    await until(() => states.filter((state) => state === 'connected').length === round + 1);
    ask();
  }
  client.close();
  expect(new Set(await Promise.all(outcomes))).toEqual(new Set(['gone']));
  expect(states.filter((state) => state === 'connected')).toHaveLength(4);
});

test('a calm client asks seldom whether the daemon is there, and as often as ever while it waits for an answer', async () => {
  await using busy = new FakeDaemon();
  await using calm = new FakeDaemon();
  await Promise.all([busy.listen(), calm.listen()]);
  using fast = await connect(busy, 20);
  using slow = await connect(calm, 20);
  slow.calm(true);
  calm.pings = busy.pings = 0;
  await until(() => busy.pings >= 50);
  expect(calm.pings).toBeGreaterThan(0);
  expect(calm.pings).toBeLessThan(25);
  // Never answered: from now on it is looked after.
  const stopped = slow.request('daemon.stop', {}).catch((error: { code: string }) => error.code);
  calm.pings = busy.pings = 0;
  await until(() => busy.pings >= 50);
  expect(calm.pings).toBeGreaterThan(25);
  calm.mute = true;
  expect(await stopped).toBe('gone');
  fast.close();
});
