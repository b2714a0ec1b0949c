/** opencode, with our server as a provider that speaks Chat Completions. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Install } from './install.ts';
import { offers, type Peer } from './peer.ts';
import { openPlace } from './place.ts';

const tool = 'bash';

export const opencode = ({ bin, version }: Install): Peer => ({
  name: 'opencode',
  version,
  open: (script) =>
    openPlace(
      {
        prepare: ({ home }, { v1 }) => {
          const folder = join(home, '.config', 'opencode');
          mkdirSync(folder, { recursive: true });
          writeFileSync(join(folder, 'opencode.json'), JSON.stringify(config(v1)));
          return { OPENCODE_DISABLE_AUTOUPDATE: '1', OPENCODE_DISABLE_MODELS_FETCH: '1' };
        },
        file: bin,
        headless: ['run', '--format', 'json'],
        screen: [],
        isReady: (text) => text.includes('Ask anything'),
      },
      script,
    ),
  call: (command) => ({ calls: [{ name: tool, args: { command, description: 'Runs it' } }] }),
  isTurn: (request) => offers(request, tool),
});

const config = (baseURL: string) => ({
  autoupdate: false,
  share: 'disabled',
  model: 'bench/gpt-5.5',
  small_model: 'bench/gpt-5.5',
  permission: { edit: 'allow', bash: 'allow', webfetch: 'allow' },
  provider: {
    bench: {
      npm: '@ai-sdk/openai-compatible',
      name: 'bench',
      options: { baseURL, apiKey: 'none' },
      models: { 'gpt-5.5': { name: 'gpt-5.5' } },
    },
  },
});
