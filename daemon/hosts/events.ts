/** What was put before a session's actors, as whoever looks on is told of it. */
import type { Job } from '../../actors/drive.ts';
import { ownerOf, type Tree } from '../../actors/tree.ts';
import type { Committed } from './host.ts';

export const eventsOf = (before: Tree, jobs: readonly Job[]): Committed['events'] =>
  jobs.flatMap((job) => eventOf(before, job));

function eventOf(before: Tree, job: Job): Committed['events'] {
  switch (job.job) {
    case 'event':
      return [{ to: job.to, type: job.event.type }];
    case 'settle':
      return [{ to: ownerOf(job.key), type: `settled ${job.outcome.kind}` }];
    case 'due': {
      const deadline = before.deadlines[job.id];
      return deadline ? [{ to: deadline.actor, type: deadline.event.type }] : [];
    }
    case 'born':
      return [{ to: job.id, type: 'born' }];
    case 'begin':
      return job.keys.map((key) => ({ to: ownerOf(key), type: 'begun again' }));
    default:
      return [];
  }
}
