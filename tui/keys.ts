/** Every key, by what it does and where: the one table, in the words of `[tui.keymap.<context>]`. */

export const keymap = {
  global: {
    leader: ['ctrl-x'],
    interrupt_or_leave: ['ctrl-c'],
    suspend: ['ctrl-z'],
    leave_at_once: ['ctrl-\\'],
    redraw: ['ctrl-l'],
    details: ['ctrl-t'],
  },
  chat: {
    interrupt_turn: ['esc'],
    edit_queued_message: ['shift-left', 'alt-up'],
    page_up: ['page-up'],
    page_down: ['page-down'],
    scroll_home: ['ctrl-home'],
    scroll_end: ['ctrl-end'],
    detach: ['ctrl-d'],
    open_agents: ['left'],
    show_keys: ['?'],
  },
  composer: { submit: ['enter'], queue: ['tab'], previous: ['up'], next: ['down'] },
  editor: {
    insert_newline: ['ctrl-j', 'shift-enter', 'alt-enter', 'ctrl-enter'],
    move_left: ['left', 'ctrl-b'],
    move_right: ['right', 'ctrl-f'],
    move_up: ['up', 'ctrl-p'],
    move_down: ['down', 'ctrl-n'],
    word_left: ['alt-b', 'alt-left', 'ctrl-left'],
    word_right: ['alt-f', 'alt-right', 'ctrl-right'],
    line_start: ['ctrl-a', 'home'],
    line_end: ['ctrl-e', 'end'],
    delete_backward: ['backspace', 'ctrl-h', 'shift-backspace'],
    delete_forward: ['ctrl-d', 'delete'],
    delete_word_backward: ['ctrl-w', 'alt-backspace', 'ctrl-backspace'],
    delete_word_forward: ['alt-d', 'alt-delete', 'ctrl-delete'],
    kill_to_start: ['ctrl-u'],
    kill_to_end: ['ctrl-k'],
    yank: ['ctrl-y'],
    undo: ['ctrl-/'],
  },
  leader: {
    detach: ['d'],
    agents: ['a', 'w'],
    new_session: ['c'],
    next_need: ['n'],
    last_session: ['l'],
    watch: ['v'],
    look_at_question: ['y'],
    stop: ['x'],
    keys: ['?'],
  },
  question: {
    move_up: ['up', 'ctrl-p'],
    move_down: ['down', 'ctrl-n'],
    accept: ['enter'],
    decline: ['esc'],
    next: ['tab'],
  },
  list: {
    move_up: ['up', 'ctrl-p', 'k'],
    move_down: ['down', 'ctrl-n', 'j'],
    home: ['home'],
    end: ['end'],
    accept: ['enter'],
    cancel: ['esc'],
    close: ['q'],
  },
} as const satisfies Keymap;

export type Keymap = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
export type Context = keyof typeof keymap;
export type ActionOf<In extends Context> = keyof (typeof keymap)[In] & string;

const byKey: Readonly<Record<string, ReadonlyMap<string, string>>> = Object.fromEntries(
  Object.entries(keymap as Keymap).map(([context, actions]) => [
    context,
    new Map(Object.entries(actions).flatMap(([action, keys]) => keys.map((key) => [key, action] as const))),
  ]),
);

/** What a key does in a context; undefined when it does nothing there. */
export const actionOf = <In extends Context>(context: In, key: string): ActionOf<In> | undefined =>
  byKey[context]!.get(key) as ActionOf<In> | undefined;

/** The first key that does a thing, for hints. */
export const keyOf = <In extends Context>(context: In, action: ActionOf<In>): string =>
  ((keymap as Keymap)[context]![action] as readonly string[])[0]!;

/** What follows the leader, as the one-line menu has it. */
export const leaderMenu: readonly { readonly action: ActionOf<'leader'>; readonly text: string }[] = [
  { action: 'detach', text: 'detach' },
  { action: 'agents', text: 'all' },
  { action: 'new_session', text: 'new' },
  { action: 'next_need', text: 'need' },
  { action: 'last_session', text: 'last' },
  { action: 'look_at_question', text: 'question' },
  { action: 'watch', text: 'watch' },
  { action: 'stop', text: 'stop' },
  { action: 'keys', text: 'keys' },
];

/** For the list of all keys: what the names do not say by themselves. */
export const keyHelp: readonly (readonly [keys: string, does: string])[] = [
  ['enter', 'send; while a turn runs: steer it'],
  ['tab', 'queue as the next turn'],
  ['esc', 'interrupt the turn at once'],
  ['ctrl-c', 'close, clear, interrupt, leave: one a press'],
  ['ctrl-x d', 'detach: the turn goes on (also ctrl-d on an empty line)'],
  ['ctrl-x a', 'all sessions (also ← on an empty line)'],
  ['ctrl-x y', 'look at the open question'],
  ['ctrl-x c', 'a new session here; this one goes on'],
  ['ctrl-x n', 'the next session that needs you'],
  ['ctrl-x l', 'the session before this one, back and forth'],
  ['ctrl-x v', 'only watch, or drive again'],
  ['ctrl-x x', 'stop the turn, or the session'],
  ['ctrl-j', 'a new line (also shift-enter, alt-enter, \\ enter)'],
  ['shift-left', 'edit the last queued message'],
  ['page-up, page-down', 'scroll; ctrl-end goes to the end'],
  ['ctrl-t', 'whole outputs and diffs'],
  ['ctrl-a e b f w u k y', 'as in Emacs'],
  ['ctrl-z', 'back to the shell; fg comes back'],
  ['ctrl-\\', 'leave at once'],
];
