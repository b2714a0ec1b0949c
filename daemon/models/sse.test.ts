import { expect, test } from 'vitest';
import { maxEventChars, readSse, StreamBroken } from './sse.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const streamOf = (...chunks: readonly Uint8Array[]) => ReadableStream.from(chunks) as ReadableStream<Uint8Array>;

async function read(...chunks: readonly Uint8Array[]): Promise<string[]> {
  const events: string[] = [];
  await readSse(streamOf(...chunks), (data) => {
    events.push(data);
    return false;
  });
  return events;
}

const everything = [
  ': a comment\r\n',
  'event: one\r\ndata: {"a":1}\r\n\r\n',
  'data: first line\ndata: second — line\n\n',
  'id: 7\nretry: 10\n\n',
  'data:no space\n\n',
  'unknown: field\ndata: café 🎈\rdata: after CR\r\r',
  'data: last without a blank line',
].join('');
const wanted = ['{"a":1}', 'first line\nsecond — line', 'no space', 'café 🎈\nafter CR', 'last without a blank line'];

test('reads comments, every line end, several data lines and a last event without its blank line', async () => {
  expect(await read(bytes(everything))).toEqual(wanted);
});

test('reads the same events wherever the bytes are cut', async () => {
  const whole = bytes(everything);
  for (let at = 0; at <= whole.length; at++)
    expect(await read(whole.subarray(0, at), whole.subarray(at)), `cut at ${at}`).toEqual(wanted);
});

test('reads the same events one byte at a time', async () => {
  expect(await read(...Array.from(bytes(everything), (byte) => Uint8Array.of(byte)))).toEqual(wanted);
});

test('bytes that are no UTF-8 become replacement characters and break nothing after them', async () => {
  expect(await read(bytes('data: a'), Uint8Array.of(0xff, 0xc3), bytes('b\n\ndata: c\n\n'))).toEqual([
    'a\uFFFD\uFFFDb',
    'c',
  ]);
});

test('an endless line is refused at the limit', async () => {
  let sent = 0;
  const piece = bytes('x'.repeat(1024 * 1024));
  const endless = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      controller.enqueue(sent++ === 0 ? bytes('data: ') : piece);
    },
  });
  await expect(readSse(endless, () => false)).rejects.toThrow(StreamBroken);
  expect(sent).toBeLessThan(maxEventChars / piece.length + 4);
});

test('after the wanted event it returns at once and reads the rest by itself', async () => {
  let pulled = 0;
  const { promise: drained, resolve } = Promise.withResolvers<void>();
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      if (++pulled <= 3) return controller.enqueue(bytes(`data: ${pulled}\n\n`));
      controller.close();
      resolve();
    },
  });
  const seen: string[] = [];
  await readSse(body, (data) => seen.push(data) === 1);
  await drained;
  expect(seen).toEqual(['1']);
});

test('what a reader throws is a bug and comes out unchanged', async () => {
  const bug = new TypeError('a bug');
  const thrown = readSse(streamOf(bytes('data: 1\n\n')), () => {
    throw bug;
  });
  await expect(thrown).rejects.toBe(bug);
});

test('a body that errors is a broken stream with its cause', async () => {
  const cause = new Error('reset by peer');
  const body = new ReadableStream<Uint8Array>({ start: (controller) => controller.error(cause) });
  await expect(readSse(body, () => false)).rejects.toMatchObject({ name: 'StreamBroken', cause });
});
