/** Lengths of time as people write them: `90s`, `30m`, `1h30m`, `2d`, `500ms`. */

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const whole = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+$/;
const parts = /(\d+(?:\.\d+)?)(ms|s|m|h|d)/g;

/** In ms; undefined when the text is no length of time. */
export function parseDuration(text: string): number | undefined {
  if (!whole.test(text)) return undefined;
  let ms = 0;
  for (const [, count, unit] of text.matchAll(parts)) ms += Number(count) * units[unit!]!;
  return Math.round(ms);
}
