/** A turn in a session of 100,000 rows against one of ten: the past costs nothing. */
import { type Figure, ratio } from '../figure.ts';
import { bench } from '../home.ts';
import { writeLog } from '../long-log.ts';
import { pair } from '../measure.ts';
import { sayAndWait } from '../turns.ts';

export const rowsOfShort = 10;
export const rowsOfLong = 100_000;
const runs = 25;

export const longSession: Figure = {
  id: 'long-session',
  what: `a turn in a loaded session of ${rowsOfLong} rows, summarised lately, against one of ${rowsOfShort}`,
  unit: '×',
  take: async () => {
    await using place = await bench(() => ({ text: 'hello' }), '', { cold: true });
    const short = await writeLog(place.home.home, place.home.work, rowsOfShort);
    const long = await writeLog(place.home.home, place.home.work, rowsOfLong);
    await place.home.start();
    using client = await place.home.client();
    for (const session of [short, long]) await client.request('attach', { session });
    let said = 0;
    const turn = async (session: string) => {
      const started = performance.now();
      await sayAndWait(client, session, `key ${said++}`, 'and now?');
      return performance.now() - started;
    };
    const { a, b } = await pair(
      () => turn(short),
      () => turn(long),
      { runs },
    );
    return ratio(b, a);
  },
};
