/** Turns told over the socket, without a process for each. */
import type { Client } from '../ipc/client.ts';

/** Says something in a session that is attached, and waits for the end of its turn. */
export async function sayAndWait(client: Client, session: string, key: string, text: string): Promise<void> {
  const ended = turnEnded(client, session);
  await client.request('say', { session, key, text, mode: 'steer' });
  await ended;
}

function turnEnded(client: Client, session: string): Promise<void> {
  return new Promise((resolve) => {
    const watching = client.onPush((push) => {
      if (push.t !== 'rows' || push.session !== session || !push.rows.some(({ kind }) => kind === 'turn.ended')) return;
      watching[Symbol.dispose]();
      resolve();
    });
  });
}
