/** Anthropic's Claude Code, with our server as its API and a key that opens nothing. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Install } from './install.ts';
import { offers, type Peer } from './peer.ts';
import { type Folders, openPlace } from './place.ts';

const tool = 'Bash';
const key = 'sk-ant-bench-0123456789abcdefghij';
/** It remembers a key that was agreed to by its end. */
const rememberedKey = key.slice(-20);
const bypass = '--dangerously-skip-permissions';

export const claude = ({ bin, version }: Install): Peer => ({
  name: 'claude',
  version,
  open: (script) =>
    openPlace(
      {
        prepare: (folders, { origin }) => {
          writeFileSync(join(folders.home, '.claude.json'), JSON.stringify(state(folders)));
          return {
            ANTHROPIC_BASE_URL: origin,
            ANTHROPIC_API_KEY: key,
            // Without it the bypass is refused to root.
            IS_SANDBOX: '1',
            CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
            DISABLE_AUTOUPDATER: '1',
            DISABLE_TELEMETRY: '1',
            DISABLE_ERROR_REPORTING: '1',
          };
        },
        file: bin,
        headless: ['-p', bypass, '--output-format', 'stream-json', '--verbose'],
        screen: [bypass],
        isReady: (text) => /^❯/m.test(text),
      },
      script,
    ),
  call: (command) => ({ calls: [{ name: tool, args: { command, description: 'Runs it' } }] }),
  isTurn: (request) => offers(request, tool),
});

/** As after its first start, with every question answered. */
const state = ({ work }: Folders) => ({
  hasCompletedOnboarding: true,
  theme: 'dark',
  bypassPermissionsModeAccepted: true,
  customApiKeyResponses: { approved: [rememberedKey], rejected: [] },
  projects: { [work]: { hasTrustDialogAccepted: true, hasCompletedProjectOnboarding: true } },
});
