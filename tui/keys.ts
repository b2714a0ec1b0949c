/** What a key does in a context, as a value: the table, with a person's own keys in it. Handlers, hints and help ask this. */
import { readSequence } from './key-names.ts';
import { type ActionOf, type Context, type KeyTable, keyTable } from './key-table.ts';

export type { ActionOf, Context } from './key-table.ts';

export class Keys {
  readonly table: KeyTable;
  readonly #byKey: Readonly<Record<string, ReadonlyMap<string, string>>>;
  readonly #prefixes: Readonly<Record<string, ReadonlySet<string>>>;

  constructor(table: KeyTable = keyTable) {
    this.table = table;
    const bound = Object.entries(table).map(([context, actions]) => [context, boundIn(table, actions)] as const);
    this.#byKey = Object.fromEntries(bound);
    this.#prefixes = Object.fromEntries(bound.map(([context, map]) => [context, prefixesOf([...map.keys()])]));
  }

  /** `key`: the name of a key, or of several with blanks between. Undefined when it does nothing there. */
  action<In extends Context>(context: In, key: string): ActionOf<In> | undefined {
    return this.#byKey[context]!.get(key) as ActionOf<In> | undefined;
  }

  /** More keys may follow, in one of these contexts. */
  isPrefix(contexts: readonly Context[], keys: string): boolean {
    return contexts.some((context) => this.#prefixes[context]!.has(keys));
  }

  /** All keys that do a thing. */
  all<In extends Context>(context: In, action: ActionOf<In>): readonly string[] {
    return [...this.#byKey[context]!].flatMap(([key, does]) => (does === action ? [key] : []));
  }

  /** The key to name in a hint; empty when a person has unbound it. */
  label<In extends Context>(context: In, action: ActionOf<In>): string {
    const key = this.all(context, action)[0];
    return key === undefined ? '' : shown(key);
  }

  /** `detach` as `ctrl-x d detach`; empty when there is no key for it. */
  hint<In extends Context>(context: In, action: ActionOf<In>, does: string): string {
    const key = this.label(context, action);
    return key === '' ? '' : `${key} ${does}`;
  }

  /** What may follow after the leader, with its word for the menu. */
  menu(after: string): readonly { readonly key: string; readonly action: string; readonly text: string }[] {
    const prefix = `${after} `;
    const entries = [...this.#byKey.global!].filter(([key]) => key.startsWith(prefix));
    const seen = new Set<string>();
    return entries.flatMap(([key, action]) => {
      const text = this.table.global![action]!.menu;
      if (text === undefined || seen.has(action)) return [];
      seen.add(action);
      return [{ key: shown(key.slice(prefix.length)), action, text }];
    });
  }

  /** Every action with its keys, for the list of all keys. */
  entries(): readonly { context: Context; action: string; keys: readonly string[]; help: string }[] {
    return Object.entries(this.table).flatMap(([context, actions]) =>
      Object.entries(actions).map(([action, { help }]) => ({
        context: context as Context,
        action,
        keys: this.all(context as Context, action as never).map(shown),
        help,
      })),
    );
  }
}

const signs: Readonly<Record<string, string>> = { left: '←', right: '→', up: '↑', down: '↓' };

/** As hints write it: arrows as arrows. */
export const shown = (keys: string): string =>
  keys.replaceAll(/(?<=^|[ -])(?<!page-)(left|right|up|down)(?=$| )/g, (arrow) => signs[arrow]!);

function boundIn(table: KeyTable, actions: KeyTable[string]): ReadonlyMap<string, string> {
  const leader = table.global!.leader!.keys;
  return new Map(
    Object.entries(actions).flatMap(([action, { keys }]) =>
      keys.flatMap((key) => {
        const sequence = readSequence(key, leader);
        return sequence ? [[sequence.join(' '), action] as const] : [];
      }),
    ),
  );
}

function prefixesOf(bindings: readonly string[]): ReadonlySet<string> {
  const prefixes = new Set<string>();
  for (const binding of bindings) {
    const keys = binding.split(' ');
    for (let length = 1; length < keys.length; length++) prefixes.add(keys.slice(0, length).join(' '));
  }
  return prefixes;
}

export const defaultKeys = new Keys();
