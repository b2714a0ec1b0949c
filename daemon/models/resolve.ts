/** From a provider's id to a provider that can be asked: its key found in the environment, in the store or by a command. */
import type { Config } from '../../core/config.ts';
import {
  type AuthCommand,
  findKey,
  type KeySource,
  type Lookup,
  type ProviderPlan,
  planProvider,
} from '../../core/providers.ts';
import type { Token, TokenAsk } from './auth-command.ts';
import type { Provider } from './provider.ts';

export interface ResolveInput {
  readonly config: Config;
  /** Of the provider. */
  readonly id: string;
  readonly env: Lookup;
  /** Stored keys, by provider. */
  readonly stored: Lookup;
  /** What an `auth` command runs with. */
  readonly environment: Readonly<Record<string, string>>;
}

export type Resolved =
  | { readonly kind: 'ready'; readonly provider: Provider; readonly renew?: Renew }
  /** Nothing is wrong with the configuration: the key is not here. */
  | { readonly kind: 'needs a key'; readonly why: string; readonly fix: string }
  | { readonly kind: 'failed'; readonly why: string };

/** The same provider with another key, after the server did not take this one; undefined when there is no other. */
export type Renew = (rejected: string) => Promise<Provider | undefined>;

export type Resolve = (input: ResolveInput) => Promise<Resolved>;

export function createResolve(tokens: (ask: TokenAsk) => Promise<Token>): Resolve {
  return async (input) => {
    const planned = planProvider(input.config, input.env, input.id);
    if (!planned.ok) return { kind: 'failed', why: planned.why };
    const { plan } = planned;
    switch (plan.key.kind) {
      case 'none':
        // A server of one's own may want the key that was given for it.
        return { kind: 'ready', provider: withKey(plan, input.stored(plan.id)) };
      case 'literal':
        return { kind: 'ready', provider: withKey(plan, plan.key.key) };
      case 'variable':
        return byVariable(plan, plan.key, input);
      case 'command':
        return byCommand(plan, plan.key.auth, input);
    }
  };

  async function byCommand(plan: ProviderPlan, auth: AuthCommand, { environment }: ResolveInput): Promise<Resolved> {
    const ask = { id: plan.id, auth, environment };
    const token = await tokens(ask);
    if (!token.ok) return { kind: 'failed', why: token.why };
    const renew: Renew = async (rejected) => {
      const another = await tokens({ ...ask, rejected });
      return another.ok && another.token !== rejected ? withKey(plan, another.token) : undefined;
    };
    return { kind: 'ready', provider: withKey(plan, token.token), renew };
  }
}

type ByVariable = Extract<KeySource, { kind: 'variable' }>;

function byVariable(plan: ProviderPlan, source: ByVariable, { env, stored }: ResolveInput): Resolved {
  const key = findKey(source, env, stored);
  if (key) return { kind: 'ready', provider: withKey(plan, key) };
  const name = source.names.at(-1)!;
  const why = `${plan.name} needs a key, and ${name} is not set. ${source.help ?? ''}`.trim();
  return { kind: 'needs a key', why, fix: `attach from a terminal that has ${name}` };
}

function withKey(plan: ProviderPlan, key: string | undefined): Provider {
  const { key: _, defaultModel: __, ...provider } = plan;
  return { ...provider, ...(key !== undefined && { key }) };
}
