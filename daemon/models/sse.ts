/** Reads a response body as server-sent events. Only `data` is kept: every vendor repeats the event's type in it. */
import { createParser } from 'eventsource-parser';

/** A line, or the data of one event, longer than this (in characters) is no model's answer. */
export const maxEventChars = 16 * 1024 * 1024;
/** How long the rest of a body may take after its last wanted event; a connection that is read to its end is used again. */
const drainMs = 2_000;

/** The body could not be read to its end; `cause` is what the socket or the decoder said. */
export class StreamBroken extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StreamBroken';
  }
}

/**
 * Calls `onData` with the data of each event until it returns true or the body ends.
 * A last event without its blank line counts; bytes that are no UTF-8 become U+FFFD. Throws StreamBroken, or what `onData` throws.
 */
export async function readSse(body: ReadableStream<Uint8Array>, onData: (data: string) => boolean): Promise<void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const feed = createFeed(onData);
  for (;;) {
    const { done, value } = await read(reader);
    try {
      // The blank line ends an event that the server did not end before it closed.
      if (feed(done ? `${decoder.decode()}\n\n` : decoder.decode(value, { stream: true }))) break;
    } catch (error) {
      void cancel(reader);
      throw error;
    }
    if (done) return;
  }
  void drain(reader);
}

/** The parser as a function from text to "it is enough". */
function createFeed(onData: (data: string) => boolean): (chunk: string) => boolean {
  let enough = false;
  let tooLong = false;
  const parser = createParser({
    maxBufferSize: maxEventChars,
    onEvent: ({ data }) => {
      if (!enough) enough = onData(data);
    },
    onError: ({ type }) => {
      if (type === 'max-buffer-size-exceeded') tooLong = true;
    },
  });
  return (chunk) => {
    parser.feed(chunk);
    if (tooLong) throw new StreamBroken(`an event of more than ${maxEventChars} characters`);
    return enough;
  };
}

type Reader = ReadableStreamDefaultReader<Uint8Array>;

async function read(reader: Reader) {
  try {
    return await reader.read();
  } catch (cause) {
    throw new StreamBroken('the connection was lost', { cause });
  }
}

const cancel = (reader: Reader) => reader.cancel().catch(() => {});

async function drain(reader: Reader): Promise<void> {
  const timer = setTimeout(() => void cancel(reader), drainMs);
  try {
    while (!(await reader.read()).done);
  } catch {
    // The answer is complete; how its connection ends matters to nobody.
  } finally {
    clearTimeout(timer);
  }
}
