/** Setting a home up from a screen: servers found, keys tried and kept, folders trusted. */
import type { FoundServer } from '../ipc/messages.ts';
import type { RequestOf } from '../ipc/protocol.ts';
import type { Change, ConfigFile } from './config/write.ts';
import { TcxError } from './errors.ts';
import type { KeyStore } from './keys.ts';
import type { ModelAccess } from './model-access.ts';
import { probe } from './models/probe.ts';
import type { Fetch } from './models/transport.ts';
import { type Tried, tryKey } from './models/try-key.ts';

export interface SetupDeps {
  readonly access: ModelAccess;
  readonly keys: KeyStore;
  readonly config: ConfigFile;
  readonly fetch: Fetch;
  /** A key came: turns that waited for one may go on. */
  readonly learned: () => Promise<void>;
}

export type Setup = ReturnType<typeof createSetup>;

export function createSetup({ access, keys, config, fetch, learned }: SetupDeps) {
  return {
    async probe(env: string | undefined, patient: boolean): Promise<readonly FoundServer[]> {
      const [ollama, lmstudio] = await Promise.all([access.plan(env, 'ollama'), access.plan(env, 'lmstudio')]);
      return probe({ fetch, ollama: ollama.baseUrl, lmstudio: lmstudio.baseUrl, patient });
    },

    async login(env: string | undefined, ask: RequestOf<'login'>): Promise<Tried> {
      const provider = await access.toTry(env, ask.provider, { key: ask.key, server: ask.server });
      const tried = await tryKey(fetch, provider);
      if (!tried.ok || !ask.keep) return tried;
      if (ask.key) await keys.put(ask.provider, ask.key);
      await config.set(changesOf(ask));
      access.forget();
      await learned();
      return tried;
    },

    async logout(provider: string) {
      if (keys.get(provider) === undefined)
        throw new TcxError('no-key', `no key of ${provider} is stored`, 'tcx login status');
      await keys.put(provider, undefined);
    },

    async trust(cwd: string, env: string | undefined, level: 'trusted' | 'untrusted') {
      const { project } = await access.show(cwd, env, []);
      await config.set([{ table: ['projects', project?.root ?? cwd], key: 'trust_level', value: level }]);
      access.forget();
    },

    async configure(change: Change) {
      await config.set([change]);
      access.forget();
    },
  };
}

function changesOf({ provider, server, model }: RequestOf<'login'>): readonly Change[] {
  const table = ['model_providers', provider];
  return [
    ...(model ? [{ table: [], key: 'model', value: model }] : []),
    { table: [], key: 'model_provider', value: provider },
    ...(server
      ? [
          { table, key: 'wire_api', value: server.wire_api },
          { table, key: 'base_url', value: server.base_url },
        ]
      : []),
  ];
}
