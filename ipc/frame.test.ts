import { expect, test } from 'vitest';
import { encodeFrame, FrameDecoder, type Message, maxFrameBytes } from './frame.ts';

const messages: Message[] = [
  { t: 'hello', id: 1, text: 'grüße 🙂', nested: { list: [1, 2.5, -3, null, true], deep: { a: 'b' } } },
  { t: 'output', bytes: Buffer.from([0, 255, 10, 128]) },
  { t: 'empty' },
  { t: 'big', n: 2 ** 52, text: 'x'.repeat(70_000) },
];
const stream = Buffer.concat(messages.map(encodeFrame));

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

test('a stream cut at every byte arrives whole', () => {
  const small = Buffer.concat(messages.slice(0, 3).map(encodeFrame));
  for (let cut = 0; cut <= small.length; cut++) {
    const decoder = new FrameDecoder();
    const parts = [decoder.push(small.subarray(0, cut)), decoder.push(small.subarray(cut))];
    expect(parts.every((part) => part.error === undefined)).toBe(true);
    expect(plain(parts.flatMap((part) => part.messages))).toEqual(plain(messages.slice(0, 3)));
  }
});

test('single bytes make the same messages as one chunk', () => {
  const decoder = new FrameDecoder();
  const got = [...stream].flatMap((byte) => decoder.push(Uint8Array.of(byte)).messages);
  expect(plain(got)).toEqual(plain(messages));
  expect(plain(new FrameDecoder().push(stream).messages)).toEqual(plain(messages));
});

test('two frames in one chunk, and the head of a third, are two messages now and one later', () => {
  const [first, second, third] = [encodeFrame({ n: 1 }), encodeFrame({ n: 2 }), encodeFrame({ n: 3 })];
  const decoder = new FrameDecoder();
  const now = decoder.push(Buffer.concat([first, second, third.subarray(0, 5)]));
  expect(now.messages).toEqual([{ n: 1 }, { n: 2 }]);
  expect(decoder.push(third.subarray(5)).messages).toEqual([{ n: 3 }]);
});

test('bytes of a decoded frame stay what they were when more is decoded', () => {
  const decoder = new FrameDecoder();
  const one = encodeFrame({ bytes: Buffer.alloc(1000, 1) });
  const two = encodeFrame({ bytes: Buffer.alloc(1000, 2) });
  const [first] = [...decoder.push(one.subarray(0, 500)).messages, ...decoder.push(one.subarray(500)).messages];
  decoder.push(two.subarray(0, 500));
  decoder.push(two.subarray(500));
  expect(Buffer.from(first!.bytes as Uint8Array)).toEqual(Buffer.alloc(1000, 1));
});

test('an encoded frame is not overwritten by the next', () => {
  const frames = Array.from({ length: 5000 }, (_, n) => encodeFrame({ n, text: 'y'.repeat(n % 300) }));
  const decoded = new FrameDecoder().push(Buffer.concat(frames)).messages;
  expect(decoded.map((message) => message.n)).toEqual(frames.map((_, n) => n));
});

test('a small frame after a large one does not keep the memory of that', () => {
  const large = encodeFrame({ t: 'x', text: 'x'.repeat(5_000_000) });
  const small = Array.from({ length: 100 }, (_, n) => encodeFrame({ t: 'y', n }));
  for (const frame of small) expect(frame.buffer.byteLength).toBeLessThanOrEqual(64 * 1024);
  const read = new FrameDecoder().push(Buffer.concat([large, ...small])).messages;
  expect([read.length, read[0]!.text, read.at(-1)]).toEqual([101, 'x'.repeat(5_000_000), { t: 'y', n: 99 }]);
});

test('undefined fields are left out', () => {
  const [message] = new FrameDecoder().push(encodeFrame({ a: 1, b: undefined, c: { d: undefined } })).messages;
  expect(Object.keys(message!)).toEqual(['a', 'c']);
  expect(message!.c).toEqual({});
});

test('a frame of exactly the limit is taken, one byte more is refused on both sides', () => {
  const overhead = encodeFrame({ bytes: Buffer.alloc(100_000) }).length - 4 - 100_000;
  const limit = encodeFrame({ bytes: Buffer.alloc(maxFrameBytes - overhead) });
  expect(limit.length - 4).toBe(maxFrameBytes);
  expect(new FrameDecoder().push(limit).messages).toHaveLength(1);
  expect(() => encodeFrame({ bytes: Buffer.alloc(maxFrameBytes - overhead + 1) })).toThrow(/over the limit/);
  const header = Buffer.alloc(4);
  header.writeUInt32BE(maxFrameBytes + 1);
  expect(new FrameDecoder().push(header).error).toMatch(/16777217 bytes is over the limit/);
});

test('a claimed length takes no memory before the bytes come', () => {
  const header = Buffer.alloc(4);
  header.writeUInt32BE(maxFrameBytes);
  const before = process.memoryUsage().arrayBuffers;
  const decoders = Array.from({ length: 50 }, () => new FrameDecoder());
  for (const decoder of decoders) decoder.push(Buffer.concat([header, Buffer.from([0x81])]));
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * 1024 * 1024);
});

test.each([
  ['text of another protocol', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
  ['a number', Buffer.from([0, 0, 0, 1, 7])],
  ['an array', Buffer.from([0, 0, 0, 1, 0x90])],
  ['nothing', Buffer.from([0, 0, 0, 0])],
  ['a map that ends too soon', Buffer.from([0, 0, 0, 1, 0x81])],
  ['bytes after the map', Buffer.from([0, 0, 0, 2, 0x80, 0x80])],
  ['a byte msgpack never uses', Buffer.from([0, 0, 0, 1, 0xc1])],
  ['a time instead of a map', Buffer.from([0, 0, 0, 6, 0xd6, 0xff, 0, 0, 0, 1])],
])('%s is an error, after the good frames before it, and for ever', (_name, garbage) => {
  const decoder = new FrameDecoder();
  const { messages: good, error } = decoder.push(
    Buffer.concat([encodeFrame({ n: 1 }), garbage, encodeFrame({ n: 2 })]),
  );
  expect(good).toEqual([{ n: 1 }]);
  expect(error).toMatch(/frame/);
  expect(decoder.push(encodeFrame({ n: 3 }))).toEqual({ messages: [], error });
});

test('random bytes never throw and never loop', () => {
  let seed = 1;
  const random = () => {
    seed = (seed * 1103515245 + 12345) & 0x7fffffff;
    return seed >> 16;
  };
  for (let round = 0; round < 2000; round++) {
    const body = Buffer.from(Array.from({ length: random() % 60 }, random));
    const header = Buffer.alloc(4);
    header.writeUInt32BE(body.length);
    const decoder = new FrameDecoder();
    const { messages: got, error } = decoder.push(Buffer.concat([header, body]));
    expect(got.length === 1 || error !== undefined).toBe(true);
  }
});

test('a key named __proto__ changes nothing', () => {
  const frame = Buffer.from([0, 0, 0, 0, 0x81, 0xa9, ...Buffer.from('__proto__'), 0x81, 0xa1, 0x61, 1]);
  frame.writeUInt32BE(frame.length - 4, 0);
  const [message] = new FrameDecoder().push(frame).messages;
  expect(message?.a).toBeUndefined();
  expect(({} as Message).a).toBeUndefined();
});
