/** A scripted turn of twenty steps, and how its requests and the lines of `exec --json` are read. */
import type { FakeModel, FakeReply, FakeRequest, FakeWire } from './fake-model.ts';
import { providerAt } from './session.ts';

export const steps = 20;
/** A model that speaks each wire. */
export const slugs: Readonly<Record<FakeWire, string>> = {
  responses: 'gpt-5.5',
  messages: 'claude-sonnet-5-5',
  chat: 'qwen3-coder',
};

/** Thinks, says what it does and runs one command, `steps` times; then answers. */
export const twentySteps = ({ n }: Pick<FakeRequest, 'n'>): FakeReply =>
  n <= steps
    ? {
        reasoning: `Step ${n} — “quoted” \u2028 🎈`,
        text: `Now ${n}.`,
        calls: [{ name: 'exec_command', args: { cmd: `echo step-${n}`, login: false } }],
        usage: { input: 1000 + n, cached: 900, output: 20, reasoning: 5 },
      }
    : { text: 'All done.', usage: { input: 2000, cached: 1900, output: 7, reasoning: 0 } };

/** `exec --json` at a fake model, nothing asked. */
export const execArgs = (model: FakeModel, wire: FakeWire) => [
  ...['exec', '--json', '--yolo', '-m', slugs[wire], '-c', 'model_provider="fake"'],
  ...providerAt(model, wire).flatMap((override) => ['-c', override]),
];

export const events = (stdout: string) =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { type: string; item?: Record<string, unknown> & { type: string } });

/** The conversation of a request as the bytes that a provider's cache would compare, without the marks of the cache. */
export function conversationBytes({ wire, body }: FakeRequest): readonly string[] {
  const items: readonly unknown[] = wire === 'responses' ? body.input : body.messages;
  return items.map((item) => JSON.stringify(item).replaceAll(',"cache_control":{"type":"ephemeral"}', ''));
}
