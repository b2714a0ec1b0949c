/** The way from a command line to the screen: what it needs of the terminal, and what it is given. */

import { spawn } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import type { ReadStream, WriteStream } from 'node:tty';
import { newKey, newSessionId } from '../ipc/session-id.ts';
import type { Opening } from '../tui/options.ts';
import type { Parsed } from './args.ts';
import { clipboardImage } from './clipboard-image.ts';
import { CliError, type Context } from './context.ts';
import { editText } from './external-editor.ts';
import { pictureFiles } from './pictures.ts';
import { screenConfig } from './screen-config.ts';
import { settingsAsk } from './settings.ts';

export async function openScreen(context: Context, parsed: Parsed, opening: Opening): Promise<number> {
  checkTerminal(context);
  checkNesting(context, parsed);
  const config = screenConfig(context, parsed);
  const label = context.env.TCX_CLIENT_NAME || config.label || sshHost(context) || terminalName();
  // Loaded here and nowhere else: tcx ps must not wait for React.
  const { runTui } = await import('../tui/main.tsx');
  return runTui({
    opening,
    connect: (start) =>
      context.connect({
        kind: 'tui',
        reconnect: true,
        heartbeatMs: 1000,
        start,
        starting: () => {},
        ...(label && { label }),
      }),
    home: context.home,
    userHome: context.env.HOME,
    cwd: context.cwd,
    env: context.env,
    build: context.build,
    settings: settingsAsk(context, parsed),
    inline: config.inline,
    alone: parsed.flags['no-daemon'] === true,
    animations: config.animations,
    theme: config.theme,
    mouse: config.mouse,
    pipe,
    ascii: parsed.flags.ascii === true || config.screenReader,
    screenReader: config.screenReader,
    notices: config.notices,
    statusLine: config.statusLine,
    title: config.title,
    hostname: hostname(),
    keymap: config.keymap,
    vim: config.vim,
    edit: (text) => editText(context, text),
    clipboardImage: () => clipboardImage(context),
    pictures: pictureFiles(context, parsed),
    pasteBurst: config.pasteBurst,
    history: config.history,
    stdin: process.stdin as ReadStream,
    stdout: process.stdout as WriteStream & { fd: number },
    now: clockOf(context.env.TCX_TEST_NOW),
    newSession: newSessionId,
    newKey,
  });
}

export function checkTerminal({ stdinIsTty, stdoutIsTty }: Context) {
  if (stdinIsTty && stdoutIsTty) return;
  throw new CliError(
    `${stdinIsTty ? 'stdout' : 'stdin'} is not a terminal`,
    'without a screen: tcx exec "what to do"; to try it from a clone: npm start -- exec --demo "run ls"',
  );
}

/** A session's own command that opens tcx would look at itself. */
export function checkNesting({ env }: Context, { flags }: Parsed) {
  if (!env.TCX_SESSION_ID || flags.nest) return;
  const name = env.TCX_SESSION_NAME ?? env.TCX_SESSION_ID.slice(0, 8);
  throw new CliError(`You are inside session ${name}. Use --nest to open tcx here anyway.`);
}

const sshHost = ({ env }: Context) => env.SSH_CONNECTION?.split(' ')[0];

/** `pts/3`: tells this screen from the others of a machine. */
function terminalName(): string | undefined {
  try {
    return /^\/dev\/((?:pts\/|tty)\S+)$/.exec(readlinkSync('/proc/self/fd/0'))?.[1];
  } catch {
    return undefined; // Not every system has /proc; the terminal's own words do then.
  }
}

/** Goldens need a clock that stands still: a time in ms, or a file that has one. */
function clockOf(fixed: string | undefined): () => number {
  if (!fixed) return Date.now;
  return () => Number(/^\d+$/.test(fixed) ? fixed : readFileSync(fixed, 'utf8'));
}

const pipeMs = 2000;

/** For clipboards: some of their programs leave a child behind that serves what they hold, so only the exit counts. */
function pipe(program: string, args: readonly string[], text: string): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ['pipe', 'ignore', 'ignore'], timeout: pipeMs });
    child.on('error', () => resolve(false));
    child.on('exit', (code) => resolve(code === 0));
    child.stdin.on('error', () => {}); // It ended without reading: its exit says whether that was well.
    child.stdin.end(text);
  });
}
