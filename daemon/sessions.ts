/**
 * The sessions of a home as people know them: names, lists, views, open questions. Stands on the host for what is true now
 * and on the index for what sleeps.
 */
import { callText } from '../core/call-text.ts';
import { costOf } from '../core/cost.ts';
import { isSessionId, type SessionId } from '../core/ids.ts';
import { modelInfo } from '../core/models.ts';
import type { Row } from '../core/rows.ts';
import type { Approval, SessionInfo, SessionView } from '../ipc/messages.ts';
import { TcxError } from './errors.ts';
import type { Handles } from './handles.ts';
import type { Committed, Host, SessionState } from './hosts/host.ts';
import type { Index, Indexed, SessionQuery } from './index-db.ts';
import type { MarkStore } from './marks.ts';
import { describe, openQuestions, sessionContext } from './views.ts';

export interface SessionsDeps {
  readonly host: Host;
  readonly index: Index;
  readonly handles: Handles;
  readonly marks: MarkStore;
  readonly viewers: (session: SessionId) => number;
  /** Tells the index what it was not told yet: whoever asks it wants to see what was just done. */
  readonly catchUp: () => void;
}

/** Texts of the newest calls a session, for its line in the tables. */
const callTextLimit = 128;
/** Open calls are looked for this far back; one that is older is shown by its number. */
const recentRows = 2000;
const candidateLimit = 5;
/** Characters of a waiting message in a view, which is sent at every change; its row has all of them. */
const pendingText = 256 * 1024;

export class Sessions {
  readonly #deps: SessionsDeps;
  readonly #calls = new Map<SessionId, Map<number, string>>();
  /** Seq up to which somebody looked, of the sessions that are loaded. */
  readonly #seen = new Map<SessionId, number>();

  constructor(deps: SessionsDeps) {
    this.#deps = deps;
  }

  /** The session a reference means: id, prefix of one, name, or `.` for the newest of this directory. */
  resolve(ref: string, cwd: string): SessionId {
    const { handles } = this.#deps;
    if (isSessionId(ref)) return ref;
    if (ref === '.') {
      const newest = this.#newest(cwd);
      if (newest) return newest;
      throw new TcxError('no-session', `there is no session in ${cwd}`, 'tcx ls --all');
    }
    const named = handles.id('session', ref);
    if (named) return named as SessionId;
    const candidates = /^[0-9a-f-]{4,}$/.test(ref) ? this.#byPrefix(ref) : [];
    if (candidates.length === 1) return candidates[0]!;
    if (candidates.length > 1)
      throw ambiguous(
        ref,
        candidates.map((id) => this.name(id)),
      );
    const alike = handles.sessionNames().filter(({ name }) => name.startsWith(ref));
    const ids = [...new Set(alike.map(({ id }) => id))];
    if (ids.length === 1) return ids[0] as SessionId;
    if (ids.length > 1)
      throw ambiguous(
        ref,
        alike.map(({ name }) => name),
      );
    throw new TcxError('no-session', `no session is called ${ref}`, 'tcx ls --all');
  }

  name = (session: SessionId) => this.#deps.handles.handle('session', session) ?? session.slice(0, 8);

