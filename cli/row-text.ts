/** A row in one line, as `tcx log` shows it. */
import { callText } from '../core/call-text.ts';
import type { Bodies, Row, RowKind } from '../core/rows.ts';
import { iso } from './time.ts';

type Words = { readonly [Kind in RowKind]?: (body: Bodies[Kind]) => string };

const tokens = ({ input, cached, output }: Bodies['usage']['usage']) => `${input} in (${cached} cached), ${output} out`;
const by = (who: string | undefined) => (who ? `by ${who}` : '');

/** What is not here is shown as it is. */
const words: Words = {
  created: ({ cwd, source, settings }) => `${source} in ${cwd}, ${settings.model} of ${settings.provider}`,
  renamed: ({ name }) => name,
  'turn.started': ({ turn }) => `turn ${turn}`,
  context: ({ part, text }) => `${part}: ${text}`,
  user: ({ text }) => text,
  queued: ({ n, mode, text }) => `${n} ${mode}: ${text}`,
  unqueued: ({ n, why, text }) => `${n} ${why}: ${text}`,
  reasoning: ({ text }) => text,
  assistant: ({ text }) => text,
  call: ({ call, name, args }) => `c${call} ${name}: ${callText(name, args)}`,
  patch: ({ call, changes }) =>
    `c${call} ${changes.map(({ kind, path, added, removed }) => `${kind} ${path} +${added} −${removed}`).join(', ')}`,
  asked: ({ call, question }) => `c${call} ${question.summary} (${question.because})`,
  answered: ({ call, choice, text, by: who }) => `c${call} ${choice} ${by(who)}${text ? `: ${text}` : ''}`,
  output: ({ call, status, text, tookMs }) => `c${call} ${status} in ${tookMs} ms: ${text}`,
  'command.ended': ({ command, code, why }) => `p${command} ${code === undefined ? (why ?? '') : `exited ${code}`}`,
  usage: ({ model, usage }) => `${model}: ${tokens(usage)}`,
  note: ({ level, text }) => `${level}: ${text}`,
  'turn.parked': ({ why, fix }) => `${why}${fix ? ` (${fix})` : ''}`,
  'turn.resumed': ({ turn }) => `turn ${turn}`,
  'turn.ended': ({ turn, status, tookMs, error, by: who }) =>
    `turn ${turn} ${status} in ${tookMs} ms ${by(who)}${error ? `: ${error.message}` : ''}`,
  stopped: ({ by: who }) => by(who),
  archived: ({ archived }) => (archived ? 'put away' : 'back'),
  wake: ({ n, until, text }) => `${n} at ${iso(until)}: ${text}`,
  woke: ({ n, cancelled }) => `${n}${cancelled ? ' cancelled' : ''}`,
  restored: ({ why }) => why,
};

export function rowText({ kind, body }: Row): string {
  const say = words[kind] as ((body: Row['body']) => string) | undefined;
  return (say ? say(body) : JSON.stringify(body)).replaceAll(/\s+/g, ' ').trim();
}

/** As data: times ISO 8601, everything else as it is in the log. */
export function rowJson(row: Row) {
  const body = row.kind === 'wake' ? { ...row.body, until: iso(row.body.until) } : row.body;
  return { seq: row.seq, at: iso(row.at), kind: row.kind, body };
}
