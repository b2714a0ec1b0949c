/** Numbers, times and folders as people read them on the screen. Pure. */

/** `3.2s`, `41s`, `2m 10s`, `1h 02m`. */
export function took(ms: number): string {
  if (ms < 9_950) return `${(Math.max(0, ms) / 1000).toFixed(1)}s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${two(seconds % 60)}s`;
  return `${Math.floor(seconds / 3600)}h ${two(Math.floor((seconds % 3600) / 60))}m`;
}

/** As `took`, in whole seconds: for a number that counts. */
export const counting = (ms: number): string => (ms < 9_950 ? `${Math.floor(Math.max(0, ms) / 1000)}s` : took(ms));

const two = (n: number) => String(n).padStart(2, '0');

/** `12s`, `4m`, `2h`, `3d`: the largest unit alone. */
export function age(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}

/** `870`, `1.4k`, `402k`, `1.2M`. */
export function count(n: number): string {
  if (n < 1000) return String(Math.round(n));
  if (n < 100_000) return `${(n / 1000).toFixed(1)}k`;
  if (n < 1_000_000) return `${Math.round(n / 1000)}k`;
  return `${(n / 1_000_000).toFixed(1)}M`;
}

export const exact = (n: number): string => n.toLocaleString('en-US');
export const money = (usd: number): string => `$${usd.toFixed(2)}`;
export const plural = (n: number, word: string): string => `${n} ${word}${n === 1 ? '' : 's'}`;

export const folder = (path: string, userHome: string | undefined): string =>
  userHome && (path === userHome || path.startsWith(`${userHome}/`)) ? `~${path.slice(userHome.length)}` : path;

export const baseName = (path: string): string => path.split('/').findLast((part) => part !== '') ?? '/';

/** The clock of a time, `08:09`. */
export function clock(ms: number): string {
  const date = new Date(ms);
  return `${two(date.getHours())}:${two(date.getMinutes())}`;
}
