/** Finds the command that is meant, hands it the world, and turns what it throws into a sentence and an exit code. */

import { realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { isatty } from 'node:tty';
import { ClientError } from '../ipc/client-error.ts';
import { ensureHome, fileSystem, homeOf } from '../ipc/home.ts';
import { connect } from '../ipc/start.ts';
import { type CommandSpec, nearest, type Parsed, parse, UsageError, usage } from './args.ts';
import { commands, commonFlags, findCommand, rootCommand } from './commands.ts';
import { CliError, type Context, exit, type Run } from './context.ts';
import { write } from './output.ts';

/** One module a command, loaded only when it is meant: `tcx ps` has to be instant. */
const modules: Readonly<Record<string, () => Promise<{ run: Run }>>> = {
  '': () => import('./open.ts'),
  new: () => import('./new.ts'),
  attach: () => import('./attach.ts'),
  agents: () => import('./agents.ts'),
  say: () => import('./say.ts'),
  queue: () => import('./queue.ts'),
  interrupt: () => import('./interrupt.ts'),
  stop: () => import('./stop.ts'),
  ps: () => import('./ps.ts'),
  ls: () => import('./ls.ts'),
  log: () => import('./log.ts'),
  tail: () => import('./tail.ts'),
  wait: () => import('./wait.ts'),
  inbox: () => import('./inbox.ts'),
  decide: () => import('./decide.ts'),
  approve: () => import('./approve.ts'),
  deny: () => import('./deny.ts'),
  rename: () => import('./rename.ts'),
  detach: () => import('./detach.ts'),
  diff: () => import('./diff.ts'),
  archive: () => import('./archive.ts'),
  unarchive: () => import('./unarchive.ts'),
  exec: () => import('./exec.ts'),
  resume: () => import('./resume.ts'),
  fork: () => import('./fork.ts'),
  wake: () => import('./wake.ts'),
  daemon: () => import('./daemon.ts'),
  'kill-server': () => import('./kill-server.ts'),
  doctor: () => import('./doctor.ts'),
  login: () => import('./login.ts'),
  logout: () => import('./logout.ts'),
  completion: () => import('./completion.ts'),
};

interface Meant {
  readonly spec: CommandSpec;
  readonly called?: string;
  readonly argv: readonly string[];
}

/** The first word that is no flag and no flag's value names the command; flags before it are the command's too. */
function meant(argv: readonly string[]): Meant {
  const known = { ...rootCommand.flags, ...commonFlags };
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at]!;
    if (word === '--') break;
    if (word.startsWith('-')) {
      const flag = Object.entries(known).find(([name, { short }]) => word === `--${name}` || word === `-${short}`)?.[1];
      if (flag?.type === 'string') at++;
      continue;
    }
    const spec = findCommand(word);
    if (spec) return { spec, called: word, argv: [...argv.slice(0, at), ...argv.slice(at + 1)] };
    const like =
      argv.length === at + 1
        ? nearest(
            word,
            commands.map(({ name }) => name),
          )
        : undefined;
    if (like)
      throw new UsageError(
        `unrecognized subcommand '${word}'`,
        `a similar subcommand exists: '${like}' (a prompt of one word: tcx -- ${word})`,
      );
    break;
  }
  return { spec: rootCommand, argv };
}

/** `--wait-approval` may stand alone; the parser wants a value. What comes after `--` is nobody's flag. */
function optionalValues(argv: readonly string[]): string[] {
  const end = argv.indexOf('--');
  return argv.map((word, at) => (word === '--wait-approval' && (end < 0 || at < end) ? '--wait-approval=' : word));
}

/** `tcx help` and `tcx help COMMAND`. */
function asHelp(argv: readonly string[]): readonly string[] {
  const [first, second] = argv;
  if (first !== 'help' || argv.length > 2 || (second !== undefined && !findCommand(second))) return argv;
  return second === undefined ? ['--help'] : [second, '--help'];
}

async function main(argv: readonly string[]): Promise<number> {
  const { spec, called, argv: rest } = meant(asHelp(argv));
  const parsed = parse(spec, optionalValues(rest), commonFlags, called);
  if (parsed.flags.help) {
    write(1, `${spec === rootCommand ? rootUsage() : usage(spec, commonFlags)}\n`);
    return exit.done;
  }
  if (parsed.flags.version) {
    write(1, `tcx ${__TCX_VERSION__}\n`);
    return exit.done;
  }
  const { run } = await modules[spec.name]!();
  const context = contextOf(parsed);
  if (!parsed.flags['no-daemon']) return run(context, parsed);
  const { ownDaemon } = await import('./own-daemon.ts');
  await using _daemon = await ownDaemon(context);
  return await run(context, parsed);
}

function contextOf({ flags }: Parsed): Context {
  const env = process.env;
  const cwd = process.cwd();
  const named = {
    ...(typeof flags.home === 'string' && { home: flags.home }),
    ...(typeof flags['codex-home'] === 'string' && { codexHome: flags['codex-home'] }),
  };
  const made = ensureHome(homeOf({ flags: named, env, cwd, userHome: homedir() }), {
    uid: process.getuid?.(),
    fileSystem,
  });
  if (!made.ok) throw new CliError(made.why, made.fix);
  const { path: home, codex: codexHome } = made.home;
  const err = (text: string) => write(2, text);
  const context: Context = {
    env,
    cwd: typeof flags.cd === 'string' ? directory(resolve(cwd, flags.cd)) : cwd,
    home,
    codexHome,
    build: __TCX_VERSION__,
    program: env.TCX_PROGRAM ?? join(import.meta.dirname, '..', 'bin', 'tcx'),
    out: (text) => write(1, text),
    err,
    // Asked only by those who need it: opening the streams to find out costs a client a tenth of its life.
    get stdinIsTty() {
      return isatty(0);
    },
    get stdoutIsTty() {
      return isatty(1);
    },
    connect: (how) =>
      connect({
        home,
        codexHome,
        build: __TCX_VERSION__,
        env,
        cwd: context.cwd,
        starting: () => err('starting tcxd …\n'),
        ...how,
      }),
  };
  return context;
}

function directory(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    throw new CliError(`cannot work in ${path}: ${(error as Error).message}`, 'tcx -C DIR');
  }
}

function rootUsage(): string {
  const listed = commands.filter(({ hidden }) => !hidden);
  const table = listed.map(
    ({ name, aliases, help }) =>
      `  ${[name, ...(aliases ?? []).filter((alias) => alias.length < 3)].join(', ').padEnd(14)} ${help}`,
  );
  return [usage(rootCommand, commonFlags), '', 'Commands:', ...table, '', 'More about one: tcx COMMAND --help'].join(
    '\n',
  );
}

function failed(error: unknown): number {
  if (error instanceof UsageError) {
    write(
      2,
      `error: ${error.message}\n${error.tip ? `\n  tip: ${error.tip}\n` : ''}\nFor more information, try '--help'.\n`,
    );
    return exit.usage;
  }
  if (error instanceof CliError || error instanceof ClientError) {
    const said = error.message.startsWith('Error ') ? error.message : `Error: ${error.message}`;
    write(2, `${said}${error.fix ? `\n  ${error.fix}` : ''}\n`);
    return error instanceof CliError ? error.exit : exit.failed;
  }
  write(2, `tcx broke: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return exit.failed;
}

// Everything is written when this is reached: writes to files, pipes and terminals are synchronous.
main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => process.exit(failed(error)),
);
