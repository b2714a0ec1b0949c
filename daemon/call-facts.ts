/** What an effect needs to know of the call it works for: its row, its arguments, and the world its command runs in. */
import type { SessionId } from '../core/ids.ts';
import { keyVariables } from '../core/providers.ts';
import type { RowOf } from '../core/rows.ts';
import { parse } from '../core/tools.ts';
import { commandEnvironment } from '../sandbox/env.ts';
import type { CallFacts } from './effects/commands.ts';
import type { EnvStore } from './env-store.ts';
import type { Host } from './hosts/host.ts';
import type { ModelAccess } from './model-access.ts';

export interface CallFactsDeps {
  readonly host: () => Host;
  readonly access: ModelAccess;
  readonly envs: EnvStore;
  readonly shell: string;
  readonly build: string;
}

/** A call's row is looked for among so many of the newest first. */
const recentRows = 500;
/** Of a client that did not tell its own. */
const usualUmask = 0o022;

export type CallRow = RowOf<'call'>['body'];

export function createCallFacts({ host, access, envs, shell, build }: CallFactsDeps) {
  const umask = async (session: SessionId) => (await host().state(session)).meta.umask ?? usualUmask;

  /** Mostly one of the newest rows, which are in memory; a background command's may be much older. */
  async function row(session: SessionId, call: number): Promise<CallRow> {
    const isIt = (row: { kind: string; body: object }) => row.kind === 'call' && (row.body as CallRow).call === call;
    const { tree, meta } = await host().state(session);
    const recent = Math.max(meta.window, tree.seq - recentRows);
    const found =
      (await host().rows(session, recent, recentRows)).findLast(isIt) ??
      (await host().rows(session, 0, Number.MAX_SAFE_INTEGER)).findLast(isIt);
    if (found?.kind !== 'call') throw new Error(`session ${session} has no call ${call}`);
    return found.body;
  }

  async function facts(session: SessionId, call: number): Promise<CallFacts> {
    const [{ meta }, { name, form, args }] = await Promise.all([host().state(session), row(session, call)]);
    const { config } = await access.load(meta.cwd, meta.settings);
    const parsed = parse(name, form, args, { maxPollMs: config.background_terminal_max_timeout });
    if (!parsed.ok) throw new Error(parsed.why);
    const inherited = await envs.vars(meta.env);
    return {
      use: parsed.use,
      shell: inherited.SHELL || shell,
      umask: await umask(session),
      policy: await access.policy(meta),
      spoolBytes: config.limits.command_spool_bytes,
      allowLogin: config.allow_login_shell,
      env: commandEnvironment({
        inherited,
        policy: config.shell_environment_policy,
        keyVariables: keyVariables(config),
        session,
        call: `c${call}`,
        version: build,
        tty: parsed.use.name === 'exec_command' && parsed.use.tty,
      }),
    };
  }

  return { row, facts, umask };
}
