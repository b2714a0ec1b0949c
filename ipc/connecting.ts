/** What a client says of itself to be connected to its home's daemon. */
import type { HelloBody } from './client.ts';

export interface Connecting {
  readonly home: string;
  /** Codex's own home, when it lies around ours. */
  readonly codexHome?: string | undefined;
  readonly build: string;
  readonly kind: HelloBody['kind'];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly label?: string;
  readonly reconnect?: boolean;
  readonly heartbeatMs?: number;
  /** False: fail when no daemon answers. Asked anew at each try when it is a function. */
  readonly start?: boolean | (() => boolean);
  /** Told when a start takes long enough to wonder. */
  readonly starting?: () => void;
}
