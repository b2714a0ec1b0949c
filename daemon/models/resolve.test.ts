import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkConfig } from '../../core/config-check.ts';
import type { Table } from '../../core/toml.ts';
import { createTokens } from './auth-command.ts';
import type { Provider, Wire } from './provider.ts';
import { renewing } from './renew.ts';
import { createResolve, type ResolveInput } from './resolve.ts';
import { createResponses } from './responses.ts';

let dir: string;
beforeAll(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'tcx-auth-')));
});
afterAll(() => rmSync(dir, { recursive: true }));

function config(table: Table) {
  const checked = checkConfig(table);
  if (!checked.ok) throw new Error(JSON.stringify(checked.problems));
  return checked.config;
}

let clock = 1_000_000;
const resolve = createResolve(createTokens({ spawn, now: () => clock, userHome: tmpdir() }));

const lookup = (values: Record<string, string>) => (name: string) => values[name];

const input = (table: Table, more: Partial<ResolveInput> = {}): ResolveInput => ({
  config: config(table),
  id: 'x',
  env: () => undefined,
  stored: () => undefined,
  environment: { PATH: process.env.PATH ?? '' },
  ...more,
});

const withAuth = (auth: Table) => input({ model_providers: { x: { auth } } });

/** A script that counts its runs in a file beside it; `$n` is the number of this run. */
function script(name: string, body: string): { path: string; runs: () => number } {
  const path = join(dir, name);
  writeFileSync(path, `#!/bin/sh\necho >> "$0.runs"\nn=$(wc -l < "$0.runs" | tr -d ' ')\n${body}\n`);
  chmodSync(path, 0o755);
  const count = `${path}.runs`;
  return { path, runs: () => (existsSync(count) ? readFileSync(count, 'utf8').length : 0) };
}

async function key(given: ResolveInput): Promise<string | undefined> {
  const resolved = await resolve(given);
  return resolved.kind === 'ready' ? resolved.provider.key : `${resolved.kind}: ${resolved.why}`;
}

describe('a key from the environment or the store', () => {
  const openai = { id: 'openai' };
  test.each([
    ['of the variable', { OPENAI_API_KEY: ' env ' }, {}, 'env'],
    ["of Codex's variable first", { OPENAI_API_KEY: 'env', CODEX_API_KEY: 'codex' }, {}, 'codex'],
    ['of the store', {}, { openai: 'stored' }, 'stored'],
    ['of the variable before the store', { OPENAI_API_KEY: 'env' }, { openai: 'stored' }, 'env'],
  ])('is that %s', async (_, env, stored, expected) =>
    expect(await key(input({}, { ...openai, env: lookup(env), stored: lookup(stored) }))).toBe(expected),
  );

  test('that is missing is named, with the instructions', async () => {
    const table = { model_providers: { x: { name: 'Shop', env_key: 'SHOP_KEY', env_key_instructions: 'Ask Kim.' } } };
    expect(await resolve(input(table, { env: lookup({ SHOP_KEY: ' ' }) }))).toEqual({
      kind: 'needs a key',
      why: 'Shop needs a key, and SHOP_KEY is not set. Ask Kim.',
      fix: 'attach from a terminal that has SHOP_KEY',
    });
    expect(await resolve(input({}, openai))).toMatchObject({
      kind: 'needs a key',
      why: 'OpenAI needs a key, and OPENAI_API_KEY is not set.',
    });
  });

  test('is not in the way where none is wanted', async () => {
    const resolved = await resolve(input({ model_providers: { x: { base_url: 'http://l/v1' } } }));
    expect(resolved).toEqual({
      kind: 'ready',
      provider: {
        id: 'x',
        name: 'x',
        wire: 'responses',
        baseUrl: 'http://l/v1',
        headers: {},
        query: {},
        requestMaxRetries: 4,
        streamMaxRetries: 5,
        streamIdleMs: 300_000,
      },
    });
  });

  test('of a provider there is none of', async () =>
    expect(await resolve(input({}))).toMatchObject({ kind: 'failed', why: expect.stringContaining('"x"') }));
});

