/** What a session does at each step of a turn, as pure functions of its context and the event; the machine says when. */
import { callActor, commandActor, effectKey, sessionActor, wakeActor } from '../core/ids.ts';
import { type Draft, draft } from '../core/rows.ts';
import { arm, cancel, type Done, disarm, mail, record, spawn, start } from './asks.ts';
import type { ModelAnswer, Outcome } from './effects.ts';
import type { ContextPart, EventOf, Pending, Said, SessionContext, SessionEvent } from './session.ts';
import { afterCall, answerRows, commandEnded, numbered, startable } from './session-calls.ts';

type Stepped = Done<SessionContext>;

/** How long a stopping turn waits for its model request to end by itself. */
const stopMs = 2000;

const turnAborted = `<turn_aborted>
The user interrupted the turn on purpose. Commands may have run in part, and ones that were still running may go on in the background; look before repeating anything.
</turn_aborted>`;

/** A field that is left out when it has no value. */
const only = <Name extends string, Value>(name: Name, value: Value | undefined) =>
  (value === undefined ? {} : { [name]: value }) as { [N in Name]?: Value };

export const modelKey = ({ session, model }: Pick<SessionContext, 'session' | 'model'>) =>
  effectKey(sessionActor(session), 'model', model);

/** The answer an event brings, when it is one. */
export const answered = (event: SessionEvent): ModelAnswer | undefined =>
  event.type === 'settled' && event.outcome.kind === 'done' ? (event.outcome.value as ModelAnswer) : undefined;

const userRow = (turn: number, { text, images, n, by, key }: Said & { readonly n?: number }) =>
  draft('user', {
    turn,
    text,
    ...only('images', images),
    ...only('queued', n),
    ...only('by', by),
    ...only('key', key),
  });

/** A turn begins with a person's words: those of the event, or the next that wait. */
export function begin(context: SessionContext, event: SessionEvent): Stepped {
  const turn = context.turn + 1;
  const waiting = event.type === 'said' || event.type === 'woke' ? [] : nextWaiting(context.pending);
  const messages: readonly (Said & { n?: number })[] =
    event.type === 'said' ? [event] : event.type === 'woke' ? [{ text: event.text ?? '', by: 'wake' }] : waiting;
  const fresh = (event.type === 'said' ? (event.context ?? []) : []).filter(
    ({ part, hash }) => context.parts[part] !== hash,
  );
  return {
    asks: [
      record(
        draft('turn.started', { turn }),
        ...fresh.map(contextRow),
        ...messages.map((message) => userRow(turn, message)),
      ),
    ],
    context: {
      turn,
      step: 0,
      startedAt: event.at,
      held: false,
      stopping: null,
      pending: context.pending.filter((entry) => !waiting.includes(entry)),
      parts: { ...context.parts, ...Object.fromEntries(fresh.map(({ part, hash }) => [part, hash])) },
    },
  };
}

/** Everything that was said while the last turn was stopping, else the first of the queue. */
function nextWaiting(pending: readonly Pending[]): readonly Pending[] {
  const next = pending.filter(({ mode }) => mode === 'next');
  return next.length > 0 ? next : pending.slice(0, 1);
}

const contextRow = ({ part, role, text }: ContextPart) => draft('context', { part, role, text });

/** The model is asked; what it is shown is computed from the rows. */
export function askModel(context: SessionContext): Stepped {
  const { turn } = context;
  const asked = { session: context.session, model: context.model + 1, step: context.step + 1 };
  return {
    asks: [start(modelKey(asked), 'model', { turn, step: asked.step })],
    context: { model: asked.model, step: asked.step, calls: [] },
  };
}

/** The answer's rows, and its calls numbered in the order the model made them. */
export function answer(context: SessionContext, event: SessionEvent): Stepped {
  const { rows, calls, lastCall } = answerRows(context, answered(event)!);
  return { asks: [record(...rows)], context: { calls, lastCall } };
}

export const complete = (context: SessionContext, event: SessionEvent): Stepped => ({
  asks: [record(endRow(context, event.at, 'completed'))],
});

/** A failed turn holds the queue: the next message would most likely fail the same way. */
export const fail = (context: SessionContext, event: EventOf<'settled'>): Stepped => ({
  asks: [record(endRow(context, event.at, 'failed', { error: failure(event.outcome) }))],
  context: { held: true },
});

function endRow(
  context: SessionContext,
  at: number,
  status: 'completed' | 'interrupted' | 'failed',
  more: object = {},
): Draft {
  return draft('turn.ended', { turn: context.turn, status, tookMs: at - context.startedAt, ...more });
}

