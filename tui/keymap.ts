/** A person's own keys, from `[tui.keymap.<context>]`: each replaces what an action had; `[]` leaves it without one. Pure. */
import { keyGrammar, readSequence } from './key-names.ts';
import { type Binding, type KeyTable, keyTable } from './key-table.ts';
import { Keys } from './keys.ts';

export type Keymap = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
export type Remapped =
  | { readonly ok: true; readonly keys: Keys; readonly table: KeyTable }
  | { readonly ok: false; readonly why: string };

/** Codex lets these be set for all contexts at once. */
const elsewhere: Readonly<Record<string, readonly [context: string, action: string]>> = {
  'global.submit': ['composer', 'submit'],
  'global.queue': ['composer', 'queue'],
  'global.toggle_shortcuts': ['empty', 'show_keys'],
  'composer.toggle_shortcuts': ['empty', 'show_keys'],
};

export function remap(keymap: Keymap, base: KeyTable = keyTable): Remapped {
  try {
    const table = Object.entries(tableOf(keymap, '')).reduce(
      (made, [context, actions]) =>
        Object.entries(tableOf(actions, `.${context}`)).reduce(
          (each, [action, keys]) => bound(each, context, action, keys),
          made,
        ),
      base,
    );
    check(table);
    const own = yielding(table, keymap);
    return { ok: true, keys: new Keys(own), table: own };
  } catch (error) {
    if (error instanceof KeymapError) return { ok: false, why: error.message };
    throw error;
  }
}

/** Nobody is left without a way out. */
const kept: readonly string[] = ['interrupt_or_leave', 'leave_at_once'];

/** A key that a person gives to one place is not taken there by what it does everywhere unless they have said that too. */
function yielding(table: KeyTable, keymap: Keymap): KeyTable {
  const leader = table.global!.leader!.keys;
  const named = (key: string) => readSequence(key, leader)?.join(' ');
  const wanted = new Map<string, string>();
  for (const [context, actions] of Object.entries(keymap))
    if (context !== 'global')
      for (const keys of Object.values(actions))
        for (const key of [keys].flat()) wanted.set(named(key as string) ?? '', context);
  const global = Object.entries(table.global!).map(([action, binding]) => {
    const taken = binding.keys.find((key) => wanted.has(named(key) ?? ' '));
    if (taken === undefined || keymap.global?.[action] !== undefined) return [action, binding] as const;
    if (kept.includes(action))
      throw conflict(wanted.get(named(taken)!)!, taken, `${action} everywhere`, 'something here');
    return [action, { ...binding, keys: binding.keys.filter((key) => !wanted.has(named(key) ?? ' ')) }] as const;
  });
  return { ...table, global: Object.fromEntries(global) };
}

class KeymapError extends Error {}

/** Config comes unchecked: a person has written it. */
function tableOf<Value extends object>(value: Value, place: string): Value {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new KeymapError(`tui.keymap${place}: expected a table`);
}

const list = (names: Iterable<string>) => [...names].join(', ');

function bound(table: KeyTable, context: string, action: string, keys: string | readonly string[]): KeyTable {
  const [inContext, known] = elsewhere[`${context}.${action}`] ?? [context, action];
  const actions = table[inContext];
  const place = `tui.keymap.${context}`;
  if (!actions) throw new KeymapError(`${place}: there is no such context; there are ${list(Object.keys(table))}`);
  const binding: Binding | undefined = actions[known];
  if (!binding)
    throw new KeymapError(`${place}.${action}: there is no such action; there are ${list(Object.keys(actions))}`);
  const wanted = typeof keys === 'string' ? [keys] : keys;
  if (!Array.isArray(wanted) || wanted.some((key) => typeof key !== 'string'))
    throw new KeymapError(`${place}.${action}: expected a key or a list of keys`);
  for (const key of wanted as readonly string[]) {
    if (readSequence(key, ['leader'])) continue;
    throw new KeymapError(`${place}.${action}: "${key}" is no key; a key is ${keyGrammar}`);
  }
  return { ...table, [inContext]: { ...actions, [known]: { ...binding, keys: wanted } } };
}

/** One key does one thing in a context, and does not also begin a longer one. */
function check(table: KeyTable) {
  const leader = table.global!.leader!.keys;
  const [key = ''] = leader;
  if (leader.length > 1 || key.includes(' ') || Array.from(key).length === 1)
    throw new KeymapError(
      `tui.keymap.global.leader: "${list(leader)}" cannot lead; it is one key that types nothing, such as ctrl-b`,
    );
  for (const [context, actions] of Object.entries(table)) {
    const taken = new Map<string, string>();
    for (const [action, { keys }] of Object.entries(actions)) {
      for (const written of keys) {
        const name = readSequence(written, leader)?.join(' ');
        if (name === undefined) continue;
        const other = taken.get(name);
        if (other !== undefined && other !== action) throw conflict(context, name, other, action);
        taken.set(name, action);
      }
    }
    refuseBegun(context, taken);
  }
}

const conflict = (context: string, key: string, one: string, two: string) =>
  new KeymapError(
    `tui.keymap.${context}: ${key} is bound to ${one} and to ${two}; give one of them another key, or [] for none`,
  );

function refuseBegun(context: string, taken: ReadonlyMap<string, string>) {
  for (const [key, action] of taken) {
    const begins = [...taken.keys()].find((other) => other.startsWith(`${key} `));
    if (begins === undefined || action === 'leader') continue;
    throw new KeymapError(
      `tui.keymap.${context}: ${key} is bound to ${action} and begins ${begins} of ${taken.get(begins)}; give one of them another key`,
    );
  }
}
