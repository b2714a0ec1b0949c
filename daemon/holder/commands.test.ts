import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Holder } from './client.ts';
import { isRefused } from './protocol.ts';
import { answered, exists, finish, Home, runToEnd, shell, until, untilOutput } from './testing.ts';

let home: Home;
let holder: Holder;
let files: string;
beforeAll(async () => {
  home = new Home();
  holder = await home.open();
  files = join(home.run, 'files');
  mkdirSync(files);
}, 20_000);
afterAll(() => home[Symbol.asyncDispose](), 20_000);

let keys = 0;
const key = () => `test/p${++keys}/run#1`;
const exited = (code: number) => expect.objectContaining({ kind: 'exited', code });
const pids = (text: string) => text.trim().split(/\s+/).map(Number);

test('a command’s output and code come back, stdout and stderr as they were written', async () => {
  const script = 'for n in 1 2 3 4 5; do echo out$n; echo err$n >&2; done; exit 3';
  const { text, end } = await runToEnd(holder, shell(key(), script));
  expect(text).toBe([1, 2, 3, 4, 5].map((n) => `out${n}\nerr${n}\n`).join(''));
  expect(end).toMatchObject({ kind: 'exited', code: 3, total: text.length });
});

test('its descriptors are pipes that can be opened by name, and stdin is at its end', async () => {
  const script = 'cat; echo a >/dev/stderr; echo b >/dev/stdout; cat /dev/stdin; echo done';
  expect((await runToEnd(holder, shell(key(), script))).text).toBe('a\nb\ndone\n');
});

test('a key runs once: asked again while it runs and after it ended, it is the same command', async () => {
  const file = join(files, 'once');
  const spec = shell(key(), `echo x >>${file}; read -r line; echo "$line"`, { stdin: 'open' });
  const [first, second] = (await Promise.all([holder.run(spec), holder.run(spec)])).map(answered);
  expect([first!.fresh, second!.fresh]).toEqual([true, false]);
  expect(second!.pid).toBe(first!.pid);
  answered(await holder.write(spec.key, 1, Buffer.from('go\n')));
  const { text, end } = await finish(holder, spec.key);
  expect(text).toBe('go\n');
  expect(answered(await holder.run(spec))).toMatchObject({ fresh: false, pid: first!.pid, end });
  expect(readFileSync(file, 'utf8')).toBe('x\n');
});

test('a write is applied once for each number, and never after a later one', async () => {
  const spec = shell(key(), 'cat', { stdin: 'open' });
  answered(await holder.run(spec));
  const write = async (n: number, text: string, eof = false) =>
    answered(await holder.write(spec.key, n, Buffer.from(text), eof)).applied;
  expect(await write(1, 'one ')).toBe(true);
  expect(await write(1, 'one ')).toBe(false);
  expect(await write(3, 'three ')).toBe(true);
  expect(await write(2, 'two ')).toBe(false);
  expect(await write(4, 'four', true)).toBe(true);
  expect((await finish(holder, spec.key)).text).toBe('one three four');
  expect(await holder.write(spec.key, 5, Buffer.from('x'))).toMatchObject({ refused: 'ended' });
  expect(await write(4, 'four', true)).toBe(false);
});

test('a command without an open stdin says so, and one that does not read takes only so much', async () => {
  const closed = shell(key(), 'sleep 30');
  const deaf = shell(key(), 'sleep 30', { stdin: 'open' });
  for (const spec of [closed, deaf]) answered(await holder.run(spec));
  expect(await holder.write(closed.key, 1, Buffer.from('x'))).toMatchObject({
    refused: 'ended',
    why: 'its stdin is closed',
  });
  const piece = Buffer.alloc(60_000);
  let n = 0;
  for (let answer: object = {}; !isRefused(answer); n++) answer = await holder.write(deaf.key, n + 1, piece);
  expect(n).toBeLessThan(25);
  expect(await holder.write(deaf.key, n + 1, piece)).toMatchObject({ refused: 'full' });
  for (const spec of [closed, deaf]) answered(await holder.signal(spec.key, 'SIGKILL'));
  await Promise.all([holder.ended(closed.key), holder.ended(deaf.key)]);
});

