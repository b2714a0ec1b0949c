/** What a command said since it was last looked at: the first and the last half of a limit, and how much between is gone. */
export class HeadTail {
  readonly #half: number;
  readonly #head: Uint8Array[] = [];
  #headBytes = 0;
  readonly #tail: Uint8Array[] = [];
  #tailBytes = 0;
  #omitted = 0;

  constructor(limit: number) {
    this.#half = Math.floor(limit / 2);
  }

  /** Bytes that were there and are not held. */
  get omitted() {
    return this.#omitted;
  }

  push(chunk: Uint8Array) {
    const room = this.#half - this.#headBytes;
    if (this.#omitted === 0 && this.#tailBytes === 0 && room > 0) {
      this.#head.push(chunk.subarray(0, room));
      this.#headBytes += Math.min(room, chunk.length);
      if (chunk.length > room) this.#pushTail(chunk.subarray(room));
    } else this.#pushTail(chunk);
  }

  /** Bytes the source itself no longer had. */
  skip(bytes: number) {
    this.#omitted += bytes;
  }

  bytes = () => Buffer.concat([...this.#head, ...this.#tail]);

  #pushTail(chunk: Uint8Array) {
    this.#tail.push(chunk);
    this.#tailBytes += chunk.length;
    while (this.#tailBytes > this.#half) {
      const first = this.#tail[0]!;
      const over = this.#tailBytes - this.#half;
      const dropped = Math.min(over, first.length);
      if (dropped === first.length) this.#tail.shift();
      else this.#tail[0] = first.subarray(dropped);
      this.#tailBytes -= dropped;
      this.#omitted += dropped;
    }
  }
}
