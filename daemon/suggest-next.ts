/** The suggestion after a turn, tied to the daemon: for sessions on somebody's screen, told to all who look. */
import type { Crowd } from './crowd.ts';
import type { ModelDeps } from './effects/model.ts';
import type { Host } from './hosts/host.ts';
import type { Hub } from './hub.ts';
import type { ModelAccess } from './model-access.ts';
import { createSuggest } from './suggest.ts';

interface Parts {
  readonly host: Host;
  readonly hub: Hub;
  readonly access: ModelAccess;
  readonly crowd: Crowd;
  readonly ask: ModelDeps['ask'];
}

export const suggestNext = ({ host, hub, access, crowd, ask }: Parts) =>
  createSuggest({
    wanted: async () => (await access.base())?.disable_suggestions !== true,
    isWatched: (session) =>
      hub.seats(session).some(({ outlet }) => crowd.clients.get(outlet.client)?.hello.kind === 'tui'),
    rows: (session) => host.window(session),
    resolve: access.provider,
    ask,
    seq: async (session) => (await host.state(session)).tree.seq,
    tell: (session, text) => hub.push(session, { t: 'suggestion', session, text }),
  });
