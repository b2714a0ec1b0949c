/** Asks again when the daemon went away before it answered: for what may be asked twice, or is done once by its key or id. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from '../ipc/client.ts';
import { ClientError } from '../ipc/client-error.ts';

const noticeMs = 20;

export async function insist<Answer>(client: Client, ask: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof ClientError) || error.code !== 'gone') throw error;
      await back(client, error);
    }
  }
}

/** Makes a session of an id: a second time is refused because the first one counted. */
export async function insistOnMaking(client: Client, make: () => Promise<unknown>): Promise<void> {
  let asked = 0;
  await insist(client, () => {
    asked++;
    return make();
  }).catch((error: unknown) => {
    if (!(asked > 1 && error instanceof ClientError && error.code === 'exists')) throw error;
  });
}

/** Until the client has found a daemon again; a client that does not look for one will not. */
function back(client: Client, gone: ClientError): Promise<void> {
  // The connection is gone and nobody has noticed yet.
  if (client.state.state === 'connected') return pause(noticeMs);
  if (client.state.state === 'closed') return Promise.reject(gone);
  return new Promise((resolve, reject) => {
    const watching = client.onState(({ state }) => {
      if (state === 'away') return;
      watching[Symbol.dispose]();
      if (state === 'connected') resolve();
      else reject(gone);
    });
  });
}
