/** A turn that appends numbered lines to a file by commands, and whoever is killed meanwhile. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from '../../ipc/client.ts';
import { holderPids, isAlive, startDaemon, type TestHome, until } from '../daemon.ts';
import { type FakeModel, type FakeReply, type FakeRequest, fakeModel, type Script } from '../fake-model.ts';
import { checkLegal } from '../legal-request.ts';

export type Item = Readonly<Record<string, unknown>>;

/** A home whose model is scripted; the daemon starts when the first client comes. */
export interface Scene extends AsyncDisposable {
  readonly home: TestHome;
  readonly model: FakeModel;
  /** Refused requests: what no provider would take. */
  readonly illegal: string[];
}

export async function scene(script: (request: FakeRequest) => FakeReply | Promise<FakeReply>): Promise<Scene> {
  const illegal: string[] = [];
  const checked: Script = (request) => {
    try {
      checkLegal(request);
    } catch (error) {
      illegal.push(`request ${request.n}: ${(error as Error).message}`);
    }
    return script(request);
  };
  const model = await fakeModel(checked);
  const config = `model = "gpt-5"
model_provider = "fake"
[model_providers.fake]
base_url = "${model.v1}"
wire_api = "responses"
request_max_retries = 2
stream_max_retries = 2
`;
  const home = await startDaemon({ config, cold: true });
  return {
    home,
    model,
    illegal,
    [Symbol.asyncDispose]: async () => {
      await home[Symbol.asyncDispose]();
      await model[Symbol.asyncDispose]();
    },
  };
}

/**
 * A client that stays, as a terminal does: when the daemon died it has one started and comes back. What a person would do in
 * safe mode, it does: the daemon says that nothing resumes by itself, so it says `resume`.
 */
export class Terminal implements Disposable {
  readonly #home: TestHome;
  #client: Client | undefined;
  #session: string | undefined;
  #starting: Promise<unknown> | undefined;
  safeModes = 0;

  constructor(home: TestHome) {
    this.#home = home;
  }

  /** From now on the session is gone on with after each start, in safe mode too. */
  async stay(session: string) {
    this.#session = session;
    this.#client = await until(async () => {
      await this.#start();
      return this.#home.client({ reconnect: true, label: 'terminal', heartbeatMs: 500 }).catch(() => undefined);
    }, 'a daemon to come up');
    this.#client.onState(({ state }) => void (state === 'connected' ? this.#goOn() : this.#start()));
    await this.#goOn();
  }

  /** `tcx daemon start` is done when one runs, whoever started it. */
  #start(): Promise<unknown> {
    this.#starting ??= this.#home.tcx(['daemon', 'start']).finally(() => {
      this.#starting = undefined;
    });
    return this.#starting;
  }

  async #goOn() {
    try {
      const { safeMode } = await this.#client!.request('daemon.status', {});
      if (!safeMode || this.#session === undefined) return;
      this.safeModes++;
      await this.#client!.request('resume', { session: this.#session });
    } catch {
      // The daemon died again; the next one is asked.
    }
  }

  /** Asks until there is an answer that holds: daemons come and go. */
  async ask<Value>(
    request: (client: Client) => Promise<Value>,
    holds: (value: Value) => boolean,
    what: string,
  ): Promise<Value> {
    const answered = () =>
      request(this.#client!)
        .then((value) => (holds(value) ? { value } : undefined))
        .catch(() => undefined);
    return (await until(answered, what, 60_000)).value;
  }

  [Symbol.dispose]() {
    this.#client?.close();
    this.#client = undefined;
  }
}

/** Kills the holder of the home's commands, if one lives. */
export function killHolder({ home }: TestHome): boolean {
  const living = holderPids(home).filter(isAlive);
  for (const pid of living) process.kill(pid, 'SIGKILL');
  return living.length > 0;
}

export const readLines = ({ work }: TestHome, name = 'lines.txt'): string[] => {
  const file = join(work, name);
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : [];
};

export const callsOf = (body: { readonly input: readonly Item[] }) =>
  body.input.filter(({ type }) => type === 'function_call');
export const outputsOf = (body: { readonly input: readonly Item[] }) =>
  body.input.filter(({ type }) => type === 'function_call_output');
