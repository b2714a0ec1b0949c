/** Which session is looked at: opening one, going from one to another, and what it tells while it is open. */
import type { Row } from '../core/rows.ts';
import { Attachment, type AttachmentListener } from '../ipc/attachment.ts';
import type { Attached } from '../ipc/messages.ts';
import type { RequestOf } from '../ipc/protocol.ts';
import { newsText } from './divider.ts';
import { cleared } from './editor.ts';
import { type Hands, hint } from './hands.ts';
import type { Presence } from './presence.ts';
import type { Prompts } from './prompts.ts';
import { sentence } from './refusal.ts';
import { attached, cameBack, type Divider, divided, grown, heard, presented, stated } from './session-view.ts';
import type { Step } from './store.ts';

export type OpenHow = Pick<RequestOf<'attach'>, 'role' | 'take' | 'detachOthers'>;

export interface OpeningDeps {
  readonly hands: Hands;
  readonly presence: Presence;
  readonly prompts: Prompts;
  readonly minus: string;
  /** The session refuses this client from now on. */
  readonly lost: (error: Error) => void;
  readonly back: () => void;
  /** The provider did not take the key of a turn that somebody here looks at. */
  readonly refused: (why: string) => void;
}

/** The longest absence that is counted row by row. */
const newsRows = 10_000;
const needMs = 10_000;

export class Opening implements Disposable {
  readonly #deps: OpeningDeps;
  #attachment: Attachment | undefined;
  #last: string | undefined;
  /** Counts what was asked for: an answer that comes after another wish is not taken. */
  #wish = 0;

  constructor(deps: OpeningDeps) {
    this.#deps = deps;
  }

  [Symbol.dispose]() {
    this.#attachment?.[Symbol.dispose]();
    this.#attachment = undefined;
  }

  get isOpen() {
    return this.#attachment !== undefined;
  }

