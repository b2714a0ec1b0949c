/** `tcx daemon install` and `uninstall`: has systemd or launchd start tcxd, or shows what they would be given. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { socketPath } from '../ipc/socket.ts';
import { type Parsed, UsageError } from './args.ts';
import { CliError, type Context, exit } from './context.ts';
import { stopRunning } from './daemon-run.ts';
import { launchdPlist, type ServiceFacts, systemdUnit } from './service-files.ts';

interface ServiceFile {
  readonly path: string;
  readonly text: string;
}

/** A service manager: its files, and the commands that make it take them or let them go. */
interface Manager {
  readonly name: string;
  readonly files: readonly ServiceFile[];
  readonly load: readonly (readonly string[])[];
  readonly unload: readonly (readonly string[])[];
}

const run = promisify(execFile);
const commandMs = 30_000;

export async function install(context: Context, parsed: Parsed): Promise<number> {
  const manager = await managerOf(context, parsed);
  if (parsed.flags.print) {
    const several = manager.files.length > 1;
    for (const { path, text } of manager.files) context.out(several ? `# ${path}\n${text}` : text);
    return exit.done;
  }
  for (const { path, text } of manager.files) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
    context.out(`${path}\n`);
  }
  // One that runs already holds the home; it gives way, and its commands go on under the next.
  await stopRunning(context, { restart: true });
  await tell(context, manager, manager.load);
  return exit.done;
}

export async function uninstall(context: Context, parsed: Parsed): Promise<number> {
  const manager = await managerOf(context, parsed);
  const failed = await tell(context, manager, manager.unload).catch((error: CliError) => error);
  for (const { path } of manager.files) await rm(path, { force: true });
  if (failed instanceof CliError) throw failed;
  return exit.done;
}

async function tell(context: Context, { name }: Manager, commands: Manager['load']) {
  for (const [program, ...args] of commands) {
    await run(program!, args, { env: context.env as NodeJS.ProcessEnv, timeout: commandMs }).catch((error: Error) => {
      const said = (error as { stderr?: string }).stderr?.trim() || error.message;
      throw new CliError(
        `the files are in place, but ${name} did not take them: ${said}`,
        commands.map((words) => words.join(' ')).join(' && '),
      );
    });
  }
}

async function managerOf(context: Context, { flags }: Parsed): Promise<Manager> {
  if (flags.launchd && flags.systemd) throw new UsageError('--launchd and --systemd exclude each other');
  const launchd = flags.launchd || (!flags.systemd && process.platform === 'darwin');
  return launchd ? launchdOf(context) : systemdOf(context);
}

async function systemdOf(context: Context): Promise<Manager> {
  const folder = join(context.env.XDG_CONFIG_HOME || join(userHome(context), '.config'), 'systemd', 'user');
  const facts = factsOf(context);
  const names = ['tcxd.socket', 'tcxd.service'];
  const files = names.map(async (name) => ({
    path: join(folder, name),
    text: systemdUnit(await template(context, 'systemd', name), facts),
  }));
  const systemctl = (...words: string[]) => ['systemctl', '--user', ...words];
  return {
    name: 'systemd',
    files: await Promise.all(files),
    load: [systemctl('daemon-reload'), systemctl('enable', '--now', 'tcxd.socket')],
    unload: [systemctl('disable', '--now', 'tcxd.socket', 'tcxd.service'), systemctl('daemon-reload')],
  };
}

async function launchdOf(context: Context): Promise<Manager> {
  const name = 'com.tcx.tcxd';
  const path = join(userHome(context), 'Library', 'LaunchAgents', `${name}.plist`);
  const text = launchdPlist(await template(context, 'launchd', `${name}.plist`), factsOf(context));
  const domain = `gui/${process.getuid?.() ?? 0}`;
  return {
    name: 'launchd',
    files: [{ path, text }],
    load: [['launchctl', 'bootstrap', domain, path]],
    unload: [['launchctl', 'bootout', `${domain}/${name}`]],
  };
}

const template = ({ program }: Context, folder: string, name: string) =>
  readFile(join(dirname(dirname(program)), folder, name), 'utf8');

function userHome({ env }: Context): string {
  if (env.HOME) return env.HOME;
  throw new CliError('HOME is not set, so there is no place for the files', 'set HOME');
}

/** A service starts with few variables of its own; PATH is where tcxd finds git and rg. */
function factsOf({ home, codexHome, program, env }: Context): ServiceFacts {
  const hash = createHash('sha256').update(home).digest('hex');
  return {
    tcxd: join(dirname(program), 'tcxd'),
    socket: socketPath(home, hash, env, process.getuid?.() ?? 0),
    log: join(home, 'logs', 'tcxd.out'),
    environment: {
      TCX_HOME: home,
      ...(codexHome && { CODEX_HOME: codexHome }),
      PATH: env.PATH || '/usr/local/bin:/usr/bin:/bin',
    },
  };
}
