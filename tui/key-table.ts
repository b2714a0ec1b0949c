/**
 * Every key, where it means something and what it does there: the one table. What keys do, the hints, the leader's menu and
 * the list of all keys come from it. Contexts and actions are the words of `[tui.keymap.<context>]`, Codex's where it has one.
 */

export interface Binding {
  /** Single keys, or sequences with blanks between; `leader` stands for the leader key. */
  readonly keys: readonly string[];
  readonly help: string;
  /** One word for the leader's menu. */
  readonly menu?: string;
}

const on = (keys: string, help: string, menu?: string): Binding => ({
  keys: keys === '' ? [] : keys.split(', '),
  help,
  ...(menu && { menu }),
});

const movement = {
  move_up: on('up, ctrl-p, k', 'up'),
  move_down: on('down, ctrl-n, j', 'down'),
  page_up: on('page-up, ctrl-b', 'a page up'),
  page_down: on('page-down, ctrl-f', 'a page down'),
  home: on('home', 'to the first'),
  end: on('end', 'to the last'),
};

export const keyTable = {
  /** On every screen. */
  global: {
    leader: on('ctrl-x', 'begins the keys of the home'),
    interrupt_or_leave: on('ctrl-c', 'close, clear, interrupt, leave: one a press'),
    suspend: on('ctrl-z', 'back to the shell; fg comes back'),
    leave_at_once: on('ctrl-\\', 'leave at once, whatever is stuck'),
    clear_terminal: on('ctrl-l', 'draw the screen anew'),
    open_transcript: on('ctrl-t, leader [', 'page through the transcript, with whole outputs', 'transcript'),
    find_transcript: on('f3', 'search the transcript'),
    detach: on('leader d', 'detach: the turn goes on', 'detach'),
    open_agents: on('leader a, leader w', 'all sessions', 'agents'),
    pick_session: on('leader s', 'another session: type to find it', 'switch'),
    next_need: on('leader n', 'the next session that needs you', 'need'),
    open_inbox: on('leader i', 'all open questions', 'inbox'),
    last_session: on('leader l', 'the session before this one, back and forth', 'last'),
    previous_session: on('leader (', 'the previous session of this folder'),
    next_session: on('leader )', 'the next session of this folder'),
    nth_session: on(
      'leader 1, leader 2, leader 3, leader 4, leader 5, leader 6, leader 7, leader 8, leader 9',
      'that row of the agents screen',
    ),
    new_session: on('leader c', 'a new session here; this one goes on', 'new'),
    rename_session: on('leader ,', 'another name for this session', 'rename'),
    stop_session: on('leader x', 'stop the turn, or the session', 'stop'),
    toggle_watching: on('leader v', 'only watch, or drive again', 'watch'),
    look_at_question: on('leader y', 'look at the open question', 'question'),
    show_who: on('leader D', 'who is attached', 'who'),
    toggle_side_pane: on('leader z', 'the side pane, on or off', 'pane'),
    focus_activity: on('f4', 'into the side pane'),
    toggle_clock: on('leader t', 'when things happened, on or off', 'clock'),
    show_keys: on('leader ?', 'all keys and commands', 'keys'),
    show_warnings: on('f2', 'the warnings so far'),
    copy: on('ctrl-o', 'copy the last answer, or a part of it'),
    toggle_raw_output: on('alt-r', 'text as it came, without layout'),
    open_external_editor: on('ctrl-g, leader ctrl-e', 'write in your own editor', 'editor'),
    toggle_vim_mode: on('', 'vim keys in the composer, on or off'),
  },
  /** A session's screen and the start. */
  chat: {
    interrupt_turn: on('esc', 'interrupt the turn at once; twice on an empty line: back to an earlier message'),
    edit_queued_message: on('shift-left, alt-up', 'take back the last queued message'),
    page_up: on('page-up', 'scroll up'),
    page_down: on('page-down', 'scroll down'),
    scroll_home: on('ctrl-home', 'to the beginning'),
    scroll_end: on('ctrl-end', 'to the end'),
    next_agent: on('alt-right', 'the next agent of this session, on an empty line'),
    previous_agent: on('alt-left', 'the agent before, on an empty line'),
  },
  /** In the session's screen, while nothing is typed. */
  empty: {
    detach: on('ctrl-d', 'detach: the turn goes on'),
    open_agents: on('left', 'all sessions'),
    show_keys: on('?', 'all keys and commands'),
    scroll_end: on('end', 'to the end'),
    take_suggestion: on('tab, right', 'take the suggestion'),
  },
  composer: {
    submit: on('enter', 'send; while a turn runs: into it'),
    queue: on('tab', 'queue as the next turn'),
    previous: on('up', 'the prompt before'),
    next: on('down', 'the prompt after'),
    history_search_previous: on('ctrl-r', 'search what was asked before'),
    paste_image: on('ctrl-v, ctrl-alt-v', 'the image of the clipboard'),
  },
  /** The list over the composer: commands after `/`, files after `@`. */
  completion: {
    move_up: on('up, ctrl-p', 'up'),
    move_down: on('down, ctrl-n', 'down'),
    accept: on('enter', 'take it; a command runs'),
    complete: on('tab', 'take it into the text'),
    cancel: on('esc', 'away with the list'),
  },
  /** While ctrl-r searches. */
  history_search: {
    previous: on('ctrl-r, up', 'older'),
    next: on('ctrl-s, down', 'newer'),
    accept: on('enter, tab', 'take it'),
    cancel: on('esc, ctrl-g', 'as it was before'),
    delete_backward: on('backspace, ctrl-h', 'one letter less'),
  },
  /** After Esc twice: going back to an earlier message. */
  backtrack: {
    previous: on('esc, left, h', 'an older message'),
    next: on('right, l', 'a newer message'),
    accept: on('enter', 'go on from before it'),
    cancel: on('q', 'stay'),
  },
  editor: {
    insert_newline: on('ctrl-j, shift-enter, alt-enter, ctrl-enter', 'a new line (also \\ and enter)'),
    move_left: on('left, ctrl-b', 'left'),
    move_right: on('right, ctrl-f', 'right'),
    move_up: on('up, ctrl-p', 'up'),
    move_down: on('down, ctrl-n', 'down'),
    move_word_left: on('alt-b, alt-left, ctrl-left', 'a word left'),
    move_word_right: on('alt-f, alt-right, ctrl-right', 'a word right'),
    move_line_start: on('ctrl-a, home', 'to the start of the line'),
    move_line_end: on('ctrl-e, end', 'to the end of the line'),
    delete_backward: on('backspace, ctrl-h, shift-backspace', 'delete backward'),
    delete_forward: on('ctrl-d, delete', 'delete forward'),
    delete_backward_word: on('ctrl-w, alt-backspace, ctrl-backspace', 'delete a word backward'),
    delete_forward_word: on('alt-d, alt-delete, ctrl-delete', 'delete a word forward'),
    kill_line_start: on('ctrl-u', 'delete to the start of the line'),
    kill_line_end: on('ctrl-k', 'delete to the end of the line'),
    kill_whole_line: on('', 'delete the whole line'),
    yank: on('ctrl-y', 'put back what was deleted'),
    undo: on('ctrl-/', 'undo'),
  },
  approval: {
    move_up: on('up, ctrl-p', 'up'),
    move_down: on('down, ctrl-n', 'down'),
    accept: on('enter', 'answer with the marked choice'),
    approve: on('y', 'yes, once'),
    approve_for_session: on('a', 'yes, in this session'),
    approve_for_prefix: on('p', 'yes, always'),
    deny: on('d', 'no, go on without'),
    decline: on('esc, n, c', 'no, and end the turn'),
    next: on('tab', 'the next question'),
    open_fullscreen: on('ctrl-a', 'the whole of it'),
    open_thread: on('o', 'the session that asks'),
    put_down: on('space', 'down to its bar'),
  },
  list: {
    ...movement,
    search: on('/', 'type to find'),
    accept: on('enter', 'take the marked row'),
    cancel: on('esc', 'back'),
    close: on('q', 'back'),
  },
  agents: {
    open: on('enter', 'open'),
    open_watching: on('v', 'open, only watching'),
    answer: on('space', 'answer its question'),
    say: on('s', 'say something to it'),
    next_need: on('tab', 'the next that needs you'),
    new_task: on('n', 'a new task in its folder'),
    new_worktree: on('w', 'a new task in a new worktree'),
    fork: on('f', 'fork'),
    rename: on('r', 'rename'),
    archive: on('a', 'archive'),
    hide: on('h', 'hide'),
    stop: on('x', 'stop the turn'),
    stop_tree: on('X', 'stop the whole tree'),
    delete: on('backspace', 'delete'),
    unfold: on('right', 'show its agents'),
    fold: on('left', 'hide its agents'),
    only_here: on('.', 'only this folder, or all'),
    toggle_grouping: on('g', 'group by state, folder or model'),
    search: on('/, f3', 'find'),
    toggle_unread: on('u', 'only unread, or all'),
    show_keys: on('?', 'all keys'),
    back: on('esc, q', 'back'),
    move_up: on('up, ctrl-p, k', 'up'),
    move_down: on('down, ctrl-n, j', 'down'),
    page_up: on('page-up', 'a page up'),
    page_down: on('page-down', 'a page down'),
    home: on('home', 'to the first'),
    end: on('end', 'to the last'),
  },
  inbox: {
    answer: on('space, enter', 'answer it'),
    answer_all: on('A', 'the marked answer for all that ask the same'),
    open_thread: on('o', 'the session that asks'),
  },
  picker: {
    toggle_everywhere: on('tab', 'this folder, or all'),
    toggle_archived: on('ctrl-a', 'archived ones, or active ones'),
    toggle_sort: on('ctrl-s', 'by last change, or by beginning'),
    preview: on('ctrl-t', 'what was said last'),
  },
  pager: {
    scroll_up: on('up, k', 'a line up'),
    scroll_down: on('down, j', 'a line down'),
    page_up: on('page-up, ctrl-b, shift-space', 'a page up'),
    page_down: on('page-down, ctrl-f, space', 'a page down'),
    half_page_up: on('ctrl-u', 'half a page up'),
    half_page_down: on('ctrl-d', 'half a page down'),
    home: on('home, g', 'to the beginning'),
    end: on('end, G', 'to the end'),
    find: on('/, f3', 'find'),
    find_next: on('n', 'the next match'),
    find_previous: on('N', 'the match before'),
    close: on('q, esc', 'close'),
    close_transcript: on('ctrl-t', 'close'),
  },
} as const satisfies KeyTable;

export type KeyTable = Readonly<Record<string, Readonly<Record<string, Binding>>>>;
export type Context = keyof typeof keyTable;
export type ActionOf<In extends Context> = keyof (typeof keyTable)[In] & string;

/** What the list of all keys calls a context. */
export const contextTitles: Readonly<Record<Context, string>> = {
  global: 'Everywhere',
  chat: 'In a session',
  empty: 'In a session, with nothing typed',
  composer: 'Sending',
  completion: 'The list after / or @',
  history_search: 'Searching earlier prompts',
  backtrack: 'Going back to an earlier message',
  editor: 'Editing',
  approval: 'A question',
  list: 'Lists',
  agents: 'All sessions',
  inbox: 'Open questions',
  picker: 'Picking a session',
  pager: 'Paging',
};
