/** Gives every effect its body: models, commands and tools, with what they need of this machine. */
import { randomBytes } from 'node:crypto';
import { modelInfo } from '../core/models.ts';
import { offeredTools } from '../core/tool-specs.ts';
import { cutForHistory } from '../core/truncate.ts';
import { readBlob } from './blob-files.ts';
import { createCallFacts } from './call-facts.ts';
import { type CommandDeps, createCommandEffects } from './effects/commands.ts';
import { createModel, type ModelDeps } from './effects/model.ts';
import type { EnvStore } from './env-store.ts';
import { findOnPath } from './find-on-path.ts';
import type { Holder } from './holder/client.ts';
import { isRefused } from './holder/protocol.ts';
import type { Clock } from './hosts/deadlines.ts';
import type { EffectRunner, Host } from './hosts/host.ts';
import type { ModelAccess } from './model-access.ts';
import { createDemo } from './models/demo.ts';
import { renewing } from './models/renew.ts';
import { runModel } from './models/retry.ts';
import { createWires } from './models/wires.ts';
import type { Residents } from './residents.ts';
import { createRunner } from './runner.ts';
import { read } from './tools/read.ts';

export interface BodiesDeps {
  readonly ask: ModelDeps['ask'];
  readonly home: string;
  readonly host: () => Host;
  readonly holder: Holder;
  readonly access: ModelAccess;
  readonly envs: EnvStore;
  readonly residents: Residents;
  readonly adopted: CommandDeps['adopted'];
  readonly clock: Clock;
  readonly path: string;
  readonly shell: string;
  readonly build: string;
}

/** One request of a provider, with all its retries. */
export function createAsk({ clock, build }: Pick<BodiesDeps, 'clock' | 'build'>): ModelDeps['ask'] {
  const wires = createWires({ fetch, userAgent: `tcx/${build}`, now: clock.wall, delay });
  return ({ provider, renew, script }, request, io) => {
    const wire = script ? createDemo({ delay, script }) : wires[provider.wire];
    return runModel(renew ? renewing(wire, renew) : wire, provider, request, io, { delay, random: Math.random });
  };
}

export function createBodies({
  ask,
  home,
  host,
  holder,
  access,
  envs,
  residents,
  adopted,
  clock,
  path,
  shell,
  build,
}: BodiesDeps): EffectRunner {
  const calls = createCallFacts({ host, access, envs, shell, build });
  const rg = findOnPath('rg', path);
  const model = createModel({
    session: async (session) => {
      const [{ meta }, rows] = await Promise.all([host().state(session), host().window(session)]);
      return { meta, rows };
    },
    picture: async (blob) => (await readBlob(home, blob.replace(/^blob:/, '')))?.toString('base64'),
    resolve: access.provider,
    tools: ({ settings }) => offeredTools(settings.tools, modelInfo(settings.model).patch === 'custom'),
    ask,
  });
  const commands = createCommandEffects({
    holder: () => holder,
    facts: calls.facts,
    adopted,
    chunkId: () => randomBytes(3).toString('hex'),
    uptime: clock.uptime,
    terminal: (command, session, pid) => residents.pty(command, session, pid),
  });
  return createRunner({
    model,
    commands,
    read: async (use, cwd, { signal, session }) => {
      const answer = await read(use, { cwd, signal, ...(rg && { rg }) });
      if (answer.kind !== 'done') return answer;
      const policy = await access.policy((await host().state(session)).meta);
      return { kind: 'done', value: { ...answer.value, text: cutForHistory(answer.value.text, policy) } };
    },
    call: calls.row,
    umask: calls.umask,
    uptime: clock.uptime,
    holder: async () => {
      const ready = await holder.ready();
      if (isRefused(ready)) throw new Error(ready.why);
      return ready.incarnation;
    },
  });
}

/** Resolves after `ms`, or at once when the signal aborts. */
const delay = (ms: number, signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    if (signal.aborted) done();
    else signal.addEventListener('abort', done);
  });
