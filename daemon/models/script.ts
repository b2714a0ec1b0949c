/**
 * A scripted answer: what a model says next, in no API's words. A script file has one JSON object a line, one line an answer:
 * `{"text": "Done.", "calls": [{"name": "exec_command", "args": {"cmd": "ls"}}], "usage": {"input": 9, "output": 3}}`
 * or `{"error": {"message": "no more"}}`. The demo plays such a file, and so does the test server.
 */
import { z } from 'zod';

const Count = z.number().int().nonnegative();

export const ScriptedCall = z.object({
  name: z.string().min(1),
  /** Text is sent as it is, so that it may be broken; anything else as JSON. */
  args: z.union([z.string(), z.record(z.string(), z.unknown())]),
  form: z.enum(['function', 'custom']).optional(),
  /** The provider's call id; one is made up when there is none. */
  id: z.string().optional(),
});
export type ScriptedCall = z.infer<typeof ScriptedCall>;

export const ScriptedAnswer = z.object({
  text: z.string().optional(),
  reasoning: z.string().optional(),
  calls: z.array(ScriptedCall).optional(),
  usage: z
    .object({ input: Count, cached: Count, cacheWrite: Count, output: Count, reasoning: Count })
    .partial()
    .optional(),
  error: z.object({ code: z.string().optional(), message: z.string() }).optional(),
  /** ms before each piece of text. */
  delayMs: z.number().nonnegative().optional(),
});
export type ScriptedAnswer = z.infer<typeof ScriptedAnswer>;

export type ParsedScript =
  | { readonly ok: true; readonly answers: readonly ScriptedAnswer[] }
  | { readonly ok: false; readonly why: string };

/** Empty lines are skipped; a mistake is named with its line. */
export function parseScript(source: string): ParsedScript {
  const answers: ScriptedAnswer[] = [];
  for (const [i, line] of source.split('\n').entries()) {
    if (line.trim() === '') continue;
    const answer = parseLine(line);
    if (typeof answer === 'string') return { ok: false, why: `line ${i + 1}: ${answer}` };
    answers.push(answer);
  }
  return { ok: true, answers };
}

function parseLine(line: string): ScriptedAnswer | string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    return `no JSON: ${(error as Error).message}`;
  }
  const parsed = ScriptedAnswer.strict().safeParse(value);
  return parsed.success ? parsed.data : z.prettifyError(parsed.error).replaceAll('\n', ' ');
}

export const callArgs = ({ args }: ScriptedCall) => (typeof args === 'string' ? args : JSON.stringify(args));