test('3 MB: the first 512 KiB and the newest are there, and the gap between is told to the byte', async () => {
  const total = 3_000_000;
  const spec = shell(key(), `seq -w 1 9999999 | head -c ${total}`);
  answered(await holder.run(spec));
  expect(await holder.ended(spec.key)).toMatchObject({ kind: 'exited', code: 0, total });
  const line = (offset: number) => `${String(Math.floor(offset / 8) + 1).padStart(7, '0')}\n`[offset % 8]!;
  const head = answered(await holder.read(spec.key, 0, 1024 * 1024));
  expect(head).toMatchObject({ from: 0, gap: 0, next: 512 * 1024, total });
  const tail = answered(await holder.read(spec.key, head.next, 1024 * 1024));
  expect(tail.gap).toBe(tail.from - head.next);
  expect(tail.next).toBe(total);
  expect(total - tail.from).toBeGreaterThanOrEqual(512 * 1024);
  expect(total - tail.from).toBeLessThanOrEqual(1024 * 1024);
  for (const { from, bytes } of [head, tail]) {
    const expected = Array.from({ length: bytes.length }, (_, i) => line(from + i)).join('');
    expect(Buffer.from(bytes).toString() === expected).toBe(true);
  }
  const followed = await finish(holder, spec.key);
  expect(followed.gap).toBe(tail.gap);
  expect(followed.bytes.length + followed.gap).toBe(total);
  expect((await finish(holder, spec.key, 700_000)).gap).toBe(tail.from - 700_000);
});

test('a live follower hears every byte of 3 MB, also those that are dropped later', async () => {
  const spec = shell(key(), 'read -r go; seq -w 1 9999999 | head -c 3000000', { stdin: 'open' });
  answered(await holder.run(spec));
  const following = finish(holder, spec.key);
  answered(await holder.write(spec.key, 1, Buffer.from('\n')));
  const { bytes, gap } = await following;
  expect(gap + bytes.length).toBe(3_000_000);
});

test('binary output arrives as it is, from pipes and from a raw terminal', async () => {
  const script = `awk 'BEGIN{for(i=0;i<256;i++)printf "%c",i}' | LC_ALL=C od -An -v -tx1; printf '\\000\\001\\377\\200\\n'`;
  const piped = await runToEnd(holder, shell(key(), script));
  expect(piped.bytes.subarray(-5)).toEqual(Buffer.from([0, 1, 255, 128, 10]));
  const terminal = await runToEnd(holder, shell(key(), `stty raw; printf '\\000\\001\\377\\200\\n'`, { mode: 'pty' }));
  expect(terminal.bytes).toEqual(Buffer.from([0, 1, 255, 128, 10]));
});

test('a terminal echoes, has the size asked for, and is told of a new one', async () => {
  const spec = shell(
    key(),
    'trap \'stty size\' WINCH; stty size; echo ready; while read -r line; do echo "got $line"; [ "$line" = end ] && exit 4; done',
    {
      mode: 'pty',
      size: { cols: 100, rows: 33 },
      file: 'bash',
    },
  );
  answered(await holder.run(spec));
  expect(await untilOutput(holder, spec.key, 'ready')).toBe('33 100\r\nready\r\n');
  answered(await holder.write(spec.key, 1, Buffer.from('hello\n')));
  expect(await untilOutput(holder, spec.key, 'got hello')).toBe('33 100\r\nready\r\nhello\r\ngot hello\r\n');
  answered(await holder.resize(spec.key, { cols: 120, rows: 40 }));
  answered(await holder.write(spec.key, 2, Buffer.from('\n')));
  await untilOutput(holder, spec.key, '40 120');
  answered(await holder.write(spec.key, 3, Buffer.from('end\n')));
  expect((await finish(holder, spec.key)).end).toEqual(exited(4));
  const { sizes } = answered(await holder.read(spec.key, 0, 10_000));
  expect(sizes).toEqual([
    { at: 0, cols: 100, rows: 33 },
    { at: 33, cols: 120, rows: 40 },
  ]);
});

