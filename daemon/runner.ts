/** Effect name → what does it: the whole list on one screen. */
import { resolve } from 'node:path';
import type { EffectName, InputOf, Outcome } from '../actors/effects.ts';
import type { SessionId } from '../core/ids.ts';
import { interceptPatch } from '../core/patch-intercept.ts';
import type { RowOf } from '../core/rows.ts';
import type { ReadUse } from '../core/tools.ts';
import { parse } from '../core/tools.ts';
import type { Effect, EffectIo } from './effect.ts';
import type { EffectRunner } from './hosts/host.ts';
import type { Answer } from './tools/answer.ts';
import { applyPatch, type PatchPlace, preparePatch, settlePatch } from './tools/patch.ts';

export interface RunnerDeps {
  readonly model: Effect<'model'>;
  readonly commands: {
    readonly command: Effect<'command'>;
    readonly watch: Effect<'watch'>;
    readonly kill: Effect<'kill'>;
  };
  readonly read: (use: ReadUse, cwd: string, io: EffectIo) => Promise<Answer>;
  /** The row of a call, with the arguments as the model wrote them. */
  readonly call: (session: SessionId, call: number) => Promise<RowOf<'call'>['body']>;
  readonly umask: (session: SessionId) => Promise<number>;
  readonly uptime: () => number;
  /** The holder that the next command will be given to. */
  readonly holder: () => Promise<string>;
}

export function createRunner(deps: RunnerDeps): EffectRunner {
  /** A patch that came as a shell command is a patch all the same. */
  const patchOf = async (session: SessionId, n: number, cwd: string) => {
    const { name, form, args } = await deps.call(session, n);
    const parsed = parse(name, form, args);
    const inner = parsed.ok && parsed.use.name === 'exec_command' ? interceptPatch(parsed.use.cmd) : undefined;
    if (!parsed.ok || parsed.use.name !== 'exec_command' || inner?.kind !== 'patch')
      return { call: { name, form, args }, cwd };
    const call = { name: 'apply_patch', form: 'custom' as const, args: inner.patch };
    return { call, cwd: resolve(cwd, parsed.use.workdir ?? '.', inner.cd ?? '.') };
  };
  const place = async (cwd: string, { session, signal }: EffectIo): Promise<PatchPlace> => ({
    cwd,
    umask: await deps.umask(session),
    signal,
    clock: deps.uptime,
  });

  const bodies: { readonly [Name in EffectName]: Effect<Name> } = {
    model: deps.model,
    ...deps.commands,
    read: async ({ call, cwd }, io) => {
      const { name, form, args } = await deps.call(io.session, call);
      const parsed = parse(name, form, args);
      if (!parsed.ok) return { kind: 'failed', why: parsed.why };
      return deps.read(parsed.use as ReadUse, cwd, io);
    },
    prepare: async ({ call, cwd }, io) => {
      const patch = await patchOf(io.session, call, cwd);
      return preparePatch(patch.call, { cwd: patch.cwd, signal: io.signal });
    },
    apply: async ({ call, cwd, files }, io) => {
      const patch = await patchOf(io.session, call, cwd);
      return applyPatch(patch.call, files, await place(patch.cwd, io));
    },
  };
  const checks: { readonly [Name in EffectName]?: Effect<Name> } = {
    apply: async ({ call, cwd, files }, io) => settlePatch((await patchOf(io.session, call, cwd)).call, files),
  };

  return {
    run: (effect, input, io) => (bodies[effect] as Effect<EffectName>)(input as InputOf<EffectName>, io),
    check: (effect, input, io): Promise<Outcome> => {
      const check = checks[effect] as Effect<EffectName> | undefined;
      return check
        ? check(input as InputOf<EffectName>, io)
        : Promise.resolve({ kind: 'unknown', why: 'nobody can look at what became of it' });
    },
    mark: (effect) => (effect === 'command' ? deps.holder() : undefined),
  };
}
