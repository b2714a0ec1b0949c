/** One check: how long it took and what it found. A check that breaks is a finding, not the end of the others. */
import type { Check, DaemonStatus } from '../../ipc/messages.ts';
import type { Holder } from '../holder/client.ts';
import type { Host } from '../hosts/host.ts';
import type { Index } from '../index-db.ts';
import type { Place } from '../listen.ts';
import type { ModelAccess } from '../model-access.ts';

export interface DoctorDeps {
  readonly home: string;
  readonly userHome: string;
  readonly place: Place;
  readonly host: Host;
  readonly holder: Holder;
  readonly index: Index;
  readonly access: ModelAccess;
  /** The daemon's own variables. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The digest of the environment of the client that asks. */
  readonly client: string | undefined;
  readonly status: () => Promise<DaemonStatus>;
}

export type Found = Omit<Check, 'id' | 'category' | 'durationMs'>;

export async function check(id: string, category: string, look: () => Promise<Found>): Promise<Check> {
  const started = performance.now();
  const found = await look().catch((error: Error): Found => ({ status: 'fail', summary: error.message, details: {} }));
  return { id, category, ...found, durationMs: Math.round(performance.now() - started) };
}

export const ok = (summary: string, details: Record<string, string> = {}): Found => ({
  status: 'ok',
  summary,
  details,
});

/** Something to mend: `fail` when tcx cannot work as it is. */
export const amiss = (
  status: 'warning' | 'fail',
  summary: string,
  remediation: string,
  details: Record<string, string> = {},
): Found => ({ status, summary, details, remediation });
