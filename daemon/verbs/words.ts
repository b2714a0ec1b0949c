/** Verbs by which a person speaks to a session: messages, answers, and the ends of what it does. */
import type { ContextPart } from '../../actors/session.ts';
import { type SessionId, sessionActor } from '../../core/ids.ts';
import type { Image } from '../../core/rows.ts';
import type { ImageAsk, RequestOf } from '../../ipc/protocol.ts';
import type { Client } from '../connection.ts';
import type { Daemon } from '../daemon.ts';
import { TcxError } from '../errors.ts';
import type { Send } from '../hosts/host.ts';
import { driving, resolve } from './reference.ts';

export async function say(daemon: Daemon, client: Client, { session: ref, text, images, mode, key }: RequestOf<'say'>) {
  const session = resolve(daemon, client, ref);
  driving(daemon, client, session);
  const { meta } = await daemon.host.state(session);
  if (meta.archived)
    throw new TcxError(
      'archived',
      `session ${daemon.sessions.name(session)} is archived`,
      `tcx unarchive ${daemon.sessions.name(session)}`,
    );
  refuseBlank(text);
  const { parts } = await daemon.facts(meta.cwd, meta.settings);
  const pictures = await pictured(daemon, images);
  const words = saying(session, { text, ...pictures, mode, key, by: client.label }, parts);
  const { result, seq } = await daemon.host.send(session, words);
  return { seq, repeated: result === 'repeated' };
}

/** Some models refuse a message without a word in it, and with it the whole conversation. */
export function refuseBlank(text: string) {
  if (text.trim() === '') throw new TcxError('blank', 'there is nothing in this message', 'tcx say SESSION TEXT…');
}

/** Pictures are named only once their bytes are here. */
export async function pictured(
  daemon: Daemon,
  images: readonly ImageAsk[] | undefined,
): Promise<{ readonly images?: readonly Image[] }> {
  if (!images || images.length === 0) return {};
  for (const { hash } of images) await daemon.blobs.get(hash, 0, 1);
  return { images: images.map(({ hash, type }) => ({ blob: `blob:${hash}`, type })) };
}

interface Words {
  readonly text: string;
  readonly images?: readonly Image[];
  readonly mode: 'steer' | 'queue';
  readonly key: string;
  readonly by: string;
}

export const saying = (session: SessionId, words: Words, context: readonly ContextPart[]): Send => ({
  to: sessionActor(session),
  event: { type: 'said', ...words, context },
  key: words.key,
  durable: true,
});

export async function interrupt(daemon: Daemon, client: Client, { session: ref, turn }: RequestOf<'interrupt'>) {
  const session = resolve(daemon, client, ref);
  driving(daemon, client, session);
  const event = { type: 'interrupted', by: client.label, ...(turn !== undefined && { turn }) };
  const { result } = await daemon.host.send(session, { to: sessionActor(session), event, durable: true });
  return {
    interrupted: result === 'done',
    state: (await daemon.sessions.view(await daemon.host.state(session))).state,
  };
}

export async function stop(daemon: Daemon, client: Client, { session: ref, key }: RequestOf<'stop'>) {
  const session = resolve(daemon, client, ref);
  driving(daemon, client, session);
  const { result } = await daemon.host.send(session, {
    to: sessionActor(session),
    event: { type: 'stopped', by: client.label },
    key,
    durable: true,
  });
  return { stopped: result === 'done' };
}

/** A plain event to the session itself, by a person. */
async function tell(daemon: Daemon, client: Client, ref: string, event: Send['event']) {
  const session = resolve(daemon, client, ref);
  driving(daemon, client, session);
  return daemon.host.send(session, { to: sessionActor(session), event, durable: true });
}

export async function resume(daemon: Daemon, client: Client, { session }: RequestOf<'resume'>) {
  await tell(daemon, client, session, { type: 'resumed', by: client.label });
  return {};
}

export async function release(daemon: Daemon, client: Client, { session }: RequestOf<'release'>) {
  await tell(daemon, client, session, { type: 'released' });
  return {};
}

export async function unqueue(daemon: Daemon, client: Client, { session, n }: RequestOf<'unqueue'>) {
  await tell(daemon, client, session, { type: 'unqueued', n, by: client.label });
  return {};
}

export async function kill(daemon: Daemon, client: Client, { session, command }: RequestOf<'kill'>) {
  await tell(daemon, client, session, { type: 'kill', n: command });
  return {};
}

export async function decide(
  daemon: Daemon,
  client: Client,
  { approval: handle, choice, text, key }: RequestOf<'decide'>,
) {
  const { session, actor, call, open } = await daemon.sessions.approval(handle);
  driving(daemon, client, session);
  const picked = open && pick(open.choices, choice);
  if (open && !picked) {
    const names = open.choices.map(({ id }, index) => `${index + 1} ${id}`).join(', ');
    throw new TcxError('bad-choice', `${choice} is not a choice of ${handle}`, `one of: ${names}`);
  }
  const event = { type: 'decided', choice: picked?.id ?? 'no', by: client.label, key, ...(text && { text }) };
  const { result, seq } = await daemon.host.send(session, { to: actor as Send['to'], event, key, durable: true });
  if (result === 'ignored') throw await answeredAlready(daemon, session, call, handle);
  return { seq, session, call };
}

function pick<Choice extends { id: string; key: string }>(
  choices: readonly Choice[],
  said: string,
): Choice | undefined {
  const yes = said === 'yes' ? 'once' : said;
  return choices.find(({ id }) => id === yes) ?? choices[Number(said) - 1];
}

async function answeredAlready(daemon: Daemon, session: SessionId, call: number, handle: string): Promise<TcxError> {
  const rows = await daemon.host.rows(session, 0, Number.MAX_SAFE_INTEGER);
  const answer = rows.findLast((row) => row.kind === 'answered' && row.body.call === call);
  if (answer?.kind !== 'answered')
    return new TcxError('not-open', `${handle} is not open any more: its call ended without an answer`, 'tcx inbox');
  const { by, choice } = answer.body;
  return new TcxError(
    'answered',
    `already answered by ${by ?? 'somebody'} at ${new Date(answer.at).toISOString()}: ${choice}`,
    'tcx inbox',
  );
}
