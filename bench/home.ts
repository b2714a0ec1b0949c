/** A daemon for the bench: its own home on a real disk, and a scripted model it talks to. */
import { statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { holderPids, node, root, startDaemon, type TestHome } from '../test/daemon.ts';
import { type FakeModel, fakeModel, type Script } from '../test/fake-model.ts';
import { cleanedUp } from './cleanup.ts';
import type { Process } from './measure.ts';

export interface Bench extends AsyncDisposable {
  readonly home: TestHome;
  readonly model: FakeModel;
  /** What a person starts, launcher and all. */
  readonly tcx: (...args: string[]) => Process;
  readonly pid: () => number;
  /** The daemon and its holders. */
  readonly servers: () => number[];
}

export async function bench(script: Script, more = '', { cold = false } = {}): Promise<Bench> {
  onARealDisk();
  const model = await fakeModel(script);
  const home = await startDaemon({ config: configFor(model.v1, more), cold });
  const pid = () => home.pid()!;
  return {
    home,
    model,
    tcx: (...args) => ({ file: join(root, 'bin', 'tcx'), args, cwd: home.work, env: { ...home.env } }),
    pid,
    servers: () => [pid(), ...holderPids(home.home)],
    [Symbol.asyncDispose]: cleanedUp(async () => {
      await home[Symbol.asyncDispose]();
      await model[Symbol.asyncDispose]();
    }),
  };
}

export const configFor = (baseUrl: string, more = '') => `model = "gpt-5.5"
model_provider = "bench"
${more}
[model_providers.bench]
name = "bench"
base_url = "${baseUrl}"
`;

const tmpfs = 0x01021994;

/** In memory a sync costs nothing and no byte counts as written, which would flatter us. */
function onARealDisk() {
  if (statfsSync(tmpdir()).type !== tmpfs) return;
  if (statfsSync('/var/tmp').type === tmpfs)
    throw new Error(`${tmpdir()} and /var/tmp are in memory; set TMPDIR to a folder on a disk`);
  process.env.TMPDIR = '/var/tmp';
}

/** Starting Node and ending it: what every client's time is compared with. */
export const bareNode: Process = { file: node, args: ['-e', '0'] };
export const execFlags = ['--skip-git-repo-check', '--yolo'];
