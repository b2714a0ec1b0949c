/** `tcx attach` to a session of 100,000 rows against one of ten: its screen is there as soon. */
import { readdirSync, readlinkSync } from 'node:fs';
import { until } from '../../test/daemon.ts';
import { type Figure, ratio } from '../figure.ts';
import { type Bench, bench } from '../home.ts';
import { lastWords, writeLog } from '../long-log.ts';
import { pair } from '../measure.ts';
import { Screen } from '../screen.ts';
import { rowsOfLong, rowsOfShort } from './long.ts';

const runs = 12;

export const attachFrame: Figure = {
  id: 'attach-frame',
  what: `\`tcx attach\` to a sleeping session of ${rowsOfLong} rows → its end on the screen, against one of ${rowsOfShort}`,
  unit: '×',
  take: async () => {
    await using place = await bench([], 'idle_unload = "1s"', { cold: true });
    const short = await writeLog(place.home.home, place.home.work, rowsOfShort);
    const long = await writeLog(place.home.home, place.home.work, rowsOfLong);
    await place.home.start();
    const { a, b } = await pair(
      () => attach(place, short, rowsOfShort),
      () => attach(place, long, rowsOfLong),
      { runs },
    );
    return ratio(b, a);
  },
};

async function attach(place: Bench, session: string, rows: number): Promise<number> {
  await until(() => isAsleep(place.pid(), session), 'a session asleep');
  await using screen = new Screen(place.tcx('attach', session));
  const seen = await screen.until((text) => text.includes(lastWords(rows)), 'the end of the session');
  return seen - screen.startedAt;
}

/** The daemon has its log closed. */
const isAsleep = (pid: number, session: string) =>
  !readdirSync(`/proc/${pid}/fd`).some((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`).includes(session);
    } catch {
      return false; // Closed meanwhile.
    }
  });
