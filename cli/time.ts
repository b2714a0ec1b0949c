/** Durations and ages as people write and read them. */

const units = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `30s`, `5m`, `1h30m`, or plain seconds; undefined for anything else. In ms. */
export function parseDuration(text: string): number | undefined {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text) return undefined;
  return parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * units[unit as keyof typeof units], 0);
}

/** `12s`, `4m`, `2h`, `3d`: the largest unit alone. */
export function age(ms: number): string {
  if (ms < units.m) return `${Math.max(0, Math.floor(ms / units.s))}s`;
  if (ms < units.h) return `${Math.floor(ms / units.m)}m`;
  if (ms < units.d) return `${Math.floor(ms / units.h)}h`;
  return `${Math.floor(ms / units.d)}d`;
}

export const iso = (ms: number) => new Date(ms).toISOString();

/** `03-01 09:00:05` of this clock. */
export function clockTime(ms: number): string {
  const date = new Date(ms);
  const two = (n: number) => String(n).padStart(2, '0');
  const day = `${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** A time to come: `09:00` is the next one of this clock, `+30m` from now, else a date with a time; undefined for anything else. */
export function parseWhen(text: string, now: number): number | undefined {
  if (text.startsWith('+')) {
    const ms = parseDuration(text.slice(1));
    return ms === undefined ? undefined : now + ms;
  }
  const clock = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(text);
  if (clock) return nextClock(now, Number(clock[1]), Number(clock[2]), Number(clock[3] ?? 0));
  // A date without a time would be midnight of Greenwich, which nobody means.
  if (!/^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}/.test(text)) return undefined;
  const at = new Date(text.replace(' ', 'T')).getTime();
  return Number.isNaN(at) ? undefined : at;
}

/** The calendar's tomorrow, which is not always 24 hours away. */
function nextClock(now: number, hours: number, minutes: number, seconds: number): number | undefined {
  if (hours > 23 || minutes > 59 || seconds > 59) return undefined;
  const at = new Date(now);
  at.setHours(hours, minutes, seconds, 0);
  if (at.getTime() <= now) {
    at.setDate(at.getDate() + 1);
    at.setHours(hours, minutes, seconds, 0);
  }
  return at.getTime();
}
