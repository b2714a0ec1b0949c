/** What runs beside the sessions: going on with them after a start, a few at a time, and letting idle ones sleep. */
import type { SessionId } from '../core/ids.ts';
import type { EmbeddedHost } from './hosts/embedded.ts';
import type { SessionState } from './hosts/host.ts';
import { openQuestions, sessionContext, tagsOf } from './views.ts';

/** After a crash every session would ask its model at once; a few at a time get there as fast. */
const resumeAtOnce = 8;
/** A turn that is still busy after so long no longer holds a place. */
const resumePatienceMs = 10_000;
const houseMs = 60_000;
const leastHouseMs = 100;

export const isBusy = ({ tree }: SessionState) => {
  const session = tree.actors[tree.id as string as keyof typeof tree.actors];
  const tags = session && tagsOf(session);
  return tags !== undefined && ['thinking', 'acting', 'stopping'].some((tag) => tags.has(tag));
};

export async function resumeSessions(host: EmbeddedHost, sessions: readonly SessionId[]): Promise<void> {
  const waiting = [...sessions];
  const place = async () => {
    for (let session = waiting.shift(); session; session = waiting.shift()) {
      host.resume(session);
      await settled(host, session);
    }
  };
  await Promise.all(Array.from({ length: resumeAtOnce }, place));
}

/** Until one of its effects is over, or it has had its time. */
function settled(host: EmbeddedHost, session: SessionId): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      watching[Symbol.dispose]();
      resolve();
    };
    const timer = setTimeout(done, resumePatienceMs);
    timer.unref();
    const watching = host.watch({
      committed: (commit) => {
        if (commit.session === session && (commit.closed.length > 0 || Object.keys(commit.tree.open).length === 0))
          done();
      },
    });
    if (Object.keys(host.list().find((state) => state.session === session)?.tree.open ?? {}).length === 0) done();
  });
}

export interface House {
  readonly host: EmbeddedHost;
  readonly viewers: (session: SessionId) => number;
  readonly now: () => number;
  /** How long an idle session stays in memory, in ms. */
  readonly idleMs: () => Promise<number>;
}

/** Now and again: conversations nobody needs leave the memory, and sessions idle for long are files again. */
export function keepHouse({ host, viewers, now, idleMs }: House): Disposable {
  const tidy = async (idle: number) => {
    for (const state of host.list()) {
      const { session, meta, tree } = state;
      if (viewers(session) > 0 || isBusy(state)) continue;
      if (now() - meta.updatedAt > houseMs) host.forgetWindow(session);
      const commands = Object.keys(sessionContext(tree)?.commands ?? {}).length;
      if (commands === 0 && openQuestions(tree).length === 0 && now() - meta.updatedAt > idle)
        await host.unload(session);
    }
  };
  let timer: NodeJS.Timeout | undefined;
  let ended = false;
  const again = () => void (ended || round());
  const round = async () => {
    const idle = await idleMs().catch(() => houseMs);
    // Often enough that a session is not kept for twice its time.
    const pause = Math.min(houseMs, Math.max(idle, leastHouseMs));
    timer = setTimeout(() => void tidy(idle).finally(again), pause);
    timer.unref();
  };
  void round();
  return {
    [Symbol.dispose]: () => {
      ended = true;
      clearTimeout(timer);
    },
  };
}
