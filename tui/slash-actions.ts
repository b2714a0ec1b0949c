/** What each slash command does. */
import { costOf } from '../core/cost.ts';
import { modelInfo } from '../core/models.ts';
import type { SettingsAsk } from '../ipc/protocol.ts';
import type { Desk } from './desk.ts';
import { told } from './session-view.ts';
import type { SlashCommand } from './slash.ts';
import type { ViewStore } from './store.ts';
import { count, exact, folder, money, plural } from './words.ts';

export interface SlashDeps {
  readonly desk: Desk;
  readonly store: ViewStore;
}

/** False when the command could not act: its text stays. */
export async function runSlash(deps: SlashDeps, { name }: SlashCommand, argument: string): Promise<boolean> {
  const { desk, store } = deps;
  switch (name) {
    case 'detach':
    case 'exit':
      await desk.leave();
      return true;
    case 'new':
      await desk.opening.newHere();
      void desk.lists.refresh();
      return true;
    case 'agents':
      desk.lists.showAgents();
      return true;
    case 'help':
      store.update((view) => ({ ...view, popup: { kind: 'keys', query: '', from: 0 } }));
      return true;
  }
  if (!store.get().session) {
    desk.hint(`/${name} needs a session: say something first`, 'warn');
    return false;
  }
  return inSession(deps, name, argument);
}

async function inSession({ desk, store }: SlashDeps, name: string, argument: string): Promise<boolean> {
  const { view } = store.get().session!;
  switch (name) {
    case 'status':
      await status(desk, store);
      return true;
    case 'diff':
      return diff(desk, store);
    case 'stop':
      return stopCommands(desk, store);
    case 'rename':
      if (argument === '') return missing(desk, '/rename NAME');
      return desk.asks.ask((client, session) => client.request('rename', { session, name: argument }));
    case 'model': {
      const { model, effort } = view.settings;
      if (argument === '') return missing(desk, `/model NAME; now: ${model}${effort ? ` ${effort}` : ''}`);
      return change(desk, modelAsk(argument));
    }
    case 'permissions': {
      const asked = permissions[argument];
      if (!asked)
        return missing(
          desk,
          `/permissions ask, never or full-access; now: ${view.settings.approval}, ${view.settings.sandbox}`,
        );
      return change(desk, asked);
    }
  }
  return false;
}

const permissions: Readonly<Record<string, SettingsAsk>> = {
  ask: { approval: 'on-request', sandbox: 'read-only' },
  never: { approval: 'never', sandbox: 'read-only' },
  'full-access': { approval: 'never', sandbox: 'danger-full-access' },
};

/** `NAME`, `NAME EFFORT`, or `demo`. */
function modelAsk(argument: string): SettingsAsk {
  const [model, effort] = argument.split(/\s+/);
  if (model === 'demo') return { provider: 'demo' };
  const provider = /^claude\b/.test(model!) ? 'anthropic' : undefined;
  return { model: model!, ...(provider && { provider }), ...(effort && { effort }) };
}

const change = (desk: Desk, settings: SettingsAsk) =>
  desk.asks.ask((client, session) => client.request('settings', { session, settings }));

function missing(desk: Desk, text: string): false {
  desk.hint(text, 'warn');
  return false;
}

async function stopCommands(desk: Desk, store: ViewStore): Promise<boolean> {
  const { commands } = store.get().session!.view;
  if (commands.length === 0) {
    desk.hint('no command runs in the background', 'dim');
    return true;
  }
  for (const { n } of commands)
    await desk.asks.ask((client, session) => client.request('kill', { session, command: n }));
  desk.hint(`ending ${plural(commands.length, 'command')}`, 'dim');
  return true;
}

async function status(desk: Desk, store: ViewStore) {
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
}

async function diff(desk: Desk, store: ViewStore): Promise<boolean> {
  return desk.asks.ask(async (client, session) => {
    const { files } = await client.request('diff', { session });
    if (files.length === 0) return desk.hint('this session has changed no file', 'dim');
    const lines = files.flatMap(({ path, diff: text, added, removed }) => [
      `${path} (+${added} -${removed})`,
      ...text
        .replace(/\n$/, '')
        .split('\n')
        .map((line) => `  ${line}`),
    ]);
    store.update((view) => told(view, 'Changed by this session', lines));
  });
}
