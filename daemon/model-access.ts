/** What sessions need of config and credentials: settings, first words, providers with their keys, variables of commands. */
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import type { ContextPart } from '../actors/session.ts';
import type { Config } from '../core/config.ts';
import { baseInstructions } from '../core/instructions.ts';
import type { Meta } from '../core/meta.ts';
import { modelInfo } from '../core/models.ts';
import {
  chooseModel,
  findKey,
  keyVariables,
  type ModelChoice,
  type ProviderPlan,
  planProvider,
} from '../core/providers.ts';
import type { Settings } from '../core/settings.ts';
import type { Table } from '../core/toml.ts';
import type { CutPolicy } from '../core/truncate.ts';
import type { Home } from '../ipc/home.ts';
import type { AnswerOf } from '../ipc/messages.ts';
import type { SettingsAsk } from '../ipc/protocol.ts';
import { createContext } from './agents-md.ts';
import { createFileCache } from './config/file-cache.ts';
import { createConfigLoader, type Loaded } from './config/load.ts';
import type { Resolved } from './effects/model.ts';
import type { EnvStore } from './env-store.ts';
import { TcxError } from './errors.ts';
import type { KeyStore } from './keys.ts';
import { createTokens } from './models/auth-command.ts';
import type { Provider } from './models/provider.ts';
import { createResolve } from './models/resolve.ts';
import { type ParsedScript, parseScript } from './models/script.ts';
import { projectInfo } from './project-info.ts';
import { changedSettings, loadConfig, newSettings, overridesOf, type SettingsDeps } from './settings.ts';

export interface AccessDeps {
  readonly home: Home;
  readonly userHome: string;
  readonly envs: () => EnvStore;
  readonly keys: KeyStore;
  readonly shell: string;
  readonly now: () => number;
  readonly account: (provider: string, event: { type: 'key.came' } | { type: 'key.missing'; why: string }) => void;
}

interface ToTry {
  readonly key: string | undefined;
  readonly server: { readonly base_url: string; readonly wire_api: 'responses' | 'messages' | 'chat' } | undefined;
}

export type Outlook =
  | {
      readonly ok: true;
      readonly choice: ModelChoice;
      readonly plan?: ProviderPlan;
      /** Variables with a key in them, by name. */
      readonly keys: readonly string[];
      readonly files: readonly string[];
    }
  | { readonly ok: false; readonly text: string };

const cachedFiles = 256;
const cachedConfigs = 64;
/** A change of a config file counts after this time at the latest. */
const freshMs = 1000;
const systemFile = '/etc/tcx/config.toml';

export type ModelAccess = ReturnType<typeof createModelAccess>;

