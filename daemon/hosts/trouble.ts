/** Why a session takes nothing just now, and how that is said to whoever asks it for something. */
import type { SessionId } from '../../core/ids.ts';
import { HostError, type Trouble } from './host.ts';

export const quarantine = (session: SessionId, error: string): Trouble => ({
  kind: 'quarantined',
  why: `session ${session} is set aside: ${error}`,
  fix: `tcx doctor session ${session}`,
});

export const diskFull = (session: SessionId, { message }: Error): Trouble => ({
  kind: 'disk full',
  why: `the log of session ${session} cannot be written: ${message}`,
  fix: 'make room on the disk of the home; it is tried again every few seconds',
});

const codes = { quarantined: 'quarantined', 'disk full': 'disk-full', 'engine away': 'engine-away' } as const;

export const refusal = ({ kind, why, fix }: Trouble) => new HostError(codes[kind], why, fix);

export const closing = () => new HostError('stopping', 'the daemon is stopping', 'try again in a moment');

export const bug = (session: SessionId, error: unknown) =>
  new HostError('bug', `a machine of session ${session} threw: ${String(error)}`, `tcx doctor session ${session}`, {
    cause: error,
  });
