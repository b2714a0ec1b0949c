/** The contract of hosts, kept by the embedded one in a process that is killed. */
import type { FakeEffects } from './effects.ts';
import type { Rig } from './place.ts';
import { Remote } from './remote.ts';
import { hostContract } from './suite.ts';

async function make(home: string, effects: FakeEffects): Promise<Rig> {
  const remote = await Remote.start('child.ts', home, effects);
  return { host: remote.host, crash: () => remote.kill() };
}

hostContract('embedded', make);