  /** Attaches. The draft of the session before this one stays with that one. */
  async open(ref: string, how: OpenHow = {}): Promise<void> {
    const { hands, presence, prompts } = this.#deps;
    const client = hands.client();
    if (!client) return;
    const wish = ++this.#wish;
    await presence.saveDraft();
    const { size, session: before } = hands.store.get();
    const teller = new Teller(this.#deps);
    const attachment = await Attachment.open(client, { session: ref, size, ...how }, teller.listener);
    if (wish !== this.#wish) {
      attachment[Symbol.dispose]();
      return;
    }
    this[Symbol.dispose]();
    this.#attachment = attachment;
    teller.session = attachment.session;
    if (before && before.view.session !== attachment.session) this.#last = before.view.session;
    const { first } = attachment;
    hands.wire.flush();
    hands.store.update((view) => {
      const editor = before ? cleared(view.editor) : view.editor;
      return attached({ ...view, editor, current: attachment.session, now: hands.now() }, first);
    });
    prompts.begin(ownPrompts(first, hands.store.get().me));
    presence.again();
    await this.#showNews(first);
  }

  /** The composer of a new session; the one that was shown goes on. */
  async newHere() {
    const { hands, presence } = this.#deps;
    this.#wish++;
    await presence.saveDraft();
    const { session } = hands.store.get();
    if (session) this.#last = session.view.session;
    this[Symbol.dispose]();
    hands.wire.flush();
    hands.store.update((view) => ({
      ...view,
      screen: 'start',
      session: null,
      current: null,
      editor: cleared(view.editor),
      anchor: undefined,
      popup: null,
      row: -1,
    }));
  }

  /** As `open`, for a key: a refusal is a line for the person. */
  async show(ref: string, how: OpenHow = {}) {
    try {
      await this.open(ref, how);
    } catch (error) {
      hint(this.#deps.hands, sentence(error), 'bad');
    }
  }

  async showLast() {
    if (this.#last) await this.show(this.#last);
    else hint(this.#deps.hands, 'there is no session before this one', 'dim');
  }

  async showNextNeed() {
    const { hands } = this.#deps;
    const found = await hands
      .client()
      ?.request('list', { what: 'awake' })
      .catch(() => undefined);
    const others = found?.sessions.filter(({ id }) => id !== hands.store.get().current) ?? [];
    const next =
      others.find(({ state }) => state === 'needs you') ?? others.find(({ state }) => state === 'done unread');
    if (next) await this.show(next.id);
    else hint(hands, 'nothing else needs you', 'dim');
  }

  /** A line where somebody stopped looking, with what has happened since. */
  async #showNews({ seen, rows, view: { session, head } }: Attached) {
    const { hands, minus } = this.#deps;
    if (seen.at === 0 || seen.seq >= head) return;
    const whole = (rows[0]?.seq ?? head + 1) <= seen.seq + 1;
    const client = hands.client();
    const asked = { session, after: seen.seq, limit: newsRows };
    const missed =
      whole || !client ? rows.filter(({ seq }) => seq > seen.seq) : (await client.request('rows', asked)).rows;
    const ago = hands.now() - seen.at;
    const text = newsText(missed, ago, hands.store.get().me, minus);
    if (text === undefined) return;
    const divider: Divider = { after: seen.seq, text };
    hands.store.update((view) => divided(view, session, divider));
    this.#pointUp(divider);
  }

  /** When the line is above the screen somebody has to be told of it. */
  #pointUp({ after, text }: Divider) {
    const { hands } = this.#deps;
    const { session, size } = hands.store.get();
    const since = session?.transcript.cells.filter(({ seq }) => seq > after).length ?? 0;
    const ago = /since you left (\S+)/.exec(text)?.[1] ?? '';
    if (since > size.rows / 3)
      hint(
        hands,
        `↑ ${ago} of news · ${hands.store.get().keys.label('global', 'open_transcript')} pages through it`,
        'dim',
      );
  }
}

/** The wires tell a 401 apart in their own ways. */
function keyRefusal(rows: readonly Row[]): string | undefined {
  const ended = rows.findLast((row) => row.kind === 'turn.ended');
  const error = ended?.kind === 'turn.ended' ? ended.body.error : undefined;
  if (!error) return undefined;
  return error.code === 'unauthorized' || /^unexpected status 401\b/.test(error.message) ? error.message : undefined;
}

const ownPrompts = ({ rows }: Attached, me: string): string[] =>
  rows.flatMap((row) => (row.kind === 'user' && row.body.by === me ? [row.body.text] : [])).reverse();

/** Tells the view what one attachment hears, and nothing of it once another session is shown. */
class Teller {
  readonly #deps: OpeningDeps;
  session = '';

  constructor(deps: OpeningDeps) {
    this.#deps = deps;
  }

  readonly listener: AttachmentListener = {
    rows: (rows) => {
      this.#tell((view) => grown(view, rows), true);
      const why = keyRefusal(rows);
      if (why !== undefined) this.#deps.refused(why);
    },
    live: (live) => this.#tell((view) => heard(view, live, this.#deps.hands.now())),
    presence: (viewers) => this.#tell((view) => presented(view, viewers)),
    state: (state) => {
      const before = this.#deps.hands.store.get().session?.view.elsewhere ?? 0;
      this.#tell((view) => ({ ...stated(view, state), now: this.#deps.hands.now() }));
      if (state.elsewhere > before) void this.#tellNeed();
    },
    notice: ({ text, level }) =>
      hint(this.#deps.hands, text, ({ info: 'dim', warning: 'warn', error: 'bad' } as const)[level]),
    back: (again) => {
      this.#tell((view) => cameBack(view, again));
      this.#deps.back();
    },
    lost: (error) => this.#deps.lost(error),
  };

  #tell(step: Step, urgent = false) {
    const { wire } = this.#deps.hands;
    wire.push((view) => (view.session?.view.session === this.session ? step(view) : view), urgent);
  }

  /** The newest question of another session, at the right of the hints for a while. */
  async #tellNeed() {
    const { hands } = this.#deps;
    const found = await hands
      .client()
      ?.request('inbox', {})
      .catch(() => undefined);
    const newest = found?.approvals.filter(({ session }) => session !== this.session).at(-1);
    if (!newest) return;
    const need = { text: `! ${newest.name} ${newest.approval}`, until: hands.now() + needMs };
    hands.store.update((view) => ({ ...view, need, now: hands.now() }));
  }
}
