/**
 * Goldens of screens: the built client on a PTY against a recorded wire, in 256 colours, 16 colours, NO_COLOR and --ascii.
 *
 *   golden('session-done', { frames: 'failing-test', args: ['attach', 'login-test'], act: (screen, replay) => replay.play() });
 *
 * makes or holds `test/golden/screens/session-done.80x24.txt` and so on, one file a size. `act` brings the client to the screen
 * that is meant, once for each mode at the first size; the other sizes are resized to. UPDATE_GOLDENS=1 writes the files anew:
 * read what it wrote. A file has the screen as text, then where which style stands (`row: from-to style`, 0-based, the end
 * included); what modes have alike stands once. The cursor is `@row,column`. Recordings: `test/frames/replay.ts`.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { until } from '../daemon.ts';
import { Replay } from '../frames/replay.ts';
import { Screen } from '../screen.ts';

export const sizes = {
  usual: [80, 24],
  wide: [140, 40],
  low: [40, 12],
  tiny: [20, 5],
  less: [18, 4],
  /** High enough for a whole document. */
  page: [100, 68],
  column: [40, 110],
} as const;
export type SizeName = keyof typeof sizes;

export interface GoldenOptions {
  /** A recording: `test/frames/NAME.jsonl`. */
  readonly frames: string;
  /** Of tcx. */
  readonly args: readonly string[];
  readonly sizes?: readonly SizeName[];
  readonly env?: Readonly<Record<string, string>>;
  readonly act: (screen: Screen, replay: Replay) => Promise<void>;
}

const modes = {
  '256 colours': { args: [], env: {} },
  '16 colours': { args: [], env: { TERM: 'xterm', COLORTERM: '' } },
  NO_COLOR: { args: [], env: { NO_COLOR: '1' } },
  ascii: { args: ['--ascii'], env: {} },
} as const;
type Mode = keyof typeof modes;

const update = process.env.UPDATE_GOLDENS === '1';
/** Longer than any pause between two frames of a client whose wire and clock stand still. */
const quietMs = 600;

export async function golden(name: string, options: GoldenOptions) {
  const written = new Map<SizeName, Map<Mode, Shot>>();
  const failures: string[] = [];
  await Promise.all(
    (Object.keys(modes) as Mode[]).map(async (mode) => {
      for await (const [size, shot] of shots(name, mode, options)) {
        if (!written.has(size)) written.set(size, new Map());
        written.get(size)!.set(mode, shot);
      }
    }),
  );
  for (const [size, shot] of written) {
    const path = fileOf(name, size);
    const text = fileText(shot);
    if (update) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    } else if (!existsSync(path)) failures.push(`${path} is missing: UPDATE_GOLDENS=1 makes it`);
    else expect(text, path).toBe(readFileSync(path, 'utf8'));
  }
  expect(failures).toEqual([]);
}

interface Shot {
  readonly text: string;
  readonly styles: string;
}

async function* shots(
  name: string,
  mode: Mode,
  { frames, args, sizes: wanted = ['usual'], env, act }: GoldenOptions,
): AsyncGenerator<readonly [SizeName, Shot]> {
  await using replay = await Replay.start(frames);
  const [columns, rows] = sizes[wanted[0]!];
  const how = modes[mode];
  await using screen = new Screen(replay, [...how.args, ...args], { columns, rows, env: { ...how.env, ...env } });
  await act(screen, replay);
  for (const [at, size] of wanted.entries()) {
    if (at > 0) screen.resize(sizes[size][0], sizes[size][1]);
    yield [size, await shotOf(screen, name, size, mode)] as const;
  }
}

/** The screen once it is as the golden has it, or once nothing moves any more. */
async function shotOf(screen: Screen, name: string, size: SizeName, mode: Mode): Promise<Shot> {
  const path = fileOf(name, size);
  const known = !update && existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  const take = () => ({ text: screenText(screen), styles: screen.styles().join('\n') });
  if (known !== undefined) {
    await until(() => holds(known, mode, take()), name, 15_000).catch(() => {});
    return take();
  }
  for (let before = ''; ; ) {
    await sleep(quietMs);
    const shot = take();
    if (shot.text + shot.styles === before) return shot;
    before = shot.text + shot.styles;
  }
}

const screenText = (screen: Screen) =>
  [...screen.rows().map((row) => `|${row}`), `@${screen.cursor.y},${screen.cursor.x}`].join('\n');

const fileOf = (name: string, size: SizeName) =>
  join(import.meta.dirname, 'screens', `${name}.${sizes[size].join('x')}.txt`);

interface Part {
  readonly kind: 'screen' | 'styles';
  readonly body: string;
}

const partsOf = ({ text, styles }: Shot): readonly Part[] => [
  { kind: 'screen', body: text },
  { kind: 'styles', body: styles },
];

const head = /^== (screen|styles): (.*)$/m;

/** Whether the golden has these for this mode. */
function holds(golden: string, mode: Mode, shot: Shot): boolean {
  const [, ...found] = golden.split(head);
  return partsOf(shot).every(({ kind, body }) =>
    found.some((word, at) => {
      const [modesOf = '', text = ''] = found.slice(at + 1);
      return word === kind && modesOf.split(', ').includes(mode) && text === `\n${body}\n`;
    }),
  );
}

/** What modes have alike is written once. */
function fileText(shots: ReadonlyMap<Mode, Shot>): string {
  const sections: (Part & { modes: Mode[] })[] = [];
  for (const mode of Object.keys(modes) as Mode[])
    for (const part of partsOf(shots.get(mode)!)) {
      const same = sections.find(({ kind, body }) => kind === part.kind && body === part.body);
      if (same) same.modes.push(mode);
      else sections.push({ ...part, modes: [mode] });
    }
  return sections.map((each) => `== ${each.kind}: ${each.modes.join(', ')}\n${each.body}\n`).join('');
}