export function createModelAccess({ home, userHome, envs, keys, shell, now, account }: AccessDeps) {
  const files = createFileCache(cachedFiles);
  const load = createConfigLoader({ home, userHome, systemFile, readFile: files });
  const context = createContext({ home, readFile: files });
  const resolve = createResolve(createTokens({ spawn, now, userHome }));
  const withhold = (names: readonly string[]) => envs().withhold(names);

  /** Variables as a session made in that environment has them, credentials among them. */
  const depsFor = async (env: string | undefined): Promise<SettingsDeps> => {
    const vars = await envs().vars(env);
    return { load, env: (name) => envs().secret(name, env) ?? vars[name], stored: keys.get, withhold };
  };
  const plain: SettingsDeps = { load, env: () => undefined, stored: keys.get, withhold };

  /** The config that holds for a session: its folder's, with what it was made with on top. */
  const loadedNow = (cwd: string, settings: Settings | undefined): Promise<Loaded> =>
    loadConfig(plain, cwd, (settings?.overrides ?? {}) as Table, {});

  /** A step asks for it several times; looking at every file each time would cost more than the step. */
  const recent = new Map<string, { at: number; loaded: Promise<Loaded> }>();
  function loadedFor(cwd: string, settings: Settings | undefined): Promise<Loaded> {
    const key = JSON.stringify([cwd, settings?.overrides]);
    const known = recent.get(key);
    if (known && now() - known.at < freshMs && now() >= known.at) return known.loaded;
    const loaded = loadedNow(cwd, settings);
    recent.delete(key);
    recent.set(key, { at: now(), loaded });
    if (recent.size > cachedConfigs) recent.delete(recent.keys().next().value!);
    return loaded;
  }

  return {
    load: loadedFor,
    settings: async (cwd: string, env: string | undefined, ask: SettingsAsk) =>
      newSettings(await depsFor(env), cwd, ask),
    change: async ({ cwd, env, settings }: Meta, ask: SettingsAsk) =>
      changedSettings(await depsFor(env), cwd, settings, ask),

    /** The home's own config, which needs no folder; undefined while it cannot be read. */
    async base(): Promise<Config | undefined> {
      const result = await load({});
      return result.ok ? result.loaded.config : undefined;
    },

    /** The home's own config and the model a session begun in this environment would ask; `text` says what is wrong. */
    async outlook(env: string | undefined): Promise<Outlook> {
      const result = await load({});
      if (!result.ok) return { ok: false, text: result.text };
      const { config, layers } = result.loaded;
      const deps = await depsFor(env);
      const choice = chooseModel(config, deps.env, deps.stored);
      const planned = choice.kind === 'chosen' ? planProvider(config, deps.env, choice.provider) : undefined;
      const keys = keyVariables(config).filter((name) => deps.env(name));
      const files = layers.flatMap(({ file, table }) => (file && Object.keys(table).length > 0 ? [file] : []));
      return { ok: true, choice, keys, files, ...(planned?.ok && { plan: planned.plan }) };
    },

    async facts(
      cwd: string,
      settings: Settings,
    ): Promise<{ parts: readonly ContextPart[]; warnings: readonly string[] }> {
      const loaded = await loadedFor(cwd, settings);
      const timezone = Intl.DateTimeFormat().resolvedOptions().timeZone;
      return context({ cwd, shell, now: now(), timezone, sandbox: settings.sandbox, loaded });
    },

    async provider({ cwd, settings, env }: Meta): Promise<Resolved> {
      const { config } = await loadedFor(cwd, settings);
      const environment = await envs().vars(env);
      const { env: lookup, stored } = await depsFor(env);
      const found = await resolve({ config, id: settings.provider, env: lookup, stored, environment });
      if (found.kind === 'failed') return { kind: 'wrong', why: found.why };
      if (found.kind === 'needs a key') {
        account(settings.provider, { type: 'key.missing', why: found.why });
        return found;
      }
      account(settings.provider, { type: 'key.came' });
      const played =
        settings.provider === 'demo' && config.demo.script ? await scriptAt(config.demo.script) : undefined;
      if (played && !played.ok) return { kind: 'wrong', why: `the demo's script ${config.demo.script}: ${played.why}` };
      return { ...found, instructions: await instructionsOf(config), ...(played && { script: played.answers }) };
    },

    /** A provider as an environment has it, before its key is looked for. */
    async plan(env: string | undefined, id: string): Promise<ProviderPlan> {
      const result = await load({});
      if (!result.ok) throw new TcxError('bad-config', result.text, 'mend the file');
      const planned = planProvider(result.loaded.config, (await depsFor(env)).env, id);
      if (!planned.ok) throw new TcxError('bad-config', planned.why, 'see docs/config.md');
      return planned.plan;
    },

    /** A provider with the key that is to be tried: the given one, else what a session would use. */
    async toTry(env: string | undefined, id: string, { key, server }: ToTry): Promise<Provider> {
      const deps = await depsFor(env);
      const overrides = server ? { model_providers: { [id]: server } } : {};
      const result = await load({ overrides });
      if (!result.ok) throw new TcxError('bad-config', result.text, 'mend the file');
      const { config } = result.loaded;
      const stored = (name: string) => (key && name === id ? key : deps.stored(name));
      const lookup = key ? () => undefined : deps.env;
      const planned = planProvider(config, deps.env, id);
      if (planned.ok && key) return { ...planned.plan, key };
      const found = await resolve({ config, id, env: lookup, stored, environment: await envs().vars(env) });
      if (found.kind === 'ready') return found.provider;
      throw new TcxError('needs-a-key', found.why, 'tcx login --with-api-key');
    },

    /** What was set a moment ago counts at once. */
    forget: () => recent.clear(),

    /** How much of a tool's output the model is shown. */
    async policy({ cwd, settings }: Meta): Promise<CutPolicy> {
      const { config } = await loadedFor(cwd, settings);
      const limit = config.tool_output_token_limit;
      return limit === undefined ? modelInfo(settings.model).truncation : { mode: 'tokens', limit };
    },

    /** What holds in a folder, for a person or a client that draws: without anything secret. */
    async show(cwd: string, env: string | undefined, overrides: readonly string[]): Promise<AnswerOf<'config'>> {
      const deps = await depsFor(env);
      const { config, warnings, layers, project } = await loadConfig(deps, cwd, overridesOf(overrides), {});
      const choice = chooseModel(config, deps.env, deps.stored);
      const { tui, start, history, file_opener, hide_agent_reasoning, model, model_provider } = config;
      const files = layers.map(({ kind, file, disabled }) => ({
        kind,
        ...(file && { file }),
        ...(disabled && { disabled }),
      }));
      return {
        config: { tui, start, history, file_opener, hide_agent_reasoning, model, model_provider },
        warnings,
        layers: files,
        configured: choice.kind === 'chosen',
        ...(choice.kind === 'chosen' && { choice: { provider: choice.provider, model: choice.model } }),
        trust: project?.trust ?? 'unknown',
        keys: keys.providers(),
        keyed: isKeyed(config, deps, choice),
        ...(project && { project: await projectInfo(project.root) }),
        files: [],
      };
    },
  };
}

function isKeyed(config: Config, { env, stored }: SettingsDeps, choice: ModelChoice): boolean {
  const planned = choice.kind === 'chosen' ? planProvider(config, env, choice.provider) : undefined;
  if (!planned?.ok) return false;
  const { key } = planned.plan;
  return key.kind !== 'variable' || findKey(key, env, stored) !== undefined;
}

async function instructionsOf(config: Config): Promise<string> {
  const text = config.model_instructions_file
    ? await readFile(config.model_instructions_file, 'utf8')
    : baseInstructions;
  return config.developer_instructions ? `${text}\n\n${config.developer_instructions}` : text;
}

const scriptAt = (path: string): Promise<ParsedScript> =>
  readFile(path, 'utf8').then(parseScript, (error: Error) => ({ ok: false, why: error.message }));
