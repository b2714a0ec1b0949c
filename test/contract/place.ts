/** A home with one host on it that can be killed and started again, and short words for what the contract's tests do to it. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { callActor, type SessionId, sessionActor, sessionId, uuidv7 } from '../../core/ids.ts';
import { draft, type Row, type RowKind, type RowOf } from '../../core/rows.ts';
import type { Settings } from '../../core/settings.ts';
import type { NewSession, Sent, SessionState } from '../../daemon/hosts/host.ts';
import { until } from '../daemon.ts';
import { yolo } from '../kernel/stepped.ts';
import { FakeEffects } from './effects.ts';
import type { ContractHost } from './remote.ts';

/** One life of a host. */
export interface Rig {
  readonly host: ContractHost;
  /** Ends it as SIGKILL does. */
  readonly crash: () => Promise<void>;
}
export type Make = (home: string, effects: FakeEffects) => Promise<Rig>;

export const newId = () => sessionId(uuidv7(Date.now(), randomBytes(10)));

export class Place implements AsyncDisposable {
  readonly home = mkdtempSync(join(tmpdir(), 'tcx-contract-'));
  readonly effects = new FakeEffects();
  readonly #make: Make;
  #rig: Rig | undefined;

  private constructor(make: Make) {
    this.#make = make;
  }

  static async open(make: Make): Promise<Place> {
    const place = new Place(make);
    await place.start();
    return place;
  }

  get host(): ContractHost {
    return this.#rig!.host;
  }

  async start() {
    this.#rig = await this.#make(this.home, this.effects);
  }
  crash = () => this.#rig!.crash();
  /** What the effects of the dead host were asked is nobody's any more. */
  async restart() {
    await this.crash();
    for (const begun of this.effects.begun) begun.over = true;
    await this.start();
  }

  async [Symbol.asyncDispose]() {
    await this.crash();
    rmSync(this.home, { recursive: true, force: true });
  }

  async create({
    session = newId(),
    settings = yolo,
    text,
    more = {},
  }: {
    session?: SessionId;
    settings?: Settings;
    text?: string;
    more?: Partial<NewSession>;
  } = {}): Promise<SessionId> {
    await this.host.create(session, this.born(session, settings, text, more));
    return session;
  }

  born(session: SessionId, settings: Settings, text?: string, more: Partial<NewSession> = {}): NewSession {
    const { approval, sandbox, tools } = settings;
    return {
      input: { session, cwd: '/w', rules: { approval, sandbox }, tools },
      rows: [draft('created', { cwd: '/w', source: 'client', settings })],
      ...(text !== undefined && { first: said(session, text, `new ${session}`) }),
      ...more,
    };
  }

  say = (session: SessionId, text: string, key: string = text): Promise<Sent> =>
    this.host.send(session, said(session, text, key));
  event = (session: SessionId, event: { type: string; [field: string]: unknown }, durable = true): Promise<Sent> =>
    this.host.send(session, { to: sessionActor(session), event, durable });
  decide = (session: SessionId, call: number, choice: string, key: string): Promise<Sent> =>
    this.host.send(session, {
      to: callActor(session, call),
      event: { type: 'decided', choice, key },
      key,
      durable: true,
    });

  rows = async (session: SessionId): Promise<readonly Row[]> => this.host.rows(session, 0, Number.MAX_SAFE_INTEGER);
  bodies = async <Kind extends RowKind>(session: SessionId, kind: Kind): Promise<RowOf<Kind>['body'][]> =>
    (await this.rows(session)).flatMap((row) => (row.kind === kind ? [row.body as RowOf<Kind>['body']] : []));
  /** As soon as there are so many rows of a kind. */
  has = <Kind extends RowKind>(session: SessionId, kind: Kind, count = 1): Promise<RowOf<Kind>['body'][]> =>
    until(async () => {
      const bodies = await this.bodies(session, kind);
      return bodies.length >= count ? bodies : undefined;
    }, `${count} rows ${kind}`);
  is = (session: SessionId, holds: (state: SessionState) => boolean, what: string): Promise<SessionState> =>
    until(async () => {
      const state = await this.host.state(session);
      return holds(state) ? state : undefined;
    }, what);
}

const said = (session: SessionId, text: string, key: string) => ({
  to: sessionActor(session),
  event: { type: 'said', text, mode: 'steer', key },
  key,
  durable: true,
});

/** The state of the session's own machine, as `{"turn":"acting"}`. */
export const stateOf = ({ tree }: SessionState) => JSON.stringify(tree.actors[sessionActor(tree.id)]?.value);