function failure(outcome: Outcome): { code: string; message: string } {
  if (outcome.kind === 'failed') return { code: outcome.code ?? 'other', message: outcome.why };
  if (outcome.kind === 'unknown' || outcome.kind === 'parked') return { code: 'other', message: outcome.why };
  return { code: 'other', message: `the model request was ${outcome.kind}` };
}

export function park(context: SessionContext, { outcome }: EventOf<'settled'>): Stepped {
  if (outcome.kind !== 'parked') return {};
  return {
    asks: [record(draft('turn.parked', { turn: context.turn, why: outcome.why, ...only('fix', outcome.fix) }))],
  };
}

export const resume = ({ turn }: SessionContext): Stepped => ({ asks: [record(draft('turn.resumed', { turn }))] });

/** Said while the model thinks: its request is cut, and made again with the new words in it. */
export const cut = (context: SessionContext): Stepped => ({ asks: [cancel(modelKey(context))] });
export const steer = (context: SessionContext, event: EventOf<'said'>): Stepped => ({
  asks: [record(userRow(context.turn, event))],
});

/** Spawns the calls whose turn it is. */
export function schedule(context: SessionContext, event: SessionEvent): Stepped {
  const { inputs, calls, commands } = startable(context, event.at);
  return {
    asks: inputs.map((input) => spawn(callActor(context.session, input.n), 'call', input)),
    context: { calls, commands },
  };
}

export function callEnded(context: SessionContext, event: EventOf<'call.ended'>): Stepped {
  const { rows, calls, commands, release } = afterCall(context, event);
  return {
    asks: [
      ...(rows.length > 0 ? [record(...rows)] : []),
      ...release.map((n) => mail(commandActor(context.session, n), { type: 'released' })),
    ],
    context: { calls, commands },
  };
}

/** Steers that waited for the calls to end go in before the next request. */
export function deliver(context: SessionContext): Stepped {
  const steers = context.pending.filter(({ mode }) => mode === 'steer');
  if (steers.length === 0) return {};
  return {
    asks: [record(...steers.map((said) => userRow(context.turn, said)))],
    context: { pending: context.pending.filter(({ mode }) => mode !== 'steer') },
  };
}

/** Words that have to wait: as a row, because nothing said is ever lost. */
const wait =
  (steerAs: Pending['mode']) =>
  (context: SessionContext, { text, images, mode, by, key }: EventOf<'said'>): Stepped =>
    enqueue(context, {
      mode: mode === 'queue' ? 'queue' : steerAs,
      text,
      ...only('images', images),
      ...only('by', by),
      ...only('key', key),
    });
export const waitForCalls = wait('steer');
export const waitForStop = wait('next');

function enqueue(context: SessionContext, said: Omit<Pending, 'n'>): Stepped {
  const n = context.lastQueued + 1;
  const { text, images, by, key } = said;
  const mode = said.mode === 'steer' ? 'steer' : 'queue';
  return {
    asks: [
      record(draft('queued', { n, mode, text, ...only('images', images), ...only('by', by), ...only('key', key) })),
    ],
    context: { lastQueued: n, pending: [...context.pending, { ...said, n }] },
  };
}

export function unqueue(context: SessionContext, event: EventOf<'unqueued'>): Stepped {
  const entry = context.pending.find(({ n }) => n === event.n);
  if (!entry) return {};
  return {
    asks: [record(draft('unqueued', { n: event.n, why: 'deleted', text: entry.text, ...only('by', event.by) }))],
    context: { pending: context.pending.filter(({ n }) => n !== event.n) },
  };
}

/** From here on the turn only waits for what is open to end; calls that had not begun never will. */
const halt =
  (model: boolean) =>
  (context: SessionContext, event: SessionEvent): Stepped => {
    const running = context.calls.filter((call) => call.running);
    const never = context.calls.filter((call) => !call.running);
    const outputs = never.map(({ n }) =>
      draft('output', { call: n, status: 'interrupted', text: 'aborted', tookMs: 0 }),
    );
    return {
      asks: [
        ...(outputs.length > 0 ? [record(...outputs)] : []),
        ...(model ? [cancel(modelKey(context))] : []),
        ...running.map(({ n }) => mail(callActor(context.session, n), { type: 'stop' })),
        arm('stop', { after: stopMs }, { type: 'overdue' }),
      ],
      context: {
        calls: running,
        stopping: { model, stop: event.type === 'stopped', ...only('by', 'by' in event ? event.by : undefined) },
      },
    };
  };
export const haltModel = halt(true);
export const haltCalls = halt(false);

export const modelEnded = ({ stopping }: SessionContext): Stepped => ({
  context: { stopping: { ...stopping!, model: false } },
});

export const stopToo = ({ stopping }: SessionContext, { by }: EventOf<'stopped'>): Stepped => ({
  context: { stopping: { ...stopping!, ...only('by', by), stop: true } },
});

