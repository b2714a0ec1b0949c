/** What each slash command does: one row a command of `slash.ts`. */
import { join } from 'node:path';
import type { SettingsAsk } from '../ipc/protocol.ts';
import { newSessionId } from '../ipc/session-id.ts';
import type { ActDeps } from './act-deps.ts';
import { openCopy } from './copy-keys.ts';
import type { Desk } from './desk.ts';
import { showItems } from './items-overlay.ts';
import { remap } from './keymap.ts';
import { keepBinding } from './keymap-file.ts';
import { openPopup } from './popup.ts';
import { type KnownSlash, needsWords, type SlashName } from './slash.ts';
import { configOrigins, daemonState, diff, listCommands, status } from './slash-telling.ts';
import { pickTheme } from './theme-picker.ts';
import { isRunning } from './view.ts';
import { toggleVim } from './vim-keys.ts';
import { plural } from './words.ts';

/** False when the command could not act: its text stays. */
type SlashDeed = (deps: ActDeps, argument: string) => boolean | Promise<boolean>;

const deeds: Readonly<Record<SlashName, SlashDeed>> = {
  model({ desk, store }, argument) {
    const { model, effort } = store.get().session!.view.settings;
    if (argument === '') return missing(desk, `/model NAME; now: ${model}${effort ? ` ${effort}` : ''}`);
    return change(desk, modelAsk(argument));
  },
  permissions({ desk, store }, argument) {
    const { approval, sandbox } = store.get().session!.view.settings;
    const asked = permissions[argument];
    if (!asked) return missing(desk, `/permissions ask, never or full-access; now: ${approval}, ${sandbox}`);
    return change(desk, asked);
  },
  keymap: bindKey,
  theme: pickTheme,
  statusline(deps) {
    showItems(deps, 'status');
    return true;
  },
  title(deps) {
    showItems(deps, 'title');
    return true;
  },
  vim(deps) {
    toggleVim(deps);
    return true;
  },
  rename({ desk }, argument) {
    if (argument === '') return missing(desk, '/rename NAME');
    return desk.asks.ask((client, session) => client.request('rename', { session, name: argument }));
  },
  async new({ desk }) {
    await desk.opening.newHere();
    void desk.lists.refresh();
    return true;
  },
  fork: ({ desk }) =>
    desk.asks.ask(async (client, session) => {
      const made = await client.request('fork', { session, as: newSessionId(), source: 'cli' });
      await desk.opening.show(made.session);
      desk.hint(`this is ${made.name}; the one before goes on as it was`, 'dim');
    }),
  archive: ({ desk }) =>
    desk.asks.ask(async (client, session) => {
      await client.request('archive', { session, archived: true });
      await desk.opening.newHere();
      desk.hint(`archived · back: tcx unarchive ${session.slice(0, 8)}`, 'dim');
    }),
  async init({ desk }) {
    desk.say(initPrompt, 'steer');
    return true;
  },
  agents({ desk }) {
    desk.lists.showAgents();
    return true;
  },
  diff,
  copy: openCopy,
  mention({ store }) {
    store.update((view) => ({ ...view, editor: { ...view.editor, text: '@', cursor: 1 } }));
    return true;
  },
  status: ({ desk, store }) => status(desk, store),
  pwd({ desk, store }) {
    const { session, cwd } = store.get();
    desk.hint(session?.view.cwd ?? cwd, 'dim');
    return true;
  },
  'debug-config': ({ desk, store }) => configOrigins(desk, store),
  ps: ({ store, now }) => listCommands(store, now),
  stop: stopCommands,
  daemon: ({ desk, store }) => daemonState(desk, store),
  detach: leave,
  exit: leave,
  help(deps) {
    openPopup(deps, { kind: 'keys', query: '', from: 0 });
    return true;
  },
};

export async function runSlash(deps: ActDeps, command: KnownSlash, argument: string): Promise<boolean> {
  const { desk, store } = deps;
  const view = store.get();
  if (command.session && !view.session) return missing(desk, `/${command.name} needs a session: say something first`);
  if (command.idle && isRunning(view))
    return missing(desk, `'/${command.name}' is disabled while a task is in progress.`);
  if (argument !== '' && command.args === undefined) return missing(desk, `/${command.name} takes no words after it`);
  if (argument === '' && needsWords(command) && command.name !== 'model' && command.name !== 'permissions')
    return missing(desk, `/${command.name} ${command.args}`);
  return deeds[command.name](deps, argument);
}

async function leave({ desk }: ActDeps): Promise<boolean> {
  await desk.leave();
  return true;
}

const initPrompt = `Write a file AGENTS.md in this folder: a contributor guide of one page for people and coding agents.
If AGENTS.md is there already, leave it as it is and say so. Otherwise look at the repository first; then describe, as far as they
apply: how the project is laid out, how it is built, run and tested, its style and naming, how its tests are written, and how
commits and pull requests are made. Be exact and short, name real commands and paths, and write nothing that you have not seen.`;

/** `/keymap` lists; `/keymap CONTEXT.ACTION KEY[, KEY]` binds at once and for later, `none` unbinds. */
function bindKey(deps: ActDeps, argument: string): boolean {
  const { desk, store, home } = deps;
  if (argument === '') {
    openPopup(deps, { kind: 'keys', query: '', from: 0 });
    return true;
  }
  const [, context, action, written = ''] = /^([a-z_]+)\.([a-z_]+)\s*([\s\S]*)$/.exec(argument) ?? [];
  if (context === undefined || action === undefined)
    return missing(desk, '/keymap CONTEXT.ACTION KEY, or none; ? names them all');
  const keys = written === 'none' || written === '' ? [] : written.split(/\s*,\s*/);
  const made = remap({ [context]: { [action]: keys } }, store.get().keys.table);
  if (!made.ok) return missing(desk, made.why);
  keepBinding(join(home, 'config.toml'), context, action, keys);
  store.update((view) => ({ ...view, keys: made.keys }));
  desk.hint(keys.length > 0 ? `${keys.join(', ')} from now on` : 'no key does it from now on', 'good');
  return true;
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

async function stopCommands({ desk, store }: ActDeps): Promise<boolean> {
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
