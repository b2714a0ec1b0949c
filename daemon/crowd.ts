/** All clients of the daemon: who they are, and the pushes that are for everybody who asked, whatever the session. */
import type { SessionId } from '../core/ids.ts';
import type { Push } from '../ipc/messages.ts';
import type { Client } from './connection.ts';
import type { Hub } from './hub.ts';

/** Lists are told to have changed at most this often. */
const changedMs = 100;

export class Crowd {
  readonly clients = new Map<number, Client>();
  readonly #hub: () => Hub;
  readonly #watchers = { list: new Set<Client>(), inbox: new Set<Client>() };
  readonly #tracers = new Map<Client, SessionId | undefined>();
  #last = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(hub: () => Hub) {
    this.#hub = hub;
  }

  next = () => ++this.#last;

  add(client: Client) {
    this.clients.set(client.client, client);
    client.onClose(() => {
      this.clients.delete(client.client);
      this.#watchers.list.delete(client);
      this.#watchers.inbox.delete(client);
      this.#tracers.delete(client);
      for (const session of this.#hub().sessionsOf(client.client)) this.#hub().leave(session, client.client);
    });
  }

  watch(what: 'list' | 'inbox', client: Client) {
    this.#watchers[what].add(client);
  }
  traced(client: Client, session: SessionId | undefined) {
    this.#tracers.set(client, session);
  }

  /** Something that lists and inboxes show is different. */
  changed() {
    if (this.#timer || this.#watchers.list.size + this.#watchers.inbox.size === 0) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      for (const what of ['list', 'inbox'] as const)
        for (const client of this.#watchers[what]) client.push({ t: 'changed', what });
    }, changedMs);
  }

  trace(session: SessionId | undefined, line: string) {
    for (const [client, only] of this.#tracers)
      if (only === undefined || only === session) client.push({ t: 'trace', line });
  }

  /** The daemon ends: a last word to each, and the connection ends; `again`: another one follows at once. */
  dismiss(again: boolean) {
    clearTimeout(this.#timer);
    const bye: Push = { t: 'bye', why: again ? 'the daemon restarts' : 'the daemon stops', ...(again && { again }) };
    for (const client of this.clients.values()) {
      client.push(bye);
      client.close();
    }
  }
}
