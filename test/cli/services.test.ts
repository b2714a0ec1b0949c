/** Service managers: what they are given, whether they take it, and a start by their socket. */
import { execFile, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import { gone, holderPids, isAlive, root, startDaemon, type TestHome, until } from '../daemon.ts';
import { verifies } from '../verifies.ts';
import { begin } from './scene.ts';

const run = promisify(execFile);
const units = (home: TestHome) => join(home.env.HOME!, '.config', 'systemd', 'user');

/** Programs in place of the service managers' own, which would act on this machine: each writes down how it was called. */
function standIns(home: TestHome, names: readonly string[], code = 0): { path: string; calls: () => string[] } {
  const folder = join(home.env.HOME!, 'programs');
  mkdirSync(folder, { recursive: true });
  for (const name of names) {
    const file = join(folder, name);
    writeFileSync(file, `#!/bin/sh\necho "${name} $*" >> "${folder}/calls"\necho no bus >&2\nexit ${code}\n`);
    chmodSync(file, 0o755);
  }
  const calls = join(folder, 'calls');
  return {
    path: `${folder}:${home.env.PATH}`,
    calls: () => (existsSync(calls) ? readFileSync(calls, 'utf8').trim().split('\n') : []),
  };
}

/** Without what differs from run to run. */
const plain = (text: string, home: TestHome) =>
  text
    .replaceAll(home.home, 'TCXHOME')
    .replaceAll(home.env.HOME!, 'USERHOME')
    .replaceAll(home.env.PATH!, 'PATH')
    .replaceAll(root, 'ROOT');

function golden(name: string, text: string) {
  const path = join(root, 'test', 'golden', 'services', name);
  if (process.env.TCX_UPDATE_GOLDENS) writeFileSync(path, text);
  expect(text).toBe(readFileSync(path, 'utf8'));
}

verifies(
  '12.06',
  'daemon install writes units that systemd accepts, has it take them, and takes them back',
  async () => {
    await using home = await startDaemon();
    const before = home.pid()!;
    const { path, calls } = standIns(home, ['systemctl']);
    const options = { env: { PATH: path } };
    const installed = await home.tcx(['daemon', 'install', '--systemd'], options);
    const files = ['tcxd.socket', 'tcxd.service'].map((name) => join(units(home), name));
    expect([installed.code, installed.stdout]).toEqual([0, files.map((file) => `${file}\n`).join('')]);
    await run('systemd-analyze', ['verify', '--user', ...files], {
      env: { ...home.env, XDG_RUNTIME_DIR: home.env.HOME! },
    });
    const service = readFileSync(files[1]!, 'utf8');
    for (const line of ['Type=notify', 'NotifyAccess=all', 'KillMode=process', 'OOMPolicy=continue'])
      expect(service.split('\n')).toContain(line);
    const printed = await home.tcx(['daemon', 'install', '--systemd', '--print']);
    golden('systemd.txt', plain(printed.stdout, home));
    // The one that ran gives way to the socket.
    expect(isAlive(before)).toBe(false);
    expect(calls()).toEqual(['systemctl --user daemon-reload', 'systemctl --user enable --now tcxd.socket']);
    const gone = await home.tcx(['daemon', 'uninstall', '--systemd'], options);
    expect([gone.code, files.map((file) => existsSync(file))]).toEqual([0, [false, false]]);
    expect(calls().at(-2)).toBe('systemctl --user disable --now tcxd.socket tcxd.service');
  },
);

verifies('12.06', 'a systemd that cannot be asked is said, with the commands to give it', async () => {
  await using home = await startDaemon({ cold: true });
  const { path } = standIns(home, ['systemctl'], 1);
  const ran = await home.tcx(['daemon', 'install', '--systemd'], { env: { PATH: path } });
  expect(ran.code).toBe(1);
  expect(ran.stderr).toContain('systemd did not take them: no bus');
  expect(ran.stderr).toContain('systemctl --user daemon-reload && systemctl --user enable --now tcxd.socket');
  expect(existsSync(join(units(home), 'tcxd.service'))).toBe(true);
});

verifies('12.06', 'a start by the socket serves the first client, and the end of tcxd leaves the holder', async () => {
  await using home = await startDaemon({ cold: true });
  const run = join(home.home, 'run');
  mkdirSync(run, { mode: 0o700 });
  const socket = join(run, 'tcxd.sock');
  const variables = Object.entries(home.env).flatMap(([name, value]) => ['-E', `${name}=${value}`]);
  const activator = spawn('systemd-socket-activate', ['-l', socket, ...variables, join(root, 'bin', 'tcxd'), 'run'], {
    stdio: ['ignore', 'ignore', 'ignore'],
  });
  try {
    await until(() => existsSync(socket), 'the socket');
    chmodSync(socket, 0o600);
    expect((await home.tcx(['ps', '--short'])).stdout).toBe('');
    expect(home.pid()).toBeUndefined();
    const id = await begin(home, '--demo', '--yolo', 'run sleep 600 & echo begun');
    expect(home.pid()).toBe(activator.pid);
    expect((await home.tcx(['wait', id])).code).toBe(0);
    const [holder] = holderPids(home.home);
    process.kill(activator.pid!, 'SIGTERM');
    await gone(activator.pid!);
    expect([existsSync(socket), existsSync(join(run, 'tcxd.json'))]).toEqual([true, false]);
    expect(isAlive(holder!)).toBe(true);
  } finally {
    activator.kill('SIGKILL');
  }
});

verifies('12.06', 'systemd is told when the daemon is ready', async () => {
  await using home = await startDaemon({ cold: true });
  const { path, calls } = standIns(home, ['systemd-notify']);
  const env = { ...home.env, PATH: path, NOTIFY_SOCKET: join(home.env.HOME!, 'notify') };
  const child = spawn(join(root, 'bin', 'tcxd'), ['run'], { env, stdio: 'ignore' });
  try {
    await until(() => calls().length > 0, 'the word to systemd');
    expect(calls()).toEqual([`systemd-notify --ready --pid=${child.pid}`]);
    expect(home.pid()).toBe(child.pid);
  } finally {
    child.kill('SIGKILL');
  }
});

verifies(
  '12.07',
  'daemon install --launchd equals the golden plist, which parses and abandons the process group',
  async () => {
    await using home = await startDaemon({ cold: true });
    const { path, calls } = standIns(home, ['launchctl']);
    const options = { env: { PATH: path } };
    const installed = await home.tcx(['daemon', 'install', '--launchd'], options);
    const file = join(home.env.HOME!, 'Library', 'LaunchAgents', 'com.tcx.tcxd.plist');
    expect([installed.code, installed.stdout]).toEqual([0, `${file}\n`]);
    const text = readFileSync(file, 'utf8');
    golden('com.tcx.tcxd.plist', plain(text.replaceAll(path, home.env.PATH!), home));
    expect(parsePlist(text)).toMatchObject({
      Label: 'com.tcx.tcxd',
      ProgramArguments: [join(root, 'bin', 'tcxd'), 'run'],
      EnvironmentVariables: { TCX_HOME: home.home },
      RunAtLoad: true,
      KeepAlive: { SuccessfulExit: false },
      AbandonProcessGroup: true,
    });
    expect((await home.tcx(['daemon', 'install', '--launchd', '--print'], options)).stdout).toBe(text);
    const removed = await home.tcx(['daemon', 'uninstall', '--launchd'], options);
    expect([removed.code, existsSync(file)]).toEqual([0, false]);
    const domain = `gui/${process.getuid!()}`;
    expect(calls()).toEqual([`launchctl bootstrap ${domain} ${file}`, `launchctl bootout ${domain}/com.tcx.tcxd`]);
  },
);

type Plist = string | number | boolean | Plist[] | { [key: string]: Plist };

/** As much of a property list as ours has; anything else is an error. */
function parsePlist(xml: string): Plist {
  const tokens = xml
    .replaceAll(/<\?xml[^>]*\?>|<!DOCTYPE[^>]*>|<!--[\s\S]*?-->/g, '')
    .match(/<[^>]+>|[^<]+/g)!
    .filter((token) => token.trim() !== '');
  const expectToken = (wanted: string) => {
    const token = tokens.shift();
    if (token !== wanted) throw new Error(`${wanted} expected, ${token} found`);
  };
  const textUntil = (end: string) => {
    const text = tokens[0] === end ? '' : tokens.shift()!;
    expectToken(end);
    return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
  };
  const value = (): Plist => {
    const token = tokens.shift();
    switch (token) {
      case '<true/>':
        return true;
      case '<false/>':
        return false;
      case '<string>':
        return textUntil('</string>');
      case '<integer>':
        return Number(textUntil('</integer>'));
      case '<array>': {
        const items: Plist[] = [];
        while (tokens[0] !== '</array>') items.push(value());
        tokens.shift();
        return items;
      }
      case '<dict>': {
        const entries: [string, Plist][] = [];
        while (tokens[0] !== '</dict>') {
          expectToken('<key>');
          entries.push([textUntil('</key>'), value()]);
        }
        tokens.shift();
        return Object.fromEntries(entries);
      }
      default:
        throw new Error(`no value begins with ${token}`);
    }
  };
  expectToken('<plist version="1.0">');
  const found = value();
  expectToken('</plist>');
  if (tokens.length > 0) throw new Error(`${tokens.length} tokens after the end`);
  return found;
}
