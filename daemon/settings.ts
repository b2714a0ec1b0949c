/** From config layers and a client's wishes to what a session runs with. */
import type { Config } from '../core/config.ts';
import { parseOverrides } from '../core/config-overrides.ts';
import { modelInfo, modelOptions } from '../core/models.ts';
import { chooseModel, keyVariables, type Lookup, noModel } from '../core/providers.ts';
import type { Settings } from '../core/settings.ts';
import type { Table } from '../core/toml.ts';
import { optionalTools } from '../core/tools.ts';
import type { SettingsAsk } from '../ipc/protocol.ts';
import type { Loaded, LoadInput, LoadResult } from './config/load.ts';
import { TcxError } from './errors.ts';

export interface SettingsDeps {
  readonly load: (input: LoadInput) => Promise<LoadResult>;
  readonly env: Lookup;
  readonly stored: Lookup;
  /** Told which variables hold keys, whichever layer names them. */
  readonly withhold: (names: readonly string[]) => Promise<void>;
}

/** A client's own flags as the config keys they stand for. */
export function flagsOf({ provider, model, effort, approval, sandbox }: SettingsAsk): Table {
  return {
    ...(provider && { model_provider: provider }),
    ...(model && { model }),
    ...(effort && { model_reasoning_effort: effort }),
    ...(approval && { approval_policy: approval }),
    ...(sandbox && { sandbox_mode: sandbox }),
  };
}

export function overridesOf(texts: readonly string[] | undefined): Table {
  const parsed = parseOverrides(texts ?? []);
  if (!parsed.ok) throw new TcxError('bad-config', parsed.why, '-c key=value, such as -c model_reasoning_effort=high');
  return parsed.table;
}

/** Throws the located text when a file is wrong. */
export async function loadConfig(deps: SettingsDeps, cwd: string, overrides: Table, flags: Table): Promise<Loaded> {
  const result = await deps.load({ cwd, overrides, flags });
  if (!result.ok)
    throw new TcxError(
      'bad-config',
      `Error loading config.toml:\n${result.text}`,
      'mend the file, or leave the key out',
    );
  await deps.withhold(keyVariables(result.loaded.config));
  return result.loaded;
}

export async function newSettings(
  deps: SettingsDeps,
  cwd: string,
  ask: SettingsAsk,
): Promise<{ settings: Settings; warnings: readonly string[] }> {
  const overrides = overridesOf(ask.overrides);
  // A provider alone means its own default model, not the one config names for another.
  const { config, warnings } = await loadConfig(deps, cwd, overrides, flagsOf(ask));
  const choice = chooseModel(
    ask.provider && !ask.model ? { ...config, model: undefined } : config,
    deps.env,
    deps.stored,
  );
  if (choice.kind === 'none') throw new TcxError('no-model', noModel, 'tcx exec --demo "run ls"');
  if (choice.kind === 'failed') throw new TcxError('bad-config', choice.why, 'see docs/config.md');
  return { settings: { ...settingsOf(config, choice, ask), ...(ask.overrides?.length && { overrides }) }, warnings };
}

function settingsOf(
  config: Config,
  { provider, model }: { provider: string; model: string },
  ask: SettingsAsk,
): Settings {
  const { parallelCalls: _, ...options } = modelOptions(modelInfo(model), {
    ...(config.model_reasoning_effort && { effort: config.model_reasoning_effort }),
    ...(config.model_reasoning_summary && { summary: config.model_reasoning_summary }),
    ...(config.model_verbosity && { verbosity: config.model_verbosity }),
  });
  return {
    provider,
    model,
    ...options,
    approval: config.approval_policy ?? (ask.unattended ? 'never' : 'on-request'),
    sandbox: config.sandbox_mode ?? 'read-only',
    ...(ask.unattended !== undefined && { unattended: ask.unattended }),
    // The demo shows what there is, the plan among it.
    tools: optionalTools.filter(
      (name) => config.tools[name].enabled || (name === 'update_plan' && provider === 'demo'),
    ),
  };
}

/** What a wish changes of settings that a session has; everything else stays as it was. */
export async function changedSettings(
  deps: SettingsDeps,
  cwd: string,
  before: Settings,
  ask: SettingsAsk,
): Promise<Partial<Settings>> {
  const overrides = { ...(before.overrides as Table | undefined), ...overridesOf(ask.overrides) };
  const named = flagsOf(ask);
  const flags = {
    model_provider: before.provider,
    ...(ask.provider && !ask.model ? {} : { model: before.model }),
    ...named,
  };
  const { config } = await loadConfig(deps, cwd, overrides, flags);
  const choice = chooseModel(
    ask.provider && !ask.model ? { ...config, model: undefined } : config,
    deps.env,
    deps.stored,
  );
  if (choice.kind !== 'chosen')
    throw new TcxError('bad-config', choice.kind === 'failed' ? choice.why : noModel, 'see docs/config.md');
  const after = settingsOf(config, choice, ask);
  const asked = ask.overrides?.length || ask.model || ask.provider || ask.effort;
  return {
    ...(asked && {
      provider: after.provider,
      model: after.model,
      effort: after.effort,
      summary: after.summary,
      verbosity: after.verbosity,
      tools: after.tools,
    }),
    ...(ask.overrides?.length && { overrides }),
    ...(ask.approval && { approval: ask.approval }),
    ...(ask.sandbox && { sandbox: ask.sandbox }),
    ...(ask.unattended !== undefined && { unattended: ask.unattended }),
  } as Partial<Settings>;
}
