/** Whatever a model answers and whenever a person interrupts, every request is legal for its API, and the same when sent twice. */
import { afterAll, beforeAll, expect } from 'vitest';
import type { ScriptedCall } from '../../daemon/models/script.ts';
import type { Client } from '../../ipc/client.ts';
import { startDaemon, type TestHome, until } from '../daemon.ts';
import { type FakeModel, type FakeReply, type FakeWire, fakeModel } from '../fake-model.ts';
import { checkLegal } from '../legal-request.ts';
import { Driven, providerAt, yolo } from '../session.ts';
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

/** Mulberry32: the same numbers for the same seed, so that a failure can be run again. */
function randomOf(seed: number) {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    chance: (of: number) => next() < of,
    pick: <Value>(values: readonly Value[]): Value => values[Math.floor(next() * values.length)]!,
  };
}
type Random = ReturnType<typeof randomOf>;

const texts = ['', ' \n', 'plain', 'ünï\u0000cødé 🎈 \ud800', '<environment_context>', 'x'.repeat(3000)];
const names = ['exec_command', 'apply_patch', 'write_stdin', 'update_plan', 'nobody', 'a b/ç', '', 'n'.repeat(200)];
const args = ['{"cmd":"pwd"}', '{', '', 'null', '[]', '"text"', '{"session_id":1}', '{"cmd":"echo \\u0000"}'];

const randomCall = ({ pick, chance }: Random): ScriptedCall => ({
  name: pick(names),
  args: pick(args),
  ...(chance(0.2) && { form: 'custom' as const }),
  // Some servers count their calls from nought in every answer, and some say nothing.
  ...(chance(0.5) && { id: pick(['call_0', 'call_0', 'call_1', 'strange id!/', 'i'.repeat(90)]) }),
});

function randomReply(random: Random): FakeReply {
  const { pick, chance } = random;
  return {
    ...(chance(0.6) && { text: pick(texts) }),
    ...(chance(0.4) && { reasoning: pick(texts) }),
    ...(chance(0.1) && { redacted: 'opaque' }),
    ...(chance(0.5) && { calls: Array.from({ length: pick([1, 1, 2, 4]) }, () => randomCall(random)) }),
    ...(chance(0.08) && { error: { code: 'invalid_prompt', message: 'no' } }),
    ...(chance(0.1) && { cut: pick(['before completed', 'half frame', 'reset'] as const) }),
  };
}

const wires = { responses: 'gpt-5.5', messages: 'claude-sonnet-5-5', chat: 'local-model' } as const;

/** A model that answers at random, but ends each turn sooner or later. */
const randomModel = (random: Random) => {
  let steps = 0;
  return fakeModel(() => (++steps % 5 === 0 ? { text: 'enough' } : randomReply(random)));
};

async function randomSession(seed: number) {
  const random = randomOf(seed);
  const models = {} as Record<FakeWire, FakeModel>;
  for (const wire of Object.keys(wires) as FakeWire[]) models[wire] = await randomModel(random);
  const overrides = (Object.keys(wires) as FakeWire[]).flatMap((wire) =>
    providerAt(models[wire], wire, { request_max_retries: 0, stream_max_retries: 1 }, `at-${wire}`),
  );
  const at = (wire: FakeWire) => ({ provider: `at-${wire}`, model: wires[wire] });
  using session = await Driven.begin(client, daemon.work, { ...yolo, ...at('responses'), overrides });
  for (let turn = 1; turn <= 4; turn++) {
    if (random.chance(0.6))
      await client.request('settings', {
        session: session.id,
        settings: at(random.pick(['responses', 'messages', 'chat'])),
      });
    await session.say(random.pick(texts.slice(2)));
    if (random.chance(0.25)) await client.request('interrupt', { session: session.id });
    await until(() => session.all('turn.ended').length >= turn, `the end of turn ${turn} of seed ${seed}`);
  }
  for (const model of Object.values(models)) {
    for (const request of model.requests) {
      try {
        checkLegal(request);
      } catch (error) {
        throw new Error(`seed ${seed}, request ${request.n} over ${request.wire}: ${(error as Error).message}`);
      }
    }
    await model[Symbol.asyncDispose]();
  }
  const sent = Object.values(models).flatMap(({ requests }) => requests.map(({ text }) => text));
  return { requests: sent.length, repeated: sent.length - new Set(sent).size };
}

verifies(
  '8.12',
  'from 100 random conversations over three APIs every request is legal, and one that is repeated is the same',
  async () => {
    let requests = 0;
    let repeated = 0;
    for (let first = 1; first <= 100; first += 10) {
      const done = await Promise.all(Array.from({ length: 10 }, (_, i) => randomSession(first + i)));
      requests += done.reduce((sum, each) => sum + each.requests, 0);
      repeated += done.reduce((sum, each) => sum + each.repeated, 0);
    }
    expect(requests).toBeGreaterThan(500);
    expect(repeated).toBeGreaterThan(20);
  },
  180_000,
);
