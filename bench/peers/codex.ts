/** OpenAI's Codex CLI, with our server as a provider of its own. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Install } from './install.ts';
import { offers, type Peer } from './peer.ts';
import { openPlace } from './place.ts';

const tool = 'exec_command';
const down = '\u001b[B';

export const codex = ({ bin, version }: Install): Peer => ({
  name: 'codex',
  version,
  open: (script) =>
    openPlace(
      {
        prepare: ({ home, work }, { v1 }) => {
          mkdirSync(join(home, '.codex'));
          writeFileSync(join(home, '.codex', 'config.toml'), config(work, v1));
          return {};
        },
        file: bin,
        headless: ['exec', '--json', '--skip-git-repo-check', '--dangerously-bypass-approvals-and-sandbox'],
        screen: ['--dangerously-bypass-approvals-and-sandbox'],
        isReady: (text) => /^› /m.test(text),
        // Behind a first composer it loads its models, and may then ask about them.
        isSettled: (text) => text.includes('YOLO mode') && /^› /m.test(text),
        dialogs: [{ says: newModel, keys: [down, '\r'] }],
      },
      script,
    ),
  call: (cmd) => ({ calls: [{ name: tool, args: { cmd, login: false } }] }),
  isTurn: (request) => offers(request, tool),
});

const newModel = 'Use existing model';

const config = (work: string, baseUrl: string) => `model = "gpt-5.5"
model_provider = "bench"
check_for_update_on_startup = false
[analytics]
enabled = false
[projects.${JSON.stringify(work)}]
trust_level = "trusted"
[model_providers.bench]
name = "bench"
base_url = "${baseUrl}"
wire_api = "responses"
`;
