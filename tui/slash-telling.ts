/** Slash commands that tell something: their answers stand in the transcript of this screen alone. */
import { costOf } from '../core/cost.ts';
import { modelInfo } from '../core/models.ts';
import type { ActDeps } from './act-deps.ts';
import type { Desk } from './desk.ts';
import { diffCells, sumOf } from './diff-cells.ts';
import { openedPager } from './pager.ts';
import { openPager } from './pager-keys.ts';
import { told } from './session-view.ts';
import type { ViewStore } from './store.ts';
import { age, count, exact, folder, money, plural } from './words.ts';

export async function status(desk: Desk, store: ViewStore): Promise<boolean> {
  const { session, cwd, userHome, branch, me } = store.get();
  const { view } = session!;
  const daemon = await desk.client?.request('daemon.status', {}).catch(() => undefined);
  const { settings, usage } = view;
  const cost = costOf(usage, modelInfo(settings.model).prices);
  const lines = [
    ['model', [settings.model, settings.effort, `at ${settings.provider}`].filter((part) => part).join(' ')],
    ['folder', `${folder(view.cwd || cwd, userHome)}${branch ? ` (${branch})` : ''}`],
    ['permissions', `approval ${settings.approval}, sandbox ${settings.sandbox}`],
    ['session', `${view.name} · ${view.session}`],
    ['turns', `${view.turn}`],
    [
      'tokens',
      `${exact(usage.input - usage.cached)} input (+ ${exact(usage.cached)} cached), ${exact(usage.output)} output`,
    ],
    ['context', `${count(view.contextTokens)} of ${count(view.contextWindow)}`],
    ['cost', cost === undefined ? 'the price of this model is not known' : money(cost)],
    [
      'screens',
      session!.viewers
        .map(({ label, role }) => `${label}${label === me ? ' (this one)' : ''}${role === 'watch' ? ' watches' : ''}`)
        .join(', '),
    ],
    ...(daemon
      ? [
          [
            'daemon',
            `tcxd ${daemon.build}, pid ${daemon.pid}, ${plural(daemon.sessions, 'session')} loaded, ${daemon.host}`,
          ],
        ]
      : []),
  ];
  store.update((before) =>
    told(
      before,
      'Status',
      lines.map(([key, value]) => `  ${key!.padEnd(12)} ${value}`),
    ),
  );
  return true;
}

export async function diff(deps: ActDeps): Promise<boolean> {
  const { desk, drawing } = deps;
  return desk.asks.ask(async (client, session) => {
    const { files } = await client.request('diff', { session });
    if (files.length === 0) return desk.hint('this session has changed no file', 'dim');
    const title = `Diff · ${sumOf(files, drawing.theme.glyph.minus)}`;
    const cells = diffCells(files);
    openPager(deps, { ...openedPager(title, cells), anchor: { cell: cells[0]!.id, line: 0, cells: cells.length } });
  });
}

export function listCommands(store: ViewStore, now: () => number): boolean {
  const { commands } = store.get().session!.view;
  const lines = commands.map(({ handle, cmd, since }) => `  ${handle.padEnd(5)} ${cmd}  ${age(now() - since)}`);
  store.update((view) =>
    told(view, 'Background commands', lines.length > 0 ? [...lines, '  /stop ends them'] : ['  none runs']),
  );
  return true;
}

/** On a screen without a session there is no transcript: the hint row has to do. */
export async function daemonState(desk: Desk, store: ViewStore): Promise<boolean> {
  const daemon = await desk.client?.request('daemon.status', {}).catch(() => undefined);
  if (!daemon) return say(desk, 'no daemon answers');
  const { build, pid, host, sessions, home, socket, rss } = daemon;
  if (!store.get().session) return say(desk, `tcxd ${build}, pid ${pid} · tcx daemon restart · tcx daemon stop`);
  const lines = [
    `  tcxd ${build}, pid ${pid}, ${host}, ${plural(sessions, 'session')} loaded, ${Math.round(rss / 1024 / 1024)} MB`,
    `  home ${home}`,
    `  socket ${socket}`,
    '  tcx daemon restart · tcx daemon stop · tcx daemon logs',
  ];
  store.update((view) => told(view, 'Daemon', lines));
  return true;
}

export async function configOrigins(desk: Desk, store: ViewStore): Promise<boolean> {
  const { session, cwd } = store.get();
  const config = await desk.client?.request('config', { cwd: session?.view.cwd ?? cwd }).catch(() => undefined);
  if (!config) return say(desk, 'no daemon answers');
  const { files, warnings, trust } = config;
  if (!session) return say(desk, [...files, `folder ${trust}`].join(' · '));
  const lines = [
    ...(files.length > 0 ? files.map((file) => `  ${file}`) : ['  no file: all defaults']),
    `  this folder: ${trust}`,
    ...warnings.map((warning) => `  ${warning}`),
  ];
  store.update((view) => told(view, 'Config', lines));
  return true;
}

function say(desk: Desk, text: string): true {
  desk.hint(text, 'dim');
  return true;
}
