/** Finds the shell scripts that are nothing but one apply_patch, which the tool then does itself (tools.md §4.5). */
import { beginPatch, endPatch, verificationFailed } from './patch.ts';

export type Intercepted =
  | {
      readonly kind: 'patch';
      readonly patch: string /** The directory the script changes to first. */;
      readonly cd?: string;
    }
  /** The script is a patch itself, which no shell can run; `why` is what the model is told. */
  | { readonly kind: 'refused'; readonly why: string };

const withoutCall = verificationFailed(
  'the script is a patch without an explicit apply_patch call: call the apply_patch tool with it',
);

/** `cd` with one bare or quoted word that a shell would take as it is, then the command and the start of its here-document. */
const opening =
  /^(?:cd[ \t]+(?:'(?<single>[^'\n]+)'|"(?<double>[^"$`\\\n]+)"|(?<bare>[^\s'"`$&|;<>()*?~\\#{}[\]!-][^\s'"`$&|;<>()*?~\\#{}[\]!]*))[ \t]*&&[ \t]*)?(?:apply_patch|applypatch)[ \t]*<<[ \t]*(?:'(?<quoted>[^'\s]+)'|"(?<doubled>[^"\s$`\\]+)"|(?<word>[A-Za-z_]\w*))[ \t]*\r?\n/;

/** Undefined when the script is for the shell: anything besides the one statement, in front of it or behind. */
export function interceptPatch(script: string): Intercepted | undefined {
  const text = script.trim();
  if (text.startsWith(beginPatch) && text.endsWith(endPatch)) return { kind: 'refused', why: withoutCall };
  const match = opening.exec(text);
  if (!match?.groups) return undefined;
  const { single, double, bare, quoted, doubled, word } = match.groups;
  const patch = heredoc(text.slice(match[0].length), (quoted ?? doubled ?? word)!);
  const cd = single ?? double ?? bare;
  return patch === undefined ? undefined : { kind: 'patch', patch, ...(cd !== undefined && { cd }) };
}

/** The here-document's text, when its end is the end of the script. */
function heredoc(rest: string, word: string): string | undefined {
  const lines = rest.split('\n').map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
  return lines.indexOf(word) === lines.length - 1 ? lines.slice(0, -1).join('\n') : undefined;
}
