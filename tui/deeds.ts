/** What the keys of the context `global` do: one row a thing, by its name in the key table. */
import type { ActDeps } from './act-deps.ts';
import { openCopy } from './copy-keys.ts';
import { editOutside } from './edit-outside.ts';
import { showInbox } from './inbox-overlay.ts';
import type { Key } from './inputs.ts';
import type { ActionOf } from './keys.ts';
import { askName, showBeside, showNth, showWho } from './leader-deeds.ts';
import { openTranscript } from './pager-keys.ts';
import { showPicker } from './picker-keys.ts';
import { openPopup } from './popup.ts';
import { lookAtQuestion } from './question-keys.ts';
import { focusPane, togglePane } from './side-pane-keys.ts';
import { isWatching } from './view.ts';
import { toggleVim } from './vim-keys.ts';

export type Deed = (deps: ActDeps, key: Key) => void;

/** Those of `Acts` that work whatever is on the screen are not here. A thing without a row is listed nowhere. */
export const deeds: Partial<Record<ActionOf<'global'>, Deed>> = {
  open_transcript: (deps) => openTranscript(deps),
  find_transcript: (deps) => openTranscript(deps, ''),
  detach: ({ desk }) => void desk.leave(),
  open_agents: ({ desk }) => desk.lists.showAgents(),
  pick_session: (deps) => showPicker(deps, 'switch', true),
  open_inbox: (deps) => showInbox(deps),
  previous_session: (deps) => void showBeside(deps, -1),
  next_session: (deps) => void showBeside(deps, 1),
  nth_session: (deps, { name }) => void showNth(deps, Number(name.at(-1))),
  rename_session: (deps) => askName(deps),
  show_who: (deps) => showWho(deps),
  new_session: ({ desk }) => void desk.opening.newHere().then(() => desk.lists.refresh()),
  next_need: ({ desk }) => void desk.opening.showNextNeed(),
  last_session: ({ desk }) => void desk.opening.showLast(),
  toggle_watching({ desk, store }) {
    const role = isWatching(store.get()) ? 'drive' : 'watch';
    void desk.asks.ask((client, session) => client.request('presence', { session, role }));
  },
  look_at_question: (deps) => lookAtQuestion(deps),
  copy: (deps) => void openCopy(deps),
  toggle_side_pane: (deps) => togglePane(deps),
  focus_activity: (deps) => focusPane(deps),
  stop_session(deps) {
    if (deps.store.get().session) openPopup(deps, { kind: 'stop' });
  },
  open_external_editor: (deps) => void editOutside(deps),
  toggle_vim_mode: (deps) => toggleVim(deps),
  show_keys: (deps) => openPopup(deps, { kind: 'keys', query: '', from: 0 }),
};

const always: readonly string[] = ['leader', 'interrupt_or_leave', 'suspend', 'leave_at_once', 'clear_terminal'];

/** Whether something comes of it. */
export const isDone = (action: string): boolean => always.includes(action) || action in deeds;
