/** One session looked at over a client: every row once and in order, over reconnects too. */
import type { Row } from '../core/rows.ts';
import type { Client } from './client.ts';
import type { Attached, Live, Push, SessionView, Viewer } from './messages.ts';
import type { RequestOf } from './protocol.ts';

export interface AttachmentListener {
  readonly rows?: (rows: readonly Row[]) => void;
  readonly live?: (live: readonly (Live & { readonly clear?: boolean })[]) => void;
  readonly state?: (view: SessionView) => void;
  readonly presence?: (viewers: readonly Viewer[]) => void;
  readonly notice?: (notice: Extract<Push, { t: 'notice' }>) => void;
  /** Attached again after the daemon was away; what was missed has been given to `rows`. */
  readonly back?: (attached: Attached) => void;
  readonly bye?: (bye: Extract<Push, { t: 'bye' }>) => void;
  /** The way back ended: the session or the daemon refuses this client. */
  readonly lost?: (error: Error) => void;
}

export class Attachment implements Disposable {
  readonly session: string;
  readonly first: Attached;
  readonly #client: Client;
  readonly #ask: RequestOf<'attach'>;
  readonly #listener: AttachmentListener;
  readonly #subscriptions: Disposable[];
  #seq: number;

  /** Pushes wait here until whoever opened the attachment has it: they may come in the same breath as the answer. */
  #early: Push[] | undefined;

  private constructor(
    client: Client,
    ask: RequestOf<'attach'>,
    first: Attached,
    listener: AttachmentListener,
    early: Push[],
  ) {
    this.#client = client;
    this.session = first.view.session;
    this.#ask = { ...ask, session: this.session };
    this.first = first;
    this.#listener = listener;
    this.#seq = first.rows.at(-1)?.seq ?? first.view.head;
    this.#early = early;
    this.#subscriptions = [
      client.onPush((push) => (this.#early ? this.#early.push(push) : this.#push(push))),
      client.onState(({ state }) => {
        if (state === 'connected') void this.#again();
      }),
    ];
    setImmediate(() => this.#release());
  }

  #release() {
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const push of early) this.#push(push);
  }

  /** The rows of `first` are not given to the listener again. */
  static async open(client: Client, ask: RequestOf<'attach'>, listener: AttachmentListener): Promise<Attachment> {
    const early: Push[] = [];
    using _early = client.onPush((push) => early.push(push));
    return new Attachment(client, ask, await client.request('attach', ask), listener, early);
  }

  /** The newest row that was seen. */
  get seq() {
    return this.#seq;
  }

  [Symbol.dispose]() {
    for (const subscription of this.#subscriptions) subscription[Symbol.dispose]();
    this.#client.request('unattach', { session: this.session }).catch(() => {});
  }

  #push(push: Push) {
    switch (push.t) {
      case 'rows':
        if (push.session === this.session) this.#rows(push.rows);
        return;
      case 'delta':
        if (push.session === this.session) this.#listener.live?.(push.live);
        return;
      case 'state':
        if (push.view.session === this.session) this.#listener.state?.(push.view);
        return;
      case 'presence':
        if (push.session === this.session) this.#listener.presence?.(push.presence);
        return;
      case 'notice':
        if (push.session === undefined || push.session === this.session) this.#listener.notice?.(push);
        return;
      case 'bye':
        // A daemon that comes back at once is met again like one that crashed.
        if (!push.again && (push.session === undefined || push.session === this.session)) this.#listener.bye?.(push);
    }
  }

  #rows(rows: readonly Row[]) {
    const fresh = rows.filter(({ seq }) => seq > this.#seq);
    if (fresh.length === 0) return;
    this.#seq = fresh.at(-1)!.seq;
    this.#listener.rows?.(fresh);
  }

  async #again() {
    const { take: _, detachOthers: __, ...ask } = this.#ask;
    this.#early ??= [];
    try {
      const attached = await this.#client.request('attach', { ...ask, after: this.#seq });
      this.#rows(attached.rows);
      this.#listener.state?.(attached.view);
      this.#listener.presence?.(attached.presence);
      this.#listener.back?.(attached);
    } catch (error) {
      if (this.#client.state.state === 'connected') this.#listener.lost?.(error as Error);
    } finally {
      this.#release();
    }
  }
}
