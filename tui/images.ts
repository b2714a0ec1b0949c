/** Pictures on their way into a message: read from a file or the clipboard, known by their hash, kept until they are sent. */
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Image } from '../core/rows.ts';
import type { Client } from '../ipc/client.ts';
import type { ImageAsk } from '../ipc/protocol.ts';

/** What the strictest of the servers takes. */
const imageLimit = 5 * 1024 * 1024;
/** All that wait to be sent. */
const keptLimit = 64 * 1024 * 1024;
/** Of one frame of the wire. */
const pieceBytes = 4 * 1024 * 1024;

export type ReadImage =
  | { readonly kind: 'image'; readonly image: ImageAsk }
  | { readonly kind: 'refused'; readonly why: string };

export class Images {
  readonly #bytes = new Map<string, Uint8Array<ArrayBuffer>>();

  take(bytes: Uint8Array<ArrayBuffer>, name: string): ReadImage {
    const type = typeOf(bytes);
    if (!type) return { kind: 'refused', why: `${name} is no PNG, JPEG, GIF or WebP picture` };
    if (bytes.length > imageLimit)
      return { kind: 'refused', why: `${name} is larger than ${imageLimit / 1024 / 1024} MB: make it smaller first` };
    const hash = createHash('sha256').update(bytes).digest('hex');
    this.#bytes.set(hash, bytes);
    this.#shorten();
    return { kind: 'image', image: { hash, type } };
  }

  file(path: string): ReadImage {
    try {
      if (statSync(path).size > imageLimit * 4) return { kind: 'refused', why: `${path} is larger than 5 MB` };
      return this.take(readFileSync(path), path);
    } catch (error) {
      return { kind: 'refused', why: `${path} cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'error'}` };
    }
  }

  /** The bytes go before the words that name them; what the daemon has already is not sent twice. */
  async send(client: Client, images: readonly ImageAsk[]) {
    for (const { hash } of images) {
      const bytes = this.#bytes.get(hash);
      if (!bytes) continue; // Of an earlier message: the daemon has it.
      for (let offset = 0; offset < bytes.length; offset += pieceBytes) {
        const piece = bytes.subarray(offset, offset + pieceBytes);
        await client.request('blob.put', { hash, offset, bytes: piece, last: offset + piece.length === bytes.length });
      }
    }
  }

  /** The oldest go first. */
  #shorten() {
    let size = [...this.#bytes.values()].reduce((sum, bytes) => sum + bytes.length, 0);
    for (const [hash, bytes] of this.#bytes) {
      if (size <= keptLimit) return;
      this.#bytes.delete(hash);
      size -= bytes.length;
    }
  }
}

/** Those of a row, as they are asked for. */
export const imagesOf = (images: readonly Image[] = []): ImageAsk[] =>
  images.map(({ blob, type }) => ({ hash: blob.replace(/^blob:/, ''), type }));

/** By its first bytes: a name may say anything. */
function typeOf(bytes: Uint8Array): ImageAsk['type'] | undefined {
  const head = Buffer.from(bytes.subarray(0, 12)).toString('latin1');
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png';
  if (head.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (/^GIF8[79]a/.test(head)) return 'image/gif';
  return head.startsWith('RIFF') && head.slice(8) === 'WEBP' ? 'image/webp' : undefined;
}

/** The file that a dropped or pasted text is the path of, as terminals write one: quoted, escaped, or a URL. */
export function droppedImage(text: string, cwd: string): string | undefined {
  const line = text.trim();
  if (line === '' || line.includes('\n') || line.length > 4096) return undefined;
  const path = plainPath(line);
  if (!/\.(png|jpe?g|gif|webp)$/i.test(path)) return undefined;
  const whole = isAbsolute(path) ? path : path.startsWith('~/') ? join(homedir(), path.slice(2)) : join(cwd, path);
  return statSync(whole, { throwIfNoEntry: false })?.isFile() ? whole : undefined;
}

function plainPath(line: string): string {
  const quoted = /^(['"])(.*)\1$/.exec(line);
  if (quoted) return quoted[2]!;
  if (/^file:\/\//.test(line)) {
    try {
      return fileURLToPath(line);
    } catch {
      return line;
    }
  }
  return line.replaceAll(/\\(.)/g, '$1');
}
