/** Starts a home's daemon as a process of its own. Apart from `start.ts`, because a client that finds one running needs none of this. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { ClientError } from './client-error.ts';
import type { Connecting } from './start.ts';

const startPatienceMs = 300;

/** Resolves when a daemon listens: the one started here, or the one that was faster. Rejects with what it said instead. */
export async function startDaemon({ home, codexHome, env, starting }: Connecting): Promise<void> {
  const patience = starting && setTimeout(starting, startPatienceMs);
  mkdirSync(join(home, 'logs'), { recursive: true, mode: 0o700 });
  const output = openSync(join(home, 'logs', 'tcxd.out'), 'a', 0o600);
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', daemonFile(), 'run', '--ready-fd', '3'],
    {
      cwd: '/',
      detached: true,
      stdio: ['ignore', output, output, 'pipe'],
      env: { ...env, TCX_HOME: home, ...(codexHome && { CODEX_HOME: codexHome }) },
    },
  );
  const ready = child.stdio[3] as NodeJS.ReadableStream & { destroy(): void };
  let said = '';
  try {
    for await (const chunk of ready) {
      said += String(chunk);
      if (said.includes('\n')) break;
    }
  } finally {
    clearTimeout(patience);
    child.unref();
    ready.destroy();
  }
  const line = said.split('\n')[0] ?? '';
  if (line === 'ready') return;
  const { code, message, fix } = parseRefusal(line);
  throw new ClientError(code, message, fix);
}

function parseRefusal(line: string): { code: string; message: string; fix: string } {
  try {
    return JSON.parse(line) as { code: string; message: string; fix: string };
  } catch {
    return { code: 'not-running', message: 'the daemon ended before it was ready', fix: 'tcx daemon logs' };
  }
}

/** Beside this bundle, or above it when the bundler put this into a chunk. */
function daemonFile(): string {
  const file = [join(import.meta.dirname, 'tcxd.js'), join(import.meta.dirname, '..', 'tcxd.js')].find(existsSync);
  if (!file) throw new ClientError('not-built', 'dist/tcxd.js is missing', 'npm run build');
  return file;
}
