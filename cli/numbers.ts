/** Values of flags that are numbers or durations, or a usage error that names the flag. */
import { type Parsed, UsageError } from './args.ts';
import { parseDuration } from './time.ts';

/** A whole number from 0, or undefined when the flag is not there. */
export function count({ flags }: Parsed, flag: string): number | undefined {
  const value = flags[flag];
  if (typeof value !== 'string') return undefined;
  if (/^\d{1,15}$/.test(value)) return Number(value);
  throw new UsageError(`invalid value '${value}' for '--${flag}'`, 'a whole number');
}

/** In ms. */
export function duration({ flags }: Parsed, flag: string): number | undefined {
  const value = flags[flag];
  if (typeof value !== 'string') return undefined;
  const ms = parseDuration(value);
  if (ms !== undefined) return ms;
  throw new UsageError(`invalid value '${value}' for '--${flag}'`, 'a duration such as 30s, 5m or 1h');
}
