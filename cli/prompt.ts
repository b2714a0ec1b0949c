/** Where a prompt comes from: the words given, standard input, or both (cli-tui.md §3). */
import { CliError, type Context } from './context.ts';

/** Larger than any prompt that means something; a stream without end must not fill the memory. */
const stdinLimit = 10 * 1024 * 1024;

export async function promptFrom(context: Context, given: string | undefined): Promise<string> {
  if (given !== undefined && given !== '-') {
    if (context.stdinIsTty) return given;
    context.err('Reading additional input from stdin...\n');
    const more = await readStdin();
    return more.trim() === '' ? given : `${given}\n\n<stdin>\n${more.replace(/\n$/, '')}\n</stdin>`;
  }
  if (given === undefined && context.stdinIsTty) throw new CliError('No prompt provided.', 'tcx exec "what to do"');
  context.err('Reading prompt from stdin...\n');
  const text = await readStdin();
  if (text.trim() === '') throw new CliError('No prompt provided via stdin.', 'tcx exec "what to do"');
  return text;
}

export async function readStdin(): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > stdinLimit)
      throw new CliError(
        `standard input is larger than ${stdinLimit / 1024 / 1024} MB`,
        'put it in a file and name the file',
      );
    chunks.push(chunk);
  }
  return decode(Buffer.concat(chunks));
}

function decode(bytes: Buffer): string {
  const wide = startsWith(bytes, [0xff, 0xfe, 0, 0]) ? 'le' : startsWith(bytes, [0, 0, 0xfe, 0xff]) ? 'be' : undefined;
  try {
    if (wide) return decodeUtf32(bytes.subarray(4), wide);
    return new TextDecoder(encodingOf(bytes), { fatal: true }).decode(bytes);
  } catch {
    throw new CliError('standard input is not text in UTF-8, UTF-16 or UTF-32', 'convert it first, e.g. with iconv');
  }
}

const startsWith = (bytes: Buffer, mark: readonly number[]) => mark.every((byte, at) => bytes[at] === byte);

function encodingOf(bytes: Buffer): string {
  if (startsWith(bytes, [0xff, 0xfe])) return 'utf-16le';
  return startsWith(bytes, [0xfe, 0xff]) ? 'utf-16be' : 'utf-8';
}

/** Throws on what is no code point; the platform's decoder does not know this encoding. */
function decodeUtf32(bytes: Buffer, order: 'le' | 'be'): string {
  if (bytes.length % 4 !== 0) throw new RangeError('cut in the middle of a character');
  let text = '';
  for (let at = 0; at < bytes.length; at += 4)
    text += String.fromCodePoint(order === 'le' ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  return text;
}
