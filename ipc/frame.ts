/** Frames on a Unix socket: 4 bytes of length (big-endian), then one msgpack map. Used by the daemon's wire and the holder's. */
import { Packr, RESERVE_START_SPACE } from 'msgpackr/pack';
import { Unpackr } from 'msgpackr/unpack';

export const maxFrameBytes = 16 * 1024 * 1024;
const headerBytes = 4;
/**
 * All packers write into one buffer, which has four times the size of the largest frame so far, and every small frame that
 * waits for a reader keeps all of it; after a frame above this a new one is begun.
 */
const keepBufferBytes = 256 * 1024;
const firstBufferBytes = 64 * 1024;
/** What a body may take before any of it has come: a length is only a claim. */
const firstBodyBytes = 64 * 1024;

export type Message = Readonly<Record<string, unknown>>;

/** `undefined` fields are left out, so a frame is plain msgpack that any language reads. */
const packr = new Packr({ useRecords: false, skipValues: [undefined] } as { useRecords: boolean });
const unpackr = new Unpackr({ useRecords: false, mapsAsObjects: true, int64AsType: 'number' });

/** One frame, ready to be written. Throws a RangeError when it is larger than any peer would read. */
export function encodeFrame(message: Message): Buffer {
  const frame = packr.pack(message, RESERVE_START_SPACE | headerBytes);
  // biome-ignore lint/correctness/useHookAtTopLevel: a method of the packer, no hook
  if (frame.length > keepBufferBytes) packr.useBuffer(Buffer.allocUnsafeSlow(firstBufferBytes));
  const length = frame.length - headerBytes;
  if (length > maxFrameBytes) throw new RangeError(tooLarge(length));
  frame.writeUInt32BE(length, 0);
  return frame;
}

const tooLarge = (length: number) => `a frame of ${length} bytes is over the limit of ${maxFrameBytes}`;

export interface Decoded {
  readonly messages: readonly Message[];
  /** The stream is broken here: nothing after it can be read, so the connection is to be closed. */
  readonly error?: string;
}

/** Turns chunks, cut anywhere, back into messages. Holds at most one unfinished frame. */
export class FrameDecoder {
  #header = Buffer.alloc(headerBytes);
  #headerHas = 0;
  #body: Buffer | undefined;
  #bodyHas = 0;
  #bodyWants = 0;
  #error: string | undefined;

  push(chunk: Uint8Array): Decoded {
    const messages: Message[] = [];
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let at = 0;
    while (at < bytes.length && this.#error === undefined)
      at += this.#body ? this.#fill(bytes, at, messages) : this.#begin(bytes, at, messages);
    return this.#error === undefined ? { messages } : { messages, error: this.#error };
  }

  /** Reads header bytes; a frame that lies whole in the chunk is decoded in place, without a copy. */
  #begin(bytes: Buffer, at: number, messages: Message[]): number {
    const took = bytes.copy(this.#header, this.#headerHas, at, at + headerBytes - this.#headerHas);
    this.#headerHas += took;
    if (this.#headerHas < headerBytes) return took;
    this.#headerHas = 0;
    const length = this.#header.readUInt32BE(0);
    if (length > maxFrameBytes) {
      this.#error = tooLarge(length);
      return took;
    }
    const start = at + took;
    if (start + length <= bytes.length) {
      this.#decode(bytes.subarray(start, start + length), messages);
      return took + length;
    }
    this.#bodyWants = length;
    this.#bodyHas = 0;
    this.#body = Buffer.allocUnsafeSlow(Math.min(length, firstBodyBytes));
    return took;
  }

  #fill(bytes: Buffer, at: number, messages: Message[]): number {
    const room = Math.min(bytes.length - at, this.#bodyWants - this.#bodyHas);
    const body = this.#grown(this.#bodyHas + room);
    bytes.copy(body, this.#bodyHas, at, at + room);
    this.#bodyHas += room;
    if (this.#bodyHas === this.#bodyWants) {
      this.#body = undefined;
      this.#decode(body.subarray(0, this.#bodyWants), messages);
    }
    return room;
  }

  /** The body's buffer, at least `size` long; it doubles, so that single bytes cost no quadratic copying. */
  #grown(size: number): Buffer {
    const body = this.#body!;
    if (size <= body.length) return body;
    const larger = Buffer.allocUnsafeSlow(Math.min(this.#bodyWants, Math.max(size, body.length * 2)));
    body.copy(larger, 0, 0, this.#bodyHas);
    this.#body = larger;
    return larger;
  }

  #decode(body: Buffer, messages: Message[]): void {
    try {
      const value: unknown = unpackr.unpack(body);
      if (isMap(value)) messages.push(value);
      else this.#error = 'a frame is not a map';
    } catch (error) {
      this.#error = `a frame is not msgpack: ${error instanceof Error ? error.message : String(error)}`;
    }
  }
}

const isMap = (value: unknown): value is Message =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