  /** The session, call and actor of an approval's handle. */
  async approval(
    handle: string,
  ): Promise<{ session: SessionId; actor: string; call: number; open: Approval | undefined }> {
    const id = this.#deps.handles.id('approval', handle) ?? handle;
    const match = /^([0-9a-f-]{36})\/c(\d+)\?$/.exec(id);
    if (!match) throw new TcxError('no-approval', `there is no approval ${handle}`, 'tcx inbox');
    const session = match[1] as SessionId;
    const open = (await this.questions(await this.#deps.host.state(session))).find((approval) => approval.id === id);
    return { session, actor: `${session}/c${match[2]}`, call: Number(match[2]), open };
  }

  /** Keeps what a view needs of the rows that pass by. */
  note({ session, rows }: Committed) {
    for (const row of rows) if (row.kind === 'call') this.#noteCall(session, row);
  }

  forget(session: SessionId) {
    this.#calls.delete(session);
    this.#seen.delete(session);
    this.#deps.marks.forget(session);
  }

  /** Somebody looks at the end of a session. */
  async saw(session: SessionId, seq: number, at: number) {
    if (seq <= (this.#seen.get(session) ?? -1)) return;
    this.#seen.set(session, seq);
    await this.#deps.marks.saw(session, { seq, at });
  }

  async seen(session: SessionId): Promise<number> {
    const known = this.#seen.get(session);
    if (known !== undefined) return known;
    const { seen } = await this.#deps.marks.get(session);
    this.#seen.set(session, seen.seq);
    return seen.seq;
  }

  /** The open questions of a session, each with its handle: given before anybody sees it. */
  async questions({ session, tree, meta }: SessionState): Promise<Approval[]> {
    const name = this.name(session);
    return Promise.all(
      openQuestions(tree).map(async ({ actor, call, question }) => ({
        approval: await this.#deps.handles.number('approval', `${actor}?`),
        id: `${actor}?`,
        session,
        name,
        call,
        since: meta.changedAt,
        kind: question.kind,
        summary: question.summary,
        because: question.because,
        cwd: question.cwd,
        choices: question.choices,
      })),
    );
  }

  async inbox(): Promise<Approval[]> {
    const all = await Promise.all(this.#deps.host.list().map((state) => this.questions(state)));
    return all.flat().sort((a, b) => a.since - b.since);
  }

  async view(state: SessionState): Promise<SessionView> {
    const { session, tree, meta } = state;
    await this.#prepare(state);
    const questions = await this.questions(state);
    const described = describe(state, {
      unread: this.#isUnread(state),
      callText: (call) => this.callText(session, call),
    });
    const context = sessionContext(tree);
    const info = modelInfo(meta.settings.model);
    const cost = costOf(meta.usage, info.prices);
    const left = Object.entries(context?.commands ?? {}).filter(([, { left, over }]) => left && !over);
    const commands = await Promise.all(
      left.map(async ([n]) => ({
        n: Number(n),
        handle: await this.#deps.handles.number('command', `${session}/p${n}`),
        cmd: this.callText(session, Number(n)),
        since: meta.changedAt,
      })),
    );
    return {
      session,
      name: this.name(session),
      head: tree.seq,
      ...described,
      since: meta.changedAt,
      turn: context?.turn ?? 0,
      cwd: meta.cwd,
      settings: meta.settings,
      usage: meta.usage,
      contextTokens: meta.contextTokens,
      contextWindow: info.window,
      ...(cost !== undefined && { cost }),
      pending: (context?.pending ?? []).map((said) => ({ ...said, text: said.text.slice(0, pendingText) })),
      held: context?.held ?? false,
      questions,
      commands,
      elsewhere: this.#deps.host
        .list()
        .reduce((sum, other) => sum + (other.session === session ? 0 : openQuestions(other.tree).length), 0),
    };
  }

  /** One line for the tables, of a session that is loaded. */
  async info(state: SessionState): Promise<SessionInfo> {
    await this.#prepare(state);
    const described = describe(state, {
      unread: this.#isUnread(state),
      callText: (call) => this.callText(state.session, call),
    });
    return { ...this.#about(state.session, state.meta), state: described.state, what: described.what };
  }

  /** Awake: loaded and doing something, or waiting for somebody, or looked at. */
  async awake(): Promise<SessionInfo[]> {
    const infos = await Promise.all(this.#deps.host.list().map((state) => this.info(state)));
    return infos
      .filter(({ state, viewers }) => viewers > 0 || !['idle', 'done', 'asleep', 'stopped'].includes(state))
      .sort(byUrgency);
  }

  /** How many sessions there are, and what a day cost. */
  totals(day: string): { known: number; today?: number } {
    const today = this.#deps.index.spent(day);
    return { known: this.#deps.index.count(), ...(today !== undefined && { today }) };
  }

  async list(query: SessionQuery): Promise<{ sessions: SessionInfo[]; total: number }> {
    this.#deps.catchUp();
    const { sessions, total } = this.#deps.index.list(query);
    const loaded = new Map(this.#deps.host.list().map((state) => [state.session, state]));
    const infos = await Promise.all(
      sessions.map(async (indexed) => {
        const state = loaded.get(indexed.session);
        const info = state ? await this.info(state) : await this.#sleeping(indexed);
        return indexed.snippet === undefined ? info : { ...info, snippet: indexed.snippet };
      }),
    );
    return { sessions: infos, total };
  }

  /** The names of those that read this one's rows as their own beginning. */
  forksOf(session: SessionId): string[] {
    this.#deps.catchUp();
    return this.#deps.index.forksOf(session).map((fork) => this.name(fork.session));
  }

  callText = (session: SessionId, call: number) => this.#calls.get(session)?.get(call) ?? `call ${call}`;

  async #sleeping({ session, meta }: Indexed): Promise<SessionInfo> {
    const { seen } = await this.#deps.marks.get(session);
    const unread = meta.ended !== null && seen.at < meta.ended.at;
    const state = meta.stopped
      ? 'stopped'
      : meta.ended?.status === 'failed'
        ? 'failed'
        : unread
          ? 'done unread'
          : meta.ended
            ? 'done'
            : 'asleep';
    return { ...this.#about(session, meta), state, what: meta.error ?? meta.last ?? meta.title };
  }

  #about(session: SessionId, meta: SessionState['meta']) {
    const cost = costOf(meta.usage, modelInfo(meta.settings.model).prices);
    return {
      id: session,
      name: this.name(session),
      title: meta.title,
      since: meta.changedAt,
      cwd: meta.cwd,
      model: meta.settings.model,
      provider: meta.settings.provider,
      source: meta.source,
      created: meta.createdAt,
      updated: meta.updatedAt,
      turns: meta.turns,
      usage: meta.usage,
      ...(cost !== undefined && { cost }),
      archived: meta.archived,
      viewers: this.#deps.viewers(session),
    };
  }

  #isUnread = ({ session, tree }: SessionState) => (this.#seen.get(session) ?? 0) < tree.seq;

  /** What a view says without waiting has to be known first: how far was looked, and what the open calls are. */
  async #prepare({ session, tree }: SessionState) {
    await this.seen(session);
    if (this.#calls.has(session)) return;
    this.#calls.set(session, new Map());
    const context = sessionContext(tree);
    const open = [...(context?.calls ?? []).map(({ n }) => n), ...Object.keys(context?.commands ?? {}).map(Number)];
    if (open.length === 0) return;
    const recent = await this.#deps.host.rows(session, Math.max(0, tree.seq - recentRows), recentRows);
    for (const row of recent) if (row.kind === 'call') this.#noteCall(session, row);
  }

  #noteCall(session: SessionId, { body }: Extract<Row, { kind: 'call' }>) {
    const calls = this.#calls.get(session) ?? new Map<number, string>();
    this.#calls.set(session, calls);
    calls.set(body.call, callText(body.name, body.args));
    const [oldest] = calls.keys();
    if (calls.size > callTextLimit && oldest !== undefined) calls.delete(oldest);
  }

  #newest(cwd: string): SessionId | undefined {
    const loaded = this.#deps.host.list().filter(({ meta }) => meta.cwd === cwd && !meta.archived);
    const newest = loaded.sort((a, b) => b.meta.updatedAt - a.meta.updatedAt)[0];
    const indexed = this.#deps.index.newest(cwd);
    if (!newest || !indexed) return newest?.session ?? indexed?.session;
    return newest.meta.updatedAt >= indexed.meta.updatedAt ? newest.session : indexed.session;
  }

  #byPrefix(prefix: string): SessionId[] {
    const loaded = this.#deps.host.list().map(({ session }) => session as string);
    const known = this.#deps.index.byPrefix(prefix).map(({ session }) => session as string);
    return [...new Set([...loaded.filter((id) => id.startsWith(prefix)), ...known])] as SessionId[];
  }
}

const order = [
  'needs you',
  'quarantined',
  'disk full',
  'waiting for Temporal',
  'failed',
  'thinking',
  'acting',
  'stopping',
  'parked',
  'done unread',
];
const rank = ({ state }: SessionInfo) => (order.includes(state) ? order.indexOf(state) : order.length);
const byUrgency = (a: SessionInfo, b: SessionInfo) => rank(a) - rank(b) || b.updated - a.updated;

function ambiguous(ref: string, names: readonly string[]): TcxError {
  const some = names.slice(0, candidateLimit).join(', ');
  const more = names.length > candidateLimit ? ` and ${names.length - candidateLimit} more` : '';
  return new TcxError('ambiguous', `${ref} could mean ${some}${more}`, 'give more of the name or id');
}
