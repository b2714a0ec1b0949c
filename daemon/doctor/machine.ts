/** Checks of the machine: the build, the programs it calls, the disk, limits, and who starts the daemon. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { release, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findOnPath } from '../find-on-path.ts';
import { amiss, type DoctorDeps, type Found, ok } from './check.ts';

const run = promisify(execFile);
const programMs = 5000;
/** Below these a full disk is near, or here; in GiB. */
const littleRoom = 5;
const noRoom = 1;
/** A session takes a few descriptors, a hundred take many. */
const fewDescriptors = 1024;

export async function provenance({ status, home }: DoctorDeps): Promise<Found> {
  const { build, protocol, host } = await status();
  return ok(`tcxd ${build}, Node ${process.versions.node}`, {
    build,
    protocol: String(protocol),
    host,
    node: process.versions.node,
    program: process.argv[1] ?? '',
    platform: `${process.platform} ${process.arch} ${release()}`,
    home,
  });
}

export async function program({ env }: DoctorDeps, name: string, without: string, remedy: string): Promise<Found> {
  const path = findOnPath(name, env.PATH ?? '');
  if (!path) return amiss('warning', `${name} is not on PATH: ${without}`, remedy);
  const { stdout } = await run(path, ['--version'], { timeout: programMs });
  return ok(stdout.split('\n')[0] ?? name, { path });
}

/** What this build does about commands is said as it is. */
export async function sandbox({ env }: DoctorDeps): Promise<Found> {
  const bubblewrap = findOnPath('bwrap', env.PATH ?? '');
  return amiss(
    'warning',
    'this build runs no command in a sandbox: all but plain reading is asked about',
    'answer in the inbox (tcx inbox), or use --yolo where nothing can be lost',
    { bwrap: bubblewrap ?? 'not on PATH' },
  );
}

export async function disk({ home }: DoctorDeps): Promise<Found> {
  const { bavail, bsize } = await statfs(home);
  const free = (bavail * bsize) / 2 ** 30;
  const summary = `${free.toFixed(1)} GiB free for ${home}`;
  if (free >= littleRoom) return ok(summary);
  return amiss(free < noRoom ? 'fail' : 'warning', summary, 'make room on the disk of the home');
}

export async function limits(): Promise<Found> {
  if (process.platform !== 'linux') return ok(`${process.platform} ${release()}`);
  const line = readFileSync('/proc/self/limits', 'utf8')
    .split('\n')
    .find((each) => each.startsWith('Max open files'));
  const descriptors = line?.split(/\s{2,}/)[1] ?? 'unknown';
  const details = { kernel: release(), open_files: descriptors };
  if (Number(descriptors) < fewDescriptors)
    return amiss('warning', `at most ${descriptors} open files`, `ulimit -n ${fewDescriptors * 8}`, details);
  return ok(`Linux ${release()}, at most ${descriptors} open files`, details);
}

/** Files that `tcx daemon install` wrote, and what they need to work. */
export async function service(deps: DoctorDeps): Promise<Found> {
  const { userHome, env } = deps;
  const plist = join(userHome, 'Library', 'LaunchAgents', 'com.tcx.tcxd.plist');
  if (existsSync(plist)) return launchd(plist);
  const units = join(env.XDG_CONFIG_HOME || join(userHome, '.config'), 'systemd', 'user');
  if (existsSync(join(units, 'tcxd.service'))) return systemd(units);
  return ok('started when it is needed; no service manager does', { install: 'tcx daemon install' });
}

async function launchd(plist: string): Promise<Found> {
  const label = `gui/${process.getuid?.() ?? 0}/com.tcx.tcxd`;
  await run('plutil', ['-lint', plist], { timeout: programMs });
  const loaded = await run('launchctl', ['print', label], { timeout: programMs }).then(
    () => true,
    () => false,
  );
  if (loaded) return ok('launchd starts tcxd', { plist });
  return amiss('warning', 'the launchd agent is there and not loaded', 'tcx daemon install', { plist });
}

async function systemd(units: string): Promise<Found> {
  const lingers = existsSync(join('/var/lib/systemd/linger', userInfo().username));
  const details = { units, linger: lingers ? 'yes' : 'no' };
  if (lingers) return ok('systemd starts tcxd, and keeps it after the last log-out', details);
  return amiss(
    'warning',
    'systemd ends tcxd and its commands with your last log-out',
    'loginctl enable-linger',
    details,
  );
}
