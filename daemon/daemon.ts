/** What the verbs stand on: the parts of a running daemon, put together in `main.ts`. */
import type { ContextPart } from '../actors/session.ts';
import type { SessionId } from '../core/ids.ts';
import type { Settings } from '../core/settings.ts';
import type { ActorInfo, AnswerOf, Check, DaemonStatus } from '../ipc/messages.ts';
import type { SettingsAsk } from '../ipc/protocol.ts';
import type { Crowd } from './crowd.ts';
import type { EnvStore } from './env-store.ts';
import type { Handles } from './handles.ts';
import type { Host } from './hosts/host.ts';
import type { Hub } from './hub.ts';
import type { MarkStore } from './marks.ts';
import type { Sessions } from './sessions.ts';
import type { Setup } from './setup.ts';
import type { StopHow } from './shutdown.ts';

export interface Daemon {
  readonly host: Host;
  readonly hub: Hub;
  readonly sessions: Sessions;
  readonly handles: Handles;
  readonly marks: MarkStore;
  readonly envs: EnvStore;
  readonly crowd: Crowd;
  readonly now: () => number;
  /** What a new session of a directory runs with; throws TcxError when no model is configured. */
  readonly settings: (
    cwd: string,
    env: string | undefined,
    ask: SettingsAsk,
  ) => Promise<{ settings: Settings; warnings: readonly string[] }>;
  /** What a change of a session's settings means. */
  readonly change: (session: SessionId, ask: SettingsAsk) => Promise<Partial<Settings>>;
  /** The facts a message is accompanied by, and what is wrong with the files they come from. */
  readonly facts: (
    cwd: string,
    settings: Settings,
  ) => Promise<{ parts: readonly ContextPart[]; warnings: readonly string[] }>;
  readonly config: (cwd: string, env: string | undefined, overrides: readonly string[]) => Promise<AnswerOf<'config'>>;
  /** Goes on with a turn that waited for a key, when the key is there. */
  readonly unpark: (session: SessionId) => Promise<void>;
  /** A client brought an environment that was not known. */
  readonly learned: () => Promise<void>;
  readonly actors: () => Promise<ActorInfo[]>;
  readonly status: () => Promise<DaemonStatus>;
  /** `env` is the digest of the asker's environment: its keys count. */
  readonly doctor: (session: SessionId | undefined, env: string | undefined) => Promise<readonly Check[]>;
  readonly blobs: {
    put: (hash: string, offset: number, bytes: Uint8Array, last: boolean) => Promise<void>;
    get: (hash: string, offset: number, limit: number) => Promise<{ bytes: Uint8Array; size: number }>;
  };
  readonly setup: Setup;
  /** The log, the marks and what the index knows of a session that is not loaded any more. */
  readonly remove: (session: SessionId) => Promise<void>;
  readonly files: (cwd: string, query: string, limit: number) => Promise<AnswerOf<'files'>>;
  readonly stop: (how: StopHow) => void;
}
