/** A daemon whose sessions talk to a scripted model, and short words for what tests say. */
import { type HomeOptions, startDaemon, type TestHome } from '../daemon.ts';
import { type FakeModel, type FakeReply, fakeModel, type Script } from '../fake-model.ts';

export interface WithModel extends AsyncDisposable {
  readonly model: FakeModel;
  readonly daemon: TestHome;
}

export async function withModel(script: Script, options: HomeOptions = {}): Promise<WithModel> {
  const model = await fakeModel(script);
  const config = `model = "gpt-5"
model_provider = "fake"
[model_providers.fake]
base_url = "${model.v1}"
wire_api = "responses"
${options.config ?? ''}`;
  const daemon = await startDaemon({ ...options, config });
  return {
    model,
    daemon,
    [Symbol.asyncDispose]: async () => {
      await daemon[Symbol.asyncDispose]();
      await model[Symbol.asyncDispose]();
    },
  };
}

/** `word0 word1 …`: an answer of so many words, a few of them at a time. */
export const words = (count: number) => Array.from({ length: count }, (_, n) => `word${n}`).join(' ');
/** An answer that comes slowly enough to be looked at. */
export const slowly = (count: number, delayMs = 40): FakeReply => ({ text: words(count), delayMs });
export const says = (text: string): FakeReply => ({ text, deltas: 1 });
export const runs = (...commands: readonly string[]): FakeReply => ({
  calls: commands.map((cmd) => ({ name: 'exec_command', args: { cmd } })),
});

/** How often each of the words stands in a text. */
export const times = (text: string, word: string) => text.split(new RegExp(`\\b${word}\\b`)).length - 1;
