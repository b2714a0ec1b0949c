/** `tcx diff`: the patches of a session, or of one turn, as a unified diff that `git apply` takes. */
import { isAbsolute, relative, resolve } from 'node:path';
import type { AnswerOf } from '../ipc/messages.ts';
import { type Context, exit, type Run } from './context.ts';
import { count } from './numbers.ts';

type Changes = AnswerOf<'diff'>;
type Change = Changes['files'][number];

export const run: Run = async (context, parsed) => {
  const turn = count(parsed, 'turn');
  using client = await context.connect({ kind: 'cli' });
  const changes = await client.request('diff', { session: parsed.args[0]!, ...(turn !== undefined && { turn }) });
  if (parsed.flags.json) context.out(`${JSON.stringify(changes.files)}\n`);
  else if (changes.files.length === 0) context.err('no patch of this session changed a file\n');
  else context.out(diffText(changes, paint(context)));
  return exit.done;
};

type Paint = (line: string) => string;

function paint({ stdoutIsTty, env }: Context): Paint {
  if (!stdoutIsTty || env.NO_COLOR) return (line) => line;
  return (line) => {
    const code = /^(?:---|\+\+\+|diff) /.test(line) ? 1 : { '+': 32, '-': 31, '@': 36 }[line[0] ?? ''];
    return code === undefined ? line : `\u001b[${code}m${line}\u001b[0m`;
  };
}

const diffText = ({ cwd, files }: Changes, paint: Paint): string =>
  files
    .map((file) => [...header(cwd, file), ...file.diff.replace(/\n$/, '').split('\n')].map(paint).join('\n'))
    .map((text) => `${text}\n`)
    .join('');

function header(cwd: string, { kind, path, movedTo }: Change): string[] {
  const before = shown(cwd, path);
  const after = shown(cwd, movedTo ?? path);
  return [
    `diff --git a/${before} b/${after}`,
    ...(movedTo ? [`rename from ${before}`, `rename to ${after}`] : []),
    ...(kind === 'add' ? ['new file mode 100644'] : []),
    ...(kind === 'delete' ? ['deleted file mode 100644'] : []),
    `--- ${kind === 'add' ? '/dev/null' : `a/${before}`}`,
    `+++ ${kind === 'delete' ? '/dev/null' : `b/${after}`}`,
  ];
}

/** As seen from the session's folder; a path outside it stays whole. */
function shown(cwd: string, path: string): string {
  const from = relative(cwd, resolve(cwd, path));
  return from.startsWith('..') || isAbsolute(from) ? path : from;
}
