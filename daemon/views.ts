/** What people see of a session's actors: a state is what the machines' tags say, never a label kept beside them. */

import type { CallContext } from '../actors/call-steps.ts';
import { machines } from '../actors/machines.ts';
import type { SessionContext } from '../actors/session.ts';
import type { Snapshot, Tree } from '../actors/tree.ts';
import { type ActorId, actorNumber, sessionActor } from '../core/ids.ts';
import type { Meta } from '../core/meta.ts';
import type { Question } from '../core/rows.ts';
import type { StateName } from '../ipc/messages.ts';
import type { SessionState } from './hosts/host.ts';

/** The tags of an actor's state; XState computes them from the machine. */
export function tagsOf({ machine, value, context }: Snapshot): ReadonlySet<string> {
  return machines[machine].machine.resolveState({ value: value as never, context }).tags;
}

export const sessionContext = (tree: Tree) => tree.actors[sessionActor(tree.id)]?.context as SessionContext | undefined;

export interface OpenQuestion {
  readonly actor: ActorId;
  readonly call: number;
  readonly question: Question;
}

export function openQuestions(tree: Tree): OpenQuestion[] {
  return (Object.entries(tree.actors) as [ActorId, Snapshot][]).flatMap(([actor, snapshot]) => {
    if (snapshot.machine !== 'call' || snapshot.value !== 'asking') return [];
    const { next, n } = snapshot.context as CallContext;
    return next.do === 'ask' ? [{ actor, call: n, question: next.decision.question }] : [];
  });
}

/** The live commands of a session, by the number of the call that began them. */
export const liveCommands = (tree: Tree): number[] =>
  (Object.entries(tree.actors) as [ActorId, Snapshot][]).flatMap(([actor, snapshot]) =>
    snapshot.machine === 'command' && tagsOf(snapshot).has('running') ? [actorNumber(actor)!] : [],
  );

/** What is done in words, for the tables: the command, the question, or the last line said. */
export interface Described {
  readonly state: StateName;
  readonly what: string;
  readonly fix?: string;
}

export function describe(
  { tree, meta, trouble }: SessionState,
  details: { unread: boolean; callText: (call: number) => string },
): Described {
  if (trouble)
    return {
      state: trouble.kind === 'engine away' ? 'waiting for Temporal' : trouble.kind,
      what: trouble.why,
      fix: trouble.fix,
    };
  const session = tree.actors[sessionActor(tree.id)];
  if (!session) return { state: 'idle', what: meta.title };
  const questions = openQuestions(tree);
  if (questions[0]) return { state: 'needs you', what: questions[0].question.summary };
  const tags = tagsOf(session);
  if (tags.has('thinking')) return { state: 'thinking', what: meta.settings.model };
  if (tags.has('acting'))
    return { state: 'acting', what: callsText(session.context as SessionContext, details.callText) };
  if (tags.has('stopping')) return { state: 'stopping', what: 'waiting for what is open to end' };
  if (tags.has('parked'))
    return { state: 'parked', what: parkedText(meta), fix: meta.parked?.fix ?? 'tcx say . "go on"' };
  if (tags.has('stopped')) return { state: 'stopped', what: meta.stopped?.by ? `by ${meta.stopped.by}` : meta.last };
  return ended(meta, details.unread);
}

function ended(meta: Meta, unread: boolean): Described {
  if (meta.ended?.status === 'failed') return { state: 'failed', what: meta.error ?? 'the last turn failed' };
  if (meta.ended) return { state: unread ? 'done unread' : 'done', what: meta.last };
  return { state: 'idle', what: meta.title };
}

const parkedText = (meta: Meta) => meta.parked?.why ?? 'waiting';

function callsText({ calls }: SessionContext, callText: (call: number) => string): string {
  const running = calls.filter((call) => call.running);
  const first = running[0];
  if (!first) return '';
  return running.length > 1 ? `${callText(first.n)} +${running.length - 1}` : callText(first.n);
}

/** When the state people see began: the newest row that could have changed it. */
export const since = ({ meta }: SessionState) => meta.changedAt;
