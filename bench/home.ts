/** A daemon for the bench: its own home on the disk the project is on, and a scripted model it talks to. */
import { join } from 'node:path';
import { node, root, startDaemon, type TestHome } from '../test/daemon.ts';
import { type FakeModel, fakeModel, type Script } from '../test/fake-model.ts';
import type { Process } from './measure.ts';

export interface Bench extends AsyncDisposable {
  readonly home: TestHome;
  readonly model: FakeModel;
  readonly tcx: (...args: string[]) => Process;
  readonly pid: () => number;
}

export async function bench(script: Script, more = ''): Promise<Bench> {
  const model = await fakeModel(script);
  const home = await startDaemon({ config: configFor(model.v1, more) });
  return {
    home,
    model,
    tcx: (...args) => ({
      file: node,
      args: [join(root, 'dist', 'tcx.js'), ...args],
      cwd: home.work,
      env: { ...home.env },
    }),
    pid: () => home.pid()!,
    [Symbol.asyncDispose]: async () => {
      await home[Symbol.asyncDispose]();
      await model[Symbol.asyncDispose]();
    },
  };
}

export const configFor = (baseUrl: string, more = '') => `model = "gpt-5.5"
model_provider = "bench"
${more}
[model_providers.bench]
name = "bench"
base_url = "${baseUrl}"
`;

/** Starting Node and ending it: what every client's time is compared with. */
export const bareNode: Process = { file: node, args: ['-e', '0'] };
export const execFlags = ['--skip-git-repo-check', '--yolo'];
