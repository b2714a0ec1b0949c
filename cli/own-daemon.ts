/** `--no-daemon`: a daemon that lives and dies with this process, under the same lock of the home as any other. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { ClientError } from '../ipc/client-error.ts';
import { daemonEnvironment, daemonFile, firstLine, nodeFlags, refusal } from '../ipc/start-daemon.ts';
import { CliError, type Context } from './context.ts';

const tellMs = 1000;

/** It ends when its standard input does: also when this process is killed. Signals of the terminal do not reach it. */
export async function ownDaemon({ home, codexHome, env, err }: Context): Promise<AsyncDisposable> {
  mkdirSync(join(home, 'logs'), { recursive: true, mode: 0o700 });
  const output = openSync(join(home, 'logs', 'tcxd.out'), 'a', 0o600);
  const child = spawn(process.execPath, [...nodeFlags, daemonFile(), 'run', '--with-parent', '--ready-fd', '3'], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', output, output, 'pipe'],
    env: daemonEnvironment(home, codexHome, env),
  });
  closeSync(output);
  const exited = once(child, 'exit');
  const line = await firstLine(child.stdio[3] as Readable);
  if (line !== 'ready') throw refused(home, refusal(line));
  return {
    [Symbol.asyncDispose]: async () => {
      const timer = setTimeout(
        () => err('waiting for the turn that runs to end (Ctrl-C leaves it to itself)\n'),
        tellMs,
      );
      child.stdin?.end();
      await exited;
      clearTimeout(timer);
    },
  };
}

function refused(home: string, error: ClientError): CliError {
  if (error.code === 'running')
    return new CliError(`a tcxd runs for ${home} already`, 'leave --no-daemon out, or end it: tcx daemon stop');
  return new CliError(error.message, error.fix);
}
