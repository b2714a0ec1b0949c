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
