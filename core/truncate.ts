/** How much of a text a model is shown: a head and a tail within a budget, and between them how much is missing (tools.md §2). */

/** A budget for one text: `tokens` are estimated at four bytes each. */
export interface CutPolicy {
  readonly mode: 'tokens' | 'bytes';
  readonly limit: number;
}

const bytesPerToken = 4;
/** A UTF-16 unit is one to three bytes of UTF-8, so most texts fit or not without being encoded. */
const maxBytesPerUnit = 3;
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

export const tokensOf = (bytes: number) => Math.ceil(bytes / bytesPerToken);
export const byteLength = (text: string) => encoder.encode(text).length;
export const estimateTokens = (text: string) => tokensOf(byteLength(text));
export const budgetBytes = ({ mode, limit }: CutPolicy) => (mode === 'tokens' ? limit * bytesPerToken : limit);

/** What a call may answer: what it asked for, but no more than the model's policy grants. */
export function callBudget(requestedTokens: number, policy: CutPolicy): CutPolicy {
  const requested: CutPolicy = { mode: 'tokens', limit: requestedTokens };
  return budgetBytes(requested) < budgetBytes(policy) ? requested : policy;
}

/** The text within its budget, with a marker where something was taken out. */
export function cut(text: string, policy: CutPolicy): string {
  const budget = budgetBytes(policy);
  if (text.length * maxBytesPerUnit <= budget) return text;
  const bytes = encoder.encode(text);
  return bytes.length <= budget ? text : joined(bytes, policy, 0);
}

/**
 * A tool's output within its budget, begun with a warning when it is not whole. `omitted` counts bytes that the capture
 * buffer had already dropped from its middle.
 */
export function cutOutput(text: string, policy: CutPolicy, omitted = 0): string {
  const budget = budgetBytes(policy);
  if (omitted === 0 && text.length * maxBytesPerUnit <= budget) return text;
  const bytes = encoder.encode(text);
  const fits = bytes.length <= budget;
  if (fits && omitted === 0) return text;
  const missing = omitted > 0 ? `... ${omitted} bytes omitted ...` : `Total output lines: ${countLines(text)}`;
  const kept = fits ? text : joined(bytes, policy, omitted);
  return `Warning: truncated output (original token count: ${tokensOf(bytes.length + omitted)})\n${missing}\n\n${kept}`;
}

/** What is kept of an output in the conversation: a fifth more than the policy, so that an output already cut is whole. */
export const cutForHistory = (text: string, { mode, limit }: CutPolicy) =>
  cut(text, { mode, limit: Math.ceil((limit * 6) / 5) });

/** The first `limit` bytes of a text, ending between characters. */
export function firstBytes(text: string, limit: number): string {
  if (text.length * maxBytesPerUnit <= limit) return text;
  const bytes = encoder.encode(text);
  return bytes.length <= limit ? text : decoder.decode(bytes.subarray(0, headEnd(bytes, limit)));
}

function joined(bytes: Uint8Array, policy: CutPolicy, omitted: number): string {
  const budget = budgetBytes(policy);
  const half = Math.floor(budget / 2);
  const end = headEnd(bytes, half);
  const start = tailStart(bytes, bytes.length - (budget - half));
  const marker =
    policy.mode === 'tokens'
      ? `…${tokensOf(bytes.length + omitted) - tokensOf(end + bytes.length - start)} tokens truncated…`
      : `…${countCharacters(bytes, end, start)} chars truncated…`;
  return decoder.decode(bytes.subarray(0, end)) + marker + decoder.decode(bytes.subarray(start));
}

const isContinuation = (byte: number | undefined) => byte !== undefined && (byte & 0xc0) === 0x80;

function headEnd(bytes: Uint8Array, limit: number): number {
  let end = limit;
  while (end > 0 && isContinuation(bytes[end])) end--;
  return end;
}

function tailStart(bytes: Uint8Array, from: number): number {
  let start = from;
  while (isContinuation(bytes[start])) start++;
  return start;
}

function countCharacters(bytes: Uint8Array, from: number, to: number): number {
  let count = 0;
  for (let i = from; i < to; i++) if (!isContinuation(bytes[i])) count++;
  return count;
}

/** A last line without an end counts, an empty one after the last end does not. */
function countLines(text: string): number {
  let count = text === '' || text.endsWith('\n') ? 0 : 1;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count++;
  return count;
}
