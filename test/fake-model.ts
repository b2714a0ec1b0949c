/**
 * A scripted model on a real loopback port. It speaks Responses, Messages and Chat Completions, chosen by the path, from one
 * script in no API's words; keeps every request; and can stall, cut, stammer and refuse.
 * Alone: `node test/fake-model.ts --script file.json --port 0` prints its address.
 */
import { EventEmitter, once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type FakeReply, type FakeWire, framesOf } from './fake-model-wires.ts';

export type { FakeReply, FakeWire } from './fake-model-wires.ts';

type Loose = Readonly<Record<string, unknown>>;
/** A parsed body: `input` is there on Responses, `messages` on the other two, `system` on Messages. */
export interface FakeBody extends Loose {
  readonly model: string;
  readonly input: readonly Loose[];
  readonly messages: readonly { readonly role: string; readonly content: unknown }[];
  readonly system: readonly Loose[];
  readonly tools: readonly Loose[];
}

export interface FakeRequest {
  /** Counts from 1. */
  readonly n: number;
  readonly wire: FakeWire;
  /** The client's port: the same one means the same connection. */
  readonly port: number | undefined;
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  readonly bytes: number;
  readonly body: FakeBody;
  /** When its last byte was here, as `performance.now()` counts. */
  readonly at: number;
  /** Resolves when the connection's answer is over, whoever ended it. */
  readonly closed: Promise<void>;
}

/** Replies in order, or an answer to each request, so that lifelike agents can be scripted. */
export type Script = readonly FakeReply[] | ((request: FakeRequest) => FakeReply | Promise<FakeReply>);

export interface FakeModel extends AsyncDisposable {
  /** Without a path. The Messages API is addressed by this, the others by `v1`. */
  readonly origin: string;
  readonly v1: string;
  readonly requests: readonly FakeRequest[];
  /** Resolves when the n-th request is here. */
  readonly request: (n: number) => Promise<FakeRequest>;
}

const scriptEnded: FakeReply = { status: 400, error: { message: 'the script of the fake model has ended' } };

export async function fakeModel(script: Script, { port = 0 } = {}): Promise<FakeModel> {
  const requests: FakeRequest[] = [];
  const arrivals = new EventEmitter();
  const closing = new AbortController();

  const answer = async (req: IncomingMessage, res: ServerResponse) => {
    const wire = wireOf(req.url ?? '');
    if (!wire) return void res.writeHead(404).end();
    const request = await keep(req, res, wire, requests.length + 1);
    requests.push(request);
    arrivals.emit(String(request.n));
    const reply = await replyTo(script, request);
    await play(res, reply, request, closing.signal);
  };
  const server = createServer((req, res) => {
    // A client that hangs up, or a server that is closed, ends an answer early.
    answer(req, res).catch(() => res.destroy());
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    v1: `${origin}/v1`,
    requests,
    request: async (n) => {
      if (!requests[n - 1]) await once(arrivals, String(n));
      return requests[n - 1]!;
    },
    [Symbol.asyncDispose]: async () => {
      closing.abort();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A script that throws is a refusal that the test gets to read. */
async function replyTo(script: Script, request: FakeRequest): Promise<FakeReply> {
  if (typeof script !== 'function') return script[request.n - 1] ?? scriptEnded;
  try {
    return await script(request);
  } catch (error) {
    return { status: 400, error: { message: `the script of the fake model threw: ${String(error)}` } };
  }
}

function wireOf(url: string): FakeWire | undefined {
  const path = url.split('?')[0]!;
  if (path.endsWith('/responses')) return 'responses';
  if (path.endsWith('/messages')) return 'messages';
  return path.endsWith('/chat/completions') ? 'chat' : undefined;
}

async function keep(req: IncomingMessage, res: ServerResponse, wire: FakeWire, n: number): Promise<FakeRequest> {
  const closed = new Promise<void>((resolve) => res.once('close', resolve));
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk as Buffer);
  const at = performance.now();
  const bytes = Buffer.concat(chunks);
  const text = bytes.toString();
  return {
    n,
    wire,
    port: req.socket.remotePort,
    path: req.url ?? '',
    headers: req.headers,
    text,
    bytes: bytes.length,
    body: JSON.parse(text) as FakeBody,
    at,
    closed,
  };
}

/** Of an answer that is held: enough for it not to be whole in any of the APIs. */
const heldFrames = 8;

async function play(res: ServerResponse, reply: FakeReply, request: FakeRequest, signal: AbortSignal): Promise<void> {
  if (reply.waitMs) await sleep(reply.waitMs, undefined, { signal });
  if (reply.status !== undefined && reply.status !== 200) return refuse(res, reply);
  res.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache', ...reply.headers });
  res.flushHeaders();
  const frames = framesOf(request.wire, reply, { n: request.n, model: request.body.model });
  if (reply.cutAt !== undefined) return cutOff(res, Buffer.from(frames.join('')).subarray(0, reply.cutAt));
  const kept = reply.cut ? frames.slice(0, keptFrames(frames, reply.cut)) : frames;
  const started = performance.now();
  for (const [n, frame] of kept.entries()) {
    if (n === kept.length - heldFrames) await reply.hold;
    if (res.destroyed) return;
    const room = res.write(frame);
    const pause = reply.perSecond ? started + ((n + 1) * 1000) / reply.perSecond - performance.now() : reply.delayMs;
    if (pause && pause > 0) await sleep(pause, undefined, { signal });
    else if (!room) await Promise.race([once(res, 'drain'), request.closed]);
  }
  if (reply.cut === 'silent') return;
  if (reply.cut === 'half frame') {
    const last = Buffer.from(frames.at(-1)!);
    return cutOff(res, last.subarray(0, last.length / 2));
  }
  if (reply.cut === 'reset') return cutOff(res, Buffer.of());
  res.end();
}

/** Everything written so far arrives, and then the connection is gone without the end of its body. */
async function cutOff(res: ServerResponse, last: Buffer): Promise<void> {
  if (last.length > 0) await new Promise((resolve) => res.write(last, resolve));
  res.socket?.destroySoon();
}

/** How many frames still come: all but the ending ones, or those up to the first piece of text. */
function keptFrames(frames: readonly string[], cut: NonNullable<FakeReply['cut']>): number {
  const ending = frames.findIndex((frame) =>
    /"type":"(response\.(completed|failed|incomplete)|message_delta)"|"finish_reason":"/.test(frame),
  );
  const text = frames.findIndex((frame) => /output_text\.delta|text_delta|"content":"[^"]/.test(frame));
  const end = ending < 0 ? frames.length : ending;
  return cut === 'before completed' || text < 0 ? end : Math.min(end, text + 1);
}

function refuse(res: ServerResponse, { status = 500, headers, body, error }: FakeReply): void {
  const said = body ?? { error: { type: error?.code, ...error } };
  res.writeHead(status, { 'content-type': 'application/json', ...headers });
  res.end(typeof said === 'string' ? said : JSON.stringify(said));
}

/** A whole JSON array, or one reply a line. */
function readScript(path: string): FakeReply[] {
  const source = readFileSync(path, 'utf8');
  if (source.trimStart().startsWith('[')) return JSON.parse(source) as FakeReply[];
  return source.split('\n').flatMap((line) => (line.trim() === '' ? [] : [JSON.parse(line) as FakeReply]));
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { script: { type: 'string' }, port: { type: 'string', default: '0' } } });
  if (!values.script) throw new Error('usage: node test/fake-model.ts --script FILE [--port N]');
  const model = await fakeModel(readScript(values.script), { port: Number(values.port) });
  process.stdout.write(`${model.origin}\n`);
}
