/** Says the prompt, shows the turn that it begins, and ends with it. */
import type { Row } from '../core/rows.ts';
import { Attachment, type AttachmentListener } from '../ipc/attachment.ts';
import type { Client } from '../ipc/client.ts';
import type { Approval, Attached, Live, SessionView } from '../ipc/messages.ts';
import type { SettingsAsk } from '../ipc/protocol.ts';
import { CliError, exit } from './context.ts';
import type { Output } from './exec-output.ts';
import { insist } from './insist.ts';
import type { Interrupts } from './interrupts.ts';
import { OwnTurn } from './own-turn.ts';
import type { Said } from './pictures.ts';

/** `new`: the prompt is in the session already, under the key. `on`: it is to be said, once the session runs as is wished. */
export type Begun = { readonly session: string; readonly key: string } & (
  | { readonly how: 'new' }
  | { readonly how: 'on'; readonly settings: SettingsAsk; readonly waits: boolean }
);

export interface TurnDeps {
  readonly client: Client;
  readonly output: Output;
  readonly interrupts: Interrupts;
  /** How long open questions are waited for, in ms; undefined: nobody was asked to wait. */
  readonly patience: number | undefined;
  readonly begun: Begun;
  readonly said: Said;
}

export async function runTurn(deps: TurnDeps): Promise<number> {
  const { client, output, interrupts, begun, said } = deps;
  const { session } = begun;
  const ended = Promise.withResolvers<number>();
  const turn = new OwnTurn(begun.key, begun.how === 'new');
  using questions = new Questions(deps, ended.resolve);
  let waitsFor: CliError | undefined;

  const rows = (fresh: readonly Row[]) => {
    const seen = turn.take(fresh);
    output.rows(seen.rows);
    if (seen.parked) void parked().catch(ended.reject);
    if (seen.lost !== undefined) ended.reject(new CliError(seen.lost, `tcx attach ${session}`));
    if (seen.ended && waitsFor) ended.reject(waitsFor);
    else if (seen.ended) ended.resolve(seen.ended === 'completed' ? exit.done : exit.failed);
  };
  const interrupt = () => client.request('interrupt', { session, ...(turn.number && { turn: turn.number }) });
  /** A turn that waits for what this run cannot give is ended: it must not begin by itself some other day. */
  const parked = async () => {
    const { state, what, fix } = await client.request('resolve', { session });
    if (state !== 'parked') return;
    waitsFor = new CliError(what, fix);
    await interrupt();
  };

  let toldRetry = '';
  /** Notices of this turn only, each once: what was said last comes again with every attach. */
  const retries = (live: readonly Live[]) => {
    for (const { kind, key, text } of live) {
      if (kind !== 'status' || turn.number === undefined || toldRetry === `${key} ${text}`) continue;
      toldRetry = `${key} ${text}`;
      output.retry(text);
    }
  };
  const listener: AttachmentListener = {
    rows,
    live: retries,
    back: ({ live }) => retries(live),
    state: questions.look,
    bye: ({ why, by }) =>
      ended.reject(new CliError(`this run was let go: ${why}${by ? ` by ${by}` : ''}`, `tcx attach ${session}`)),
    lost: ended.reject,
  };
  const ask = { session, role: 'drive', ...(begun.how === 'new' && { after: 0 }) } as const;
  const attachment = await insist(client, () => Attachment.open(client, ask, listener));
  using _attachment = attachment;
  output.begin(attachment.first);
  interrupts.act(() => void interrupt().catch(ended.reject));
  questions.look(attachment.first.view);
  if (begun.how === 'new') {
    rows(attachment.first.rows);
    retries(attachment.first.live);
  }
  const restore = begun.how === 'on' ? await say(client, attachment.first, begun, said) : undefined;
  const code = await ended.promise;
  await restore?.();
  // Whoever ran this has seen how it ended.
  await client.request('presence', { session, focused: true }).catch(() => {});
  await output.end(code);
  return code;
}

/** Says the prompt as a turn of its own. Answers what makes the session again as it was for the person it belongs to. */
async function say(
  client: Client,
  { view }: Attached,
  { session, key, settings, waits }: Extract<Begun, { how: 'on' }>,
  said: Said,
): Promise<(() => Promise<unknown>) | undefined> {
  const attended = view.settings.unattended !== true;
  const change = { ...settings, ...(attended !== waits && { unattended: !waits }) };
  if (Object.keys(change).length > 0)
    await insist(client, () => client.request('settings', { session, settings: change }));
  const busy = ['thinking', 'acting', 'stopping', 'needs you', 'parked'].includes(view.state);
  await insist(client, () => client.request('say', { session, key, ...said, mode: busy ? 'queue' : 'steer' }));
  if (!attended || waits) return undefined;
  return () => client.request('settings', { session, settings: { unattended: false } });
}

/** Tells of each open question once, and waits for the answers as long as it was asked to. */
class Questions implements Disposable {
  readonly #deps: TurnDeps;
  readonly #giveUp: (code: number) => void;
  readonly #told = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  constructor(deps: TurnDeps, giveUp: (code: number) => void) {
    this.#deps = deps;
    this.#giveUp = giveUp;
  }

  look = ({ questions, name }: Pick<SessionView, 'questions' | 'name'>) => {
    for (const question of questions) this.#tell(question);
    if (questions.length === 0) this[Symbol.dispose]();
    else this.#wait(questions[0]!, name);
  };

  [Symbol.dispose]() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #tell({ approval, summary }: Approval) {
    if (this.#told.has(approval)) return;
    this.#told.add(approval);
    this.#deps.output.note(
      `waiting for approval ${approval}: ${summary}\n  tcx approve ${approval} · tcx deny ${approval}`,
    );
  }

  #wait({ approval }: Approval, name: string) {
    const { patience, output } = this.#deps;
    if (patience === undefined || !Number.isFinite(patience) || this.#timer) return;
    this.#timer = setTimeout(() => {
      output.note(`nobody answered in time; ${approval} stays open\n  tcx approve ${approval} · tcx attach ${name}`);
      this.#giveUp(exit.needsPerson);
    }, patience);
  }
}
