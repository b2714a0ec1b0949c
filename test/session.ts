/** A session that a test drives over the wire: what is said to it, every row it shows, and waits for states of it. */
import { randomBytes } from 'node:crypto';
import { uuidv7 } from '../core/ids.ts';
import type { Bodies, Row, RowKind } from '../core/rows.ts';
import { Attachment } from '../ipc/attachment.ts';
import type { Client } from '../ipc/client.ts';
import type { Approval, Live, SessionView } from '../ipc/messages.ts';
import type { SettingsAsk } from '../ipc/protocol.ts';
import { until } from './daemon.ts';
import type { FakeModel, FakeWire } from './fake-model.ts';

export const newId = () => uuidv7(Date.now(), randomBytes(10));
export const newKey = () => `test ${newId()}`;

/** Nothing is asked and no sandbox holds: the plainest way to let tools run. */
export const yolo: SettingsAsk = { approval: 'never', sandbox: 'danger-full-access' };
/** Everything but plain reads is asked. */
export const asking: SettingsAsk = { approval: 'on-request', sandbox: 'danger-full-access' };

export interface ProviderFields {
  readonly [key: string]: string | number | boolean;
}

/** Overrides that make `provider` a fake model; `fields` are further keys of its table. */
export function providerAt(
  model: FakeModel,
  wire: FakeWire,
  fields: ProviderFields = {},
  provider = 'fake',
): readonly string[] {
  const base_url = wire === 'messages' ? model.origin : model.v1;
  const entries = Object.entries({ base_url, wire_api: wire, ...fields });
  return [
    `model_providers.${provider}={${entries.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(', ')}}`,
  ];
}

/** What a session at a fake model is asked for. */
export const fakeAt = (
  model: FakeModel,
  wire: FakeWire,
  {
    slug = 'gpt-5.5',
    fields = {},
    more = [],
  }: { slug?: string; fields?: ProviderFields; more?: readonly string[] } = {},
): SettingsAsk => ({
  provider: 'fake',
  model: slug,
  overrides: [...providerAt(model, wire, fields), ...more],
});

type Body<Kind extends RowKind> = Bodies[Kind];

export class Driven implements Disposable {
  readonly id: string;
  readonly client: Client;
  readonly rows: Row[] = [];
  /** All live text so far, in order. */
  readonly live: (Live & { readonly clear?: boolean })[] = [];
  readonly views: SessionView[] = [];
  readonly notices: string[] = [];
  readonly returned: string[] = [];
  #attachment!: Attachment;
  readonly #returns: Disposable;

  private constructor(client: Client, id: string) {
    this.client = client;
    this.id = id;
    this.#returns = client.onPush((push) => {
      if (push.t === 'returned' && push.session === id) this.returned.push(...push.texts);
    });
  }

  /** Looks at a session that is there. */
  static async attach(client: Client, session: string, after = 0): Promise<Driven> {
    const driven = new Driven(client, session);
    driven.#attachment = await Attachment.open(
      client,
      { session, after },
      {
        rows: (rows) => driven.rows.push(...rows),
        live: (live) => driven.live.push(...live),
        state: (view) => driven.views.push(view),
        notice: ({ text }) => driven.notices.push(text),
      },
    );
    driven.rows.unshift(...driven.#attachment.first.rows);
    driven.live.unshift(...driven.#attachment.first.live);
    driven.views.unshift(driven.#attachment.first.view);
    return driven;
  }

  /** Makes a session in `cwd` and looks at it from its first row on. */
  static async begin(client: Client, cwd: string, settings: SettingsAsk, text?: string): Promise<Driven> {
    const session = newId();
    await client.request('new', { session, cwd, source: 'client', settings, ...(text !== undefined && { text }) });
    return Driven.attach(client, session);
  }

  get view(): SessionView {
    return this.views.at(-1)!;
  }
  get attached() {
    return this.#attachment.first;
  }

  say = (text: string, mode: 'steer' | 'queue' = 'steer', key = newKey()) =>
    this.client.request('say', { session: this.id, key, text, mode });

  all = <Kind extends RowKind>(kind: Kind): Body<Kind>[] =>
    this.rows.flatMap((row) => (row.kind === kind ? [row.body as Body<Kind>] : []));

  /** The first row of a kind that matches, once it is there. */
  async row<Kind extends RowKind>(kind: Kind, match: (body: Body<Kind>) => boolean = () => true): Promise<Body<Kind>> {
    const what = `a row ${kind} among ${this.rows.map((row) => row.kind).join(' ')}`;
    const { body } = await until(() => {
      const body = this.all(kind).find(match);
      return body && { body };
    }, what);
    return body;
  }

  /** How a turn ended. */
  ended = (turn = 1) => this.row('turn.ended', (body) => body.turn === turn);

  /** The text of the newest answer that was said in words. */
  get answer(): string | undefined {
    return this.all('assistant').at(-1)?.text;
  }

  /** Until people see this state. */
  state = (state: SessionView['state']) =>
    until(() => this.view.state === state && this.view, `state ${state}, not ${this.view.state}`);

  /** The open question, once there is one. */
  question = (match: (approval: Approval) => boolean = () => true): Promise<Approval> =>
    until(() => this.view.questions.find(match), 'a question');

  decide = (approval: string, choice: string, text?: string, key = newKey()) =>
    this.client.request('decide', { approval, choice, key, ...(text !== undefined && { text }) });

  /** What a viewer saw of the newest effect's words. */
  get shown(): string {
    let text = '';
    for (const live of this.live) {
      if (live.clear) text = '';
      else if (live.kind === 'text') text += live.text;
    }
    return text;
  }

  [Symbol.dispose]() {
    this.#returns[Symbol.dispose]();
    this.#attachment[Symbol.dispose]();
  }
}

/** The texts of a request's user messages, without what the harness says before the first. */
export const saidIn = ({ requests }: FakeModel, n = requests.length): string[] =>
  requests[n - 1]!.body.input.flatMap(({ role, content }) =>
    role === 'user' ? (content as { text: string }[]).map(({ text }) => text) : [],
  ).filter((text) => !text.startsWith('<environment_context>'));
