/** Set-up for tests of the command line: a home whose model is a scripted one, and sessions made from the shell. */
import { spawn } from '@lydell/node-pty';
import type { Row } from '../../core/rows.ts';
import { type HomeOptions, startDaemon, type TestHome } from '../daemon.ts';
import { type FakeModel, fakeModel, type Script } from '../fake-model.ts';

export interface Scene extends AsyncDisposable {
  readonly home: TestHome;
  readonly model: FakeModel;
}

/** Lines of config.toml that make a fake model the one to ask. */
export const providerConfig = (model: FakeModel, more = '') => `model = "gpt-5.5"
model_provider = "fake"
${more}
[model_providers.fake]
base_url = "${model.v1}"
request_max_retries = 1
stream_max_retries = 2
`;

export async function scene(script: Script, options: HomeOptions & { readonly more?: string } = {}): Promise<Scene> {
  const model = await fakeModel(script);
  const home = await startDaemon({ ...options, config: providerConfig(model, options.more) });
  return {
    home,
    model,
    [Symbol.asyncDispose]: async () => {
      await home[Symbol.asyncDispose]();
      await model[Symbol.asyncDispose]();
    },
  };
}

/** A session begun and left to itself, as a script does it: its id. */
export async function begin(home: TestHome, ...args: readonly string[]): Promise<string> {
  const made = await home.tcx(['new', '-d', ...args]);
  if (made.code !== 0) throw new Error(`tcx new -d ended with ${made.code}: ${made.stderr}`);
  return made.stdout.trim();
}

/** A session's rows as `tcx log --json` gives them. */
export async function log(home: TestHome, session: string): Promise<readonly Row[]> {
  const { stdout } = await home.tcx(['log', session, '--json']);
  return JSON.parse(stdout) as Row[];
}

/** The person's words in a request, in order: what the harness adds is left out. */
export function words(body: { readonly input: readonly Readonly<Record<string, unknown>>[] }): string[] {
  const texts = body.input.flatMap((item) =>
    item.role === 'user' ? (item.content as { text: string }[]).map(({ text }) => text) : [],
  );
  return texts.filter((text) => !/^<(environment_context|turn_aborted)|^# AGENTS\.md/.test(text));
}

/** Outputs of calls in a request, in order. */
export const outputs = (body: { readonly input: readonly Readonly<Record<string, unknown>>[] }): string[] =>
  body.input.flatMap((item) => (/_output$/.test(String(item.type)) ? [String(item.output)] : []));

/** A command line in a real terminal: what it showed, and the exit code. */
export async function onTerminal(
  home: TestHome,
  line: string,
): Promise<{ readonly code: number; readonly screen: string }> {
  const terminal = spawn('/bin/bash', ['-c', line], { cwd: home.work, env: { ...home.env }, cols: 100, rows: 30 });
  let screen = '';
  terminal.onData((text) => {
    screen += text;
  });
  const code = await new Promise<number>((resolve) => terminal.onExit(({ exitCode }) => resolve(exitCode)));
  return { code, screen };
}