describe('a key from a command', () => {
  test('is what it prints, run in its folder with its arguments and environment', async () => {
    const { path } = script('prints', 'echo "  $1-$PLACE-$(pwd)  "');
    const environment = { PATH: process.env.PATH ?? '', PLACE: 'here' };
    const given = { ...withAuth({ command: path, args: ['a b'], cwd: dir }), environment };
    expect(await key(given)).toBe(`a b-here-${dir}`);
  });

  test('is kept for its interval, and fetched once by many', async () => {
    const { path, runs } = script('counts', 'echo token-$n');
    const given = withAuth({ command: path, refresh_interval_ms: 1000 });
    expect(await Promise.all([key(given), key(given), key(given)])).toEqual(['token-1', 'token-1', 'token-1']);
    clock += 999;
    expect(await key(given)).toBe('token-1');
    clock += 1;
    expect(await Promise.all([key(given), key(given)])).toEqual(['token-2', 'token-2']);
    expect(runs()).toBe(2);
  });

  test('with an interval of 0 is kept until the server does not take it', async () => {
    const { path, runs } = script('forever', 'echo token-$n');
    const given = withAuth({ command: path, refresh_interval_ms: 0 });
    const first = await resolve(given);
    clock += 1e9;
    expect(await key(given)).toBe('token-1');
    if (first.kind !== 'ready' || !first.renew) throw new Error('not ready');
    const again = await Promise.all([first.renew('token-1'), first.renew('token-1')]);
    expect(again.map((provider) => provider?.key)).toEqual(['token-2', 'token-2']);
    expect(await key(given)).toBe('token-2');
    expect(runs()).toBe(2);
  });

  test('that prints the same again has nothing new to offer', async () => {
    const { path } = script('same', 'echo same');
    const resolved = await resolve(withAuth({ command: path }));
    expect(resolved.kind === 'ready' && (await resolved.renew?.('same'))).toBeUndefined();
  });

  test.each([
    ['a code', 'echo one >&2; echo no such login >&2; exit 3', 'ended with code 3: no such login'],
    ['a signal', 'kill -9 $$', 'was ended by SIGKILL'],
    ['nothing', 'echo', 'printed nothing'],
    ['bytes', "printf '\\377'", 'printed something that is not UTF-8'],
    ['a flood', 'yes', 'printed more than 65536 bytes'],
  ])('that ends with %s is a failure', async (name, body, why) => {
    const { path } = script(`bad-${name.replace(' ', '-')}`, body);
    expect(await key(withAuth({ command: path }))).toBe(`failed: the auth command of provider "x" ${why}`);
  });

  test('that failed is run again the next time', async () => {
    const { path } = script('recovers', '[ "$n" = 2 ] && echo token');
    expect(await key(withAuth({ command: path }))).toContain('failed:');
    expect(await key(withAuth({ command: path }))).toBe('token');
  });

  test('that does not end is killed with its children', async () => {
    const { path } = script('hangs', 'sleep 1000 & echo $! > "$0.child"; wait');
    const why = await key(withAuth({ command: path, timeout_ms: 1500 }));
    expect(why).toBe('failed: the auth command of provider "x" did not end within 1500 ms');
    const child = Number(readFileSync(`${path}.child`, 'utf8'));
    await expect.poll(() => isAlive(child)).toBe(false);
  });

  test('that does not exist is named', async () =>
    expect(await key(withAuth({ command: join(dir, 'nope') }))).toContain('cannot be started: spawn'));
});

/** A killed process whose parent has not looked yet is a zombie. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  return process.platform !== 'linux' || !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
}

describe('a server that answers 401', () => {
  const request = {
    session: 's',
    turn: 1,
    model: 'gpt-5',
    instructions: '',
    items: [],
    tools: [],
    parallelCalls: true,
  };

  async function ask(wire: Wire, provider: Provider) {
    return wire(provider, request, { signal: new AbortController().signal, emit: () => {} });
  }

  test('is asked once more with the new token', async () => {
    const keys: (string | undefined)[] = [];
    const server = createServer((incoming, outgoing) => {
      keys.push(incoming.headers.authorization);
      incoming.resume().on('end', () => {
        if (incoming.headers.authorization !== 'Bearer token-2') return outgoing.writeHead(401).end('{}');
        outgoing.writeHead(200, { 'content-type': 'text/event-stream' });
        return outgoing.end('data: {"type":"response.completed","response":{"id":"r","status":"completed"}}\n\n');
      });
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    try {
      const { path } = script('for-server', 'echo token-$n');
      const base_url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
      const resolved = await resolve(input({ model_providers: { x: { base_url, auth: { command: path } } } }));
      if (resolved.kind !== 'ready' || !resolved.renew) throw new Error('not ready');
      const plain = createResponses({ fetch, userAgent: 'test', now: () => clock });
      expect(await ask(plain, resolved.provider)).toMatchObject({ kind: 'failed' });
      expect(await ask(renewing(plain, resolved.renew), resolved.provider)).toMatchObject({ kind: 'done' });
      expect(keys).toEqual(['Bearer token-1', 'Bearer token-1', 'Bearer token-2']);
      expect(
        await ask(
          renewing(plain, async () => undefined),
          resolved.provider,
        ),
      ).toMatchObject({ kind: 'failed' });
    } finally {
      server.close();
    }
  });
});
