/** A server on this machine where a vendor's would be: answers by path, and the scripted model behind it for the rest. */
import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FakeModel } from './fake-model.ts';

export interface Answer {
  readonly status?: number;
  readonly body: object;
}
export interface Asked {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface StandIn extends AsyncDisposable {
  readonly origin: string;
  readonly asked: readonly Asked[];
}

/** `answer`: undefined hands the request to the model. */
export async function standIn(answer: (asked: Asked) => Answer | undefined, model?: FakeModel): Promise<StandIn> {
  const asked: Asked[] = [];
  const server = createServer(async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const each = { path: (req.url ?? '').split('?')[0]!, headers: req.headers, body: body.toString() };
    asked.push(each);
    const said = answer(each);
    if (said) {
      res.writeHead(said.status ?? 200, { 'content-type': 'application/json' });
      res.end(JSON.stringify(said.body));
      return;
    }
    if (!model) return void res.writeHead(404).end('{}');
    const on = httpRequest(`${model.origin}${req.url}`, { method: req.method, headers: req.headers }, (from) => {
      res.writeHead(from.statusCode ?? 502, from.headers);
      from.pipe(res);
    });
    on.on('error', () => res.destroy());
    on.end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
