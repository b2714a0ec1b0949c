/** Has a session's model make the calls a test wants, one turn a time, and answers with what the next request says of them. */
import type { ScriptedCall } from '../daemon/models/script.ts';
import type { Client } from '../ipc/client.ts';
import type { SettingsAsk } from '../ipc/protocol.ts';
import { type FakeModel, fakeModel } from './fake-model.ts';
import { Driven, fakeAt, yolo } from './session.ts';

export interface Toolbox extends AsyncDisposable {
  readonly session: Driven;
  readonly model: FakeModel;
  /** One turn with these calls in one answer: their outputs as the model reads them, in the order of the calls. */
  readonly run: (...calls: readonly ScriptedCall[]) => Promise<readonly string[]>;
  /** The same without waiting for the end of the turn. */
  readonly begin: (...calls: readonly ScriptedCall[]) => Promise<void>;
  /** The outputs of the newest turn, once it has ended. */
  readonly outputs: () => Promise<readonly string[]>;
  readonly exec: (cmd: string, more?: Record<string, unknown>) => Promise<string>;
}

export interface ToolboxOptions {
  readonly settings?: SettingsAsk;
  readonly slug?: string;
  /** Further `-c key=value`. */
  readonly more?: readonly string[];
}

export const exec = (cmd: string, more: Record<string, unknown> = {}): ScriptedCall => ({
  name: 'exec_command',
  args: { cmd, login: false, ...more },
});
export const patchCall = (patch: string): ScriptedCall => ({ name: 'apply_patch', form: 'custom', args: patch });
export const call = (name: string, args: Record<string, unknown> | string): ScriptedCall => ({ name, args });

export async function toolbox(client: Client, cwd: string, options: ToolboxOptions = {}): Promise<Toolbox> {
  const { settings = yolo, slug = 'gpt-5.5', more = [] } = options;
  let next: readonly ScriptedCall[] = [];
  const model = await fakeModel(({ body }) => {
    if (body.input.at(-1)?.role !== 'user') return { text: 'ok' };
    const calls = next;
    next = [];
    return calls.length > 0 ? { calls: [...calls] } : { text: 'ok' };
  });
  const session = await Driven.begin(client, cwd, { ...settings, ...fakeAt(model, 'responses', { slug, more }) });
  let turn = 0;
  const begin: Toolbox['begin'] = async (...calls) => {
    next = calls;
    turn++;
    await session.say(`turn ${turn}`);
  };
  const outputs = async () => {
    await session.ended(turn);
    const { input } = model.requests.at(-1)!.body;
    const asked = input.findLastIndex(({ role }) => role === 'user');
    return input.slice(asked).flatMap(({ type, output }) => (String(type).endsWith('_output') ? [String(output)] : []));
  };
  const run: Toolbox['run'] = async (...calls) => {
    await begin(...calls);
    return outputs();
  };
  return {
    session,
    model,
    begin,
    outputs,
    run,
    exec: async (cmd, args) => (await run(exec(cmd, args)))[0]!,
    [Symbol.asyncDispose]: async () => {
      session[Symbol.dispose]();
      await model[Symbol.asyncDispose]();
    },
  };
}

/** The parts of an exec_command or write_stdin result (tools.md §3.2); throws when the layout is another. */
export function readExec(text: string) {
  const match =
    /^Chunk ID: ([0-9a-f]{6})\nWall time: (\d+\.\d{4}) seconds\nProcess (?:exited with code (\d+)|running with session ID (\d+))\nOriginal token count: (\d+)\nOutput:\n([\s\S]*)$/.exec(
      text,
    );
  if (!match) throw new Error(`not the layout of a result:\n${text}`);
  const [, chunk, wall, code, session, tokens, output] = match;
  return {
    chunk: chunk!,
    wallMs: Number(wall) * 1000,
    ...(code !== undefined && { code: Number(code) }),
    ...(session !== undefined && { session: Number(session) }),
    tokens: Number(tokens),
    output: output!,
  };
}