test('^C in a terminal reaches its foreground program', async () => {
  const spec = shell(key(), 'echo ready; exec sleep 30', { mode: 'pty' });
  answered(await holder.run(spec));
  await untilOutput(holder, spec.key, 'ready');
  answered(await holder.write(spec.key, 1, Buffer.from('\x03')));
  expect(await finish(holder, spec.key)).toMatchObject({ text: 'ready\r\n^C', end: { kind: 'exited', code: 130 } });
});

test('input that a terminal’s program does not read waits without burning the processor', async () => {
  const spec = shell(key(), 'stty raw -echo; echo ready; sleep 1; head -c 100000 | wc -c', { mode: 'pty' });
  answered(await holder.run(spec));
  await untilOutput(holder, spec.key, 'ready');
  const ticks = () =>
    readFileSync(`/proc/${home.file.pid}/stat`, 'utf8')
      .split(' ')
      .slice(13, 15)
      .map(Number)
      .reduce((a, b) => a + b);
  const before = ticks();
  for (const n of [1, 2]) answered(await holder.write(spec.key, n, Buffer.alloc(50_000, 'x')));
  const { text } = await finish(holder, spec.key);
  expect(text).toContain('100000');
  expect(ticks() - before).toBeLessThan(50);
});

test('death by a signal is 128 and its number, in both modes; the whole group gets it', async () => {
  for (const mode of ['pipes', 'pty'] as const) {
    const spec = shell(key(), 'sleep 300 & echo $! $$; wait', { mode });
    answered(await holder.run(spec));
    const [child, leader] = pids(await untilOutput(holder, spec.key, '\n'));
    expect(answered(await holder.signal(spec.key, 'SIGKILL')).sent).toBe(true);
    expect((await finish(holder, spec.key)).end).toMatchObject({ kind: 'exited', code: 137, signal: 'SIGKILL' });
    await until('all of the group is gone', () => !exists(child!) && !exists(leader!));
    expect(answered(await holder.signal(spec.key, 'SIGKILL')).sent).toBe(false);
  }
  const spec = shell(key(), 'exec sleep 300');
  answered(await holder.run(spec));
  answered(await holder.signal(spec.key, 'SIGINT'));
  expect((await finish(holder, spec.key)).end).toMatchObject({ kind: 'exited', code: 130, signal: 'SIGINT' });
});

test('SIGKILL reaches background jobs of an interactive shell, which are groups of their own', async () => {
  const spec = shell(key(), 'set -m; sleep 300 & echo $!; wait', { mode: 'pty', file: 'bash' });
  answered(await holder.run(spec));
  const [job] = pids(await untilOutput(holder, spec.key, '\n'));
  answered(await holder.signal(spec.key, 'SIGKILL'));
  await holder.ended(spec.key);
  await until('the job is gone', () => !exists(job!));
});

test('a grandchild that holds the pipes delays the end by its grace only, and is not killed by writing on', async () => {
  const file = join(files, 'grandchild');
  const go = join(files, 'go');
  const script = `(until [ -e ${go} ]; do sleep 0.02; done; echo late && echo late again && echo alive >${file}) & echo $!`;
  const started = performance.now();
  const { text, end } = await runToEnd(holder, shell(key(), script));
  expect(performance.now() - started).toBeLessThan(5000);
  expect(end).toMatchObject({ kind: 'exited', code: 0, total: text.length });
  writeFileSync(go, '');
  await until('the grandchild has written', () => statSync(file, { throwIfNoEntry: false })?.size === 6);
  expect(pids(text)).toHaveLength(1);
});

test('a running command cannot be forgotten, an unknown one can', async () => {
  const spec = shell(key(), 'sleep 30');
  answered(await holder.run(spec));
  expect(await holder.forget(spec.key)).toMatchObject({ refused: 'running' });
  answered(await holder.signal(spec.key, 'SIGTERM'));
  expect(await holder.ended(spec.key)).toMatchObject({ code: 143 });
  expect(answered(await holder.forget(spec.key))).toEqual({});
  expect(answered(await holder.forget('never/heard#1'))).toEqual({});
  expect(await holder.read(spec.key, 0, 10)).toMatchObject({ refused: 'unknown key' });
});
