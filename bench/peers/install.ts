/** Gets the other agents from npm into a folder that is not the project's. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Install {
  /** What a shell would start. */
  readonly bin: string;
  readonly version: string;
}

const patienceMs = 10 * 60_000;
const shownOfAnError = 200;

/** Rejects with a sentence when npm cannot do it. What is there already is taken as it is. */
export async function install(folder: string, packageName: string, command: string): Promise<Install> {
  const place = join(folder, command);
  const known = versionIn(place, packageName);
  if (known === undefined) {
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, 'package.json'), '{ "private": true }\n');
    await npm(['install', '--no-audit', '--no-fund', '--loglevel=error', packageName], place);
  }
  const version = known ?? versionIn(place, packageName);
  if (version === undefined) throw new Error(`npm did not leave ${packageName} where it belongs`);
  return { bin: join(place, 'node_modules', '.bin', command), version };
}

function versionIn(place: string, packageName: string): string | undefined {
  try {
    const file = join(place, 'node_modules', packageName, 'package.json');
    return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
  } catch {
    return undefined;
  }
}

async function npm(args: readonly string[], cwd: string) {
  const child = spawn('npm', args, { cwd, stdio: ['ignore', 'ignore', 'pipe'], timeout: patienceMs });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += String(chunk);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`npm install ended with ${code}: ${said.trim().slice(0, shownOfAnError)}`);
}
