/** The holder of a daemon's home, found or begun; a daemon that is not the newest of its home is refused. */

import { type Place, Refusal } from '../listen.ts';
import type { Logs } from '../logs.ts';
import { Holder } from './client.ts';
import { isRefused } from './protocol.ts';

export interface HolderNeeds {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly userHome: string;
  readonly build: string;
  readonly holderFile: string;
  readonly logger: Logs['logger'];
}

export async function openHolder(
  place: Place,
  { env, userHome, build, holderFile, logger }: HolderNeeds,
): Promise<Holder> {
  const holder = await Holder.open({
    run: place.run,
    build,
    epoch: place.lock.epoch,
    command: [process.execPath, holderFile],
    env: { PATH: env.PATH ?? '/usr/bin:/bin', HOME: userHome },
    gone: (gone) => {
      logger.warn(gone, 'a holder of commands ended');
      // Another daemon has the home now, whatever the lock says: this one must not act for it any more.
      if (gone.superseded) process.kill(process.pid, 'SIGTERM');
    },
  });
  if (isRefused(holder)) throw new Refusal('epoch', holder.why, 'tcx daemon status');
  return holder;
}
