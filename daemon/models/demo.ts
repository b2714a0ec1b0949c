/** The built-in demo as a wire: offline and deterministic. What it says comes from its rules or a script; this file streams it. */
import type { ModelItem } from '../../actors/effects.ts';
import type { Usage } from '../../core/rows.ts';
import { interpret } from './demo-rules.ts';
import { failed } from './errors.ts';
import { sides } from './exchange.ts';
import type { Attempt, ModelIo, ModelRequest, Wire } from './provider.ts';
import { callArgs, type ScriptedAnswer } from './script.ts';

export interface DemoDeps {
  /** Resolves after `ms`, or at once when the signal aborts. */
  readonly delay: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Played instead of the rules: the n-th answer of a conversation is the n-th of these. */
  readonly script?: readonly ScriptedAnswer[];
}

/** ms before each word, unless an answer says otherwise. */
const wordMs = 8;

export const createDemo =
  ({ delay, script }: DemoDeps): Wire =>
  async (_provider, request, io) => {
    const answer = script ? scripted(script, request) : interpret(request);
    if (answer.error) return failed('bad_request', answer.error.message, 'no');
    return play(answer, request, io, delay);
  };

/** Counted in the conversation, not in memory, so that a restart goes on where it was. */
function scripted(script: readonly ScriptedAnswer[], { items }: ModelRequest): ScriptedAnswer {
  const given = sides(items, () => true).filter(({ side }) => side === 'model').length;
  return script[given] ?? { error: { message: `The script has ${script.length} answers, and all of them are given.` } };
}

async function play(
  answer: ScriptedAnswer,
  request: ModelRequest,
  io: ModelIo,
  delay: DemoDeps['delay'],
): Promise<Attempt> {
  for (const kind of ['reasoning', 'text'] as const)
    for (const word of words(answer[kind] ?? '')) {
      await delay(answer.delayMs ?? wordMs, io.signal);
      if (io.signal.aborted) return { kind: 'interrupted' };
      io.emit({ kind, text: word });
    }
  for (const call of answer.calls ?? []) io.emit({ kind: 'call', name: call.name, text: callArgs(call) });
  if (io.signal.aborted) return { kind: 'interrupted' };
  return {
    kind: 'done',
    answer: { items: itemsOf(answer), usage: usageOf(answer, request), model: request.model, endTurn: true },
  };
}

/** A text in pieces of a word with the white space before it; joined they are the text. */
export const words = (text: string): readonly string[] => text.match(/\s*\S+|\s+$/g) ?? [];

const itemsOf = ({ reasoning, text, calls }: ScriptedAnswer): readonly ModelItem[] => [
  ...(reasoning ? [{ kind: 'reasoning' as const, text: reasoning }] : []),
  ...(text ? [{ kind: 'assistant' as const, text }] : []),
  ...(calls ?? []).map((call, i) => ({
    kind: 'call' as const,
    name: call.name,
    form: call.form ?? ('function' as const),
    args: callArgs(call),
    ref: call.id ?? `call_${i}`,
  })),
];

/** Four characters a token, the estimate used wherever nobody counts. */
const tokens = (chars: number) => Math.ceil(chars / 4);

function usageOf(answer: ScriptedAnswer, request: ModelRequest): Usage {
  const said = (answer.text ?? '').length + (answer.calls ?? []).reduce((sum, call) => sum + callArgs(call).length, 0);
  const thought = (answer.reasoning ?? '').length;
  const { usage } = answer;
  return {
    input: usage?.input ?? tokens(request.instructions.length + JSON.stringify(request.items).length),
    cached: usage?.cached ?? 0,
    cacheWrite: usage?.cacheWrite ?? 0,
    output: usage?.output ?? tokens(said + thought),
    reasoning: usage?.reasoning ?? tokens(thought),
  };
}