/** The end of an interrupted turn: what was not delivered goes back to who said it, and the queue is held. */
export function halted(context: SessionContext, event: SessionEvent): Stepped {
  const steers = context.pending.filter(({ mode }) => mode === 'steer');
  return {
    asks: [
      record(
        ...steers.map(({ n, text, by }) => draft('unqueued', { n, why: 'returned', text, ...only('by', by) })),
        draft('context', { part: 'interrupted', role: 'user', text: turnAborted }),
        endRow(context, event.at, 'interrupted', only('by', context.stopping?.by)),
      ),
      disarm('stop'),
    ],
    context: { calls: [], held: true, pending: context.pending.filter(({ mode }) => mode !== 'steer') },
  };
}

/** Stopped by a person: background commands end with the session. */
export function stopAll(context: SessionContext, event: SessionEvent): Stepped {
  const by = event.type === 'stopped' ? event.by : context.stopping?.by;
  const commands = Object.keys(context.commands).map(Number);
  return {
    asks: [
      ...commands.map((n) => mail(commandActor(context.session, n), { type: 'kill' })),
      record(draft('stopped', only('by', by))),
    ],
    context: { stopping: null },
  };
}

export function commandBegan(context: SessionContext, event: EventOf<'command.began'>): Stepped {
  const { commands, evict } = numbered(context.commands, event.n, context.lastCall);
  return {
    asks: evict === undefined ? [] : [mail(commandActor(context.session, evict), { type: 'kill' })],
    context: { commands },
  };
}

/** A command of a call that still looks at it is told by that call; one that was left, or made room, by a row. */
export function commandOver(context: SessionContext, event: EventOf<'command.ended'>): Stepped {
  const { n } = event;
  const command = context.commands[n];
  const end = { ...only('code', event.code), ...only('why', event.why) };
  return {
    asks: command && !command.left ? [] : [record(commandEnded(n, end))],
    ...(command && { context: { commands: { ...context.commands, [n]: { ...command, over: true, end } } } }),
  };
}

export function commandGone({ commands }: SessionContext, { n }: EventOf<'command.gone'>): Stepped {
  const { [n]: _, ...others } = commands;
  return { context: { commands: others } };
}

export const killCommand = ({ session }: SessionContext, { n }: EventOf<'kill'>): Stepped => ({
  asks: [mail(commandActor(session, n), { type: 'kill' })],
});

export function configure(context: SessionContext, { settings, by }: EventOf<'configured'>): Stepped {
  const { approval, sandbox, unattended, tools } = settings;
  return {
    asks: [record(draft('settings', { settings, ...only('by', by) }))],
    context: {
      ...only('tools', tools),
      rules: {
        ...context.rules,
        ...only('approval', approval),
        ...only('sandbox', sandbox),
        ...only('unattended', unattended),
      },
    },
  };
}

export const rename = (_: SessionContext, { name, by }: EventOf<'renamed'>): Stepped => ({
  asks: [record(draft('renamed', { name, ...only('by', by) }))],
});

/** The facts that the model was told may be among what counts no more: they are told again. */
export const rewind = (_: SessionContext, { to, by }: EventOf<'rewound'>): Stepped => ({
  asks: [record(draft('head', { to, ...only('by', by) }))],
  context: { parts: {} },
});

export const archive = (_: SessionContext, { archived, by }: EventOf<'archived'>): Stepped => ({
  asks: [record(draft('archived', { archived, ...only('by', by) }))],
});

export const grant = ({ grants }: SessionContext, event: EventOf<'granted'>): Stepped => ({
  context: { grants: [...grants, event.grant] },
});

export function setWake(context: SessionContext, { until, text }: EventOf<'wake'>): Stepped {
  const n = context.lastWake + 1;
  const { session } = context;
  return {
    asks: [
      record(draft('wake', { n, until, text })),
      spawn(wakeActor(session, n), 'wake', { session, n, until, text }),
    ],
    context: { lastWake: n, wakes: [...context.wakes, n] },
  };
}

export const unsetWake = ({ session }: SessionContext, { n }: EventOf<'unwake'>): Stepped => ({
  asks: [mail(wakeActor(session, n), { type: 'cancelled' })],
});

export const woke = ({ wakes }: SessionContext, { n, text }: EventOf<'woke'>): Stepped => ({
  asks: [record(draft('woke', { n, ...(text === undefined && { cancelled: true }) }))],
  context: { wakes: wakes.filter((wake) => wake !== n) },
});

/** An alarm in the middle of a turn becomes the next one. */
export const queueWake = (context: SessionContext, { text }: EventOf<'woke'>): Stepped =>
  enqueue(context, { mode: 'queue', text: text ?? '', by: 'wake' });
