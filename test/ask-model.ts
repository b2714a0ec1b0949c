/** Set-up for tests of the model layer: a provider at a fake model, an ordinary request, and what an answer streamed. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ModelDelta, ModelRequest, ModelResult, Provider, Wire } from '../daemon/models/provider.ts';
import { runModel } from '../daemon/models/retry.ts';
import { createWires } from '../daemon/models/wires.ts';
import type { FakeModel, FakeWire } from './fake-model.ts';

export const delay = (ms: number, signal: AbortSignal) => sleep(ms, undefined, { signal }).catch(() => {});

export const wires = createWires({ fetch, userAgent: 'tcx/test', now: () => 1_800_000_000_000, delay });

export const providerOf = (model: FakeModel, wire: FakeWire, over: Partial<Provider> = {}): Provider => ({
  id: 'fake',
  name: 'Fake',
  wire,
  baseUrl: wire === 'messages' ? model.origin : model.v1,
  key: 'sk-test',
  headers: {},
  query: {},
  requestMaxRetries: 4,
  streamMaxRetries: 5,
  streamIdleMs: 10_000,
  ...over,
});

export const requestOf = (over: Partial<ModelRequest> = {}): ModelRequest => ({
  session: '0190a000-0000-7000-8000-000000000001',
  turn: 1,
  model: 'gpt-5.5',
  instructions: 'You are a coding agent.',
  items: [{ kind: 'user', text: 'hi' }],
  tools: [],
  parallelCalls: true,
  ...over,
});

export interface Asked {
  readonly result: ModelResult;
  readonly deltas: readonly ModelDelta[];
  /** The waits between attempts, in ms, that a real clock would have made. */
  readonly waits: readonly number[];
}

/** One request with all its retries; waits are noted, not made. */
export async function ask(
  model: FakeModel,
  wire: FakeWire,
  request: ModelRequest = requestOf(),
  over: Partial<Provider> & { readonly signal?: AbortSignal; readonly onDelta?: (delta: ModelDelta) => void } = {},
): Promise<Asked> {
  const { signal = new AbortController().signal, onDelta, ...provider } = over;
  const deltas: ModelDelta[] = [];
  const waits: number[] = [];
  const emit = (delta: ModelDelta) => {
    deltas.push(delta);
    onDelta?.(delta);
  };
  const deps = { random: () => 0.5, delay: async (ms: number) => void waits.push(ms) };
  const one: Wire = wires[wire];
  const result = await runModel(one, providerOf(model, wire, provider), request, { signal, emit }, deps);
  return { result, deltas, waits };
}

/** The answer, or a failure of the test that says why there is none. */
export function answerOf({ result }: Asked) {
  if (result.kind !== 'done') throw new Error(`no answer: ${JSON.stringify(result)}`);
  return result.answer;
}

/** What a screen shows at the end: text since the last `retry`. */
export function shown(deltas: readonly ModelDelta[], kind: 'text' | 'reasoning' = 'text'): string {
  const since = deltas.slice(deltas.findLastIndex((delta) => delta.kind === 'retry') + 1);
  return since.flatMap((delta) => (delta.kind === kind ? [delta.text] : [])).join('');
}
