/** A home and a repository for another agent, with an environment that lets it reach this machine and nothing else. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fakeModel, type Script } from '../../test/fake-model.ts';
import { cleanedUp } from '../cleanup.ts';
import { livingIn } from '../proc.ts';
import type { Dialog, Place } from './peer.ts';

/** Nobody listens there: whatever would leave the machine is refused at once. */
const nowhere = 'http://127.0.0.1:9';

export interface Folders {
  readonly home: string;
  readonly work: string;
}

export interface PlaceOf {
  /** Writes its settings; answers variables of its own. */
  readonly prepare: (folders: Folders, model: { origin: string; v1: string }) => Readonly<Record<string, string>>;
  readonly file: string;
  readonly headless: readonly string[];
  readonly screen: readonly string[];
  readonly isReady: (text: string) => boolean;
  readonly isSettled?: (text: string) => boolean;
  readonly dialogs?: readonly Dialog[];
}

export async function openPlace(of: PlaceOf, script: Script): Promise<Place> {
  const model = await fakeModel(script);
  const base = mkdtempSync(join(tmpdir(), 'tcx-peer-'));
  const folders = { home: join(base, 'h'), work: join(base, 'w') };
  for (const folder of Object.values(folders)) mkdirSync(folder);
  execFileSync('git', ['init', '-q', folders.work]);
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: folders.home,
    SHELL: '/bin/bash',
    TERM: 'xterm-256color',
    LANG: 'C.UTF-8',
    HTTP_PROXY: nowhere,
    HTTPS_PROXY: nowhere,
    NO_PROXY: '127.0.0.1,localhost',
    ...of.prepare(folders, model),
  };
  const start = (args: readonly string[]) => ({ file: of.file, args, cwd: folders.work, env });
  return {
    model,
    headless: (prompt) => start([...of.headless, prompt]),
    screen: () => start(of.screen),
    isReady: of.isReady,
    isSettled: of.isSettled ?? of.isReady,
    dialogs: of.dialogs ?? [],
    servers: () => livingIn(folders.home),
    [Symbol.asyncDispose]: cleanedUp(async () => {
      await model[Symbol.asyncDispose]();
      for (const pid of livingIn(folders.home)) end(pid);
      await rm(base, { recursive: true, force: true, maxRetries: 5 });
    }),
  };
}

/** A daemon of its own that an agent left. */
function end(pid: number) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself meanwhile.
  }
}
