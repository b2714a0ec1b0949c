/** Effect name → what does it: the whole list on one screen. */
import { isAbsolute, relative, resolve } from 'node:path';
import type { EffectName, InputOf, Outcome, ValueOf } from '../actors/effects.ts';
import type { SessionId } from '../core/ids.ts';
import { interceptPatch } from '../core/patch-intercept.ts';
import { patchByShell } from '../core/patch-text.ts';
import type { FileChange, RowOf } from '../core/rows.ts';
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

type Told = ValueOf<'apply'>;

/** A patch of another folder names its files from there; whoever looks at the session stands in the session's own. */
const seenFrom = (cwd: string, folder: string) => {
  const seen = (path: string) => (isAbsolute(path) ? path : relative(cwd, resolve(folder, path)));
  return (change: FileChange): FileChange => ({
    ...change,
    path: seen(change.path),
    ...(change.movedTo !== undefined && { movedTo: seen(change.movedTo) }),
  });
};

export function createRunner(deps: RunnerDeps): EffectRunner {
  /** A patch that came as a shell command is a patch all the same. */
  const patchOf = async (session: SessionId, n: number, cwd: string) => {
    const { name, form, args } = await deps.call(session, n);
    const parsed = parse(name, form, args);
    const inner = parsed.ok && parsed.use.name === 'exec_command' ? interceptPatch(parsed.use.cmd) : undefined;
    if (!parsed.ok || parsed.use.name !== 'exec_command' || inner?.kind !== 'patch')
      return { call: { name, form, args }, cwd, shell: false };
    const call = { name: 'apply_patch', form: 'custom' as const, args: inner.patch };
    return { call, cwd: resolve(cwd, parsed.use.workdir ?? '.', inner.cd ?? '.'), shell: true };
  };
  /** In the shape of a command's answer when it came as one. */
  const told = (outcome: Outcome<Told>, { shell }: { readonly shell: boolean }): Outcome<Told> =>
    shell && outcome.kind === 'done'
      ? { kind: 'done', value: { ...outcome.value, text: patchByShell(outcome.value.text) } }
      : outcome;
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
      const outcome = await preparePatch(patch.call, { cwd: patch.cwd, signal: io.signal });
      if (outcome.kind !== 'done' || patch.cwd === cwd) return outcome;
      return {
        kind: 'done',
        value: { ...outcome.value, changes: outcome.value.changes.map(seenFrom(cwd, patch.cwd)) },
      };
    },
    apply: async ({ call, cwd, files }, io) => {
      const patch = await patchOf(io.session, call, cwd);
      return told(await applyPatch(patch.call, files, await place(patch.cwd, io)), patch);
    },
  };
  const checks: { readonly [Name in EffectName]?: Effect<Name> } = {
    apply: async ({ call, cwd, files }, io) => {
      const patch = await patchOf(io.session, call, cwd);
      return told(await settlePatch(patch.call, files), patch);
    },
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
