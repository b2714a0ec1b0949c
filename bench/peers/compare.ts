/** `--peers`: tcx and the other agents side by side, each driven by the same scripted server. */
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cleanedUp } from '../cleanup.ts';
import { median } from '../measure.ts';
import { sentence } from '../report.ts';
import { claude } from './claude.ts';
import { codex } from './codex.ts';
import { type Install, install } from './install.ts';
import { opencode } from './opencode.ts';
import type { Peer } from './peer.ts';
import { type Cell, type Race, races } from './races.ts';
import { tcx } from './tcx.ts';

interface Known {
  readonly packageName: string;
  readonly command: string;
  readonly peer: (installed: Install) => Peer;
}

const known: readonly Known[] = [
  { packageName: '@openai/codex', command: 'codex', peer: codex },
  { packageName: '@anthropic-ai/claude-code', command: 'claude', peer: claude },
  { packageName: 'opencode-ai', command: 'opencode', peer: opencode },
];

export interface Comparing {
  /** Where the others are, or are put and left; without it a folder that is gone afterwards. */
  readonly folder: string | undefined;
  readonly only: readonly string[] | undefined;
  readonly say: (line: string) => void;
}

export interface Compared extends Cell {
  /** By the agent's name; what could not be taken is not there. */
  readonly values: ReadonlyMap<string, number>;
}

/** Why an agent, or a race of it, is missing. */
export interface Missing {
  readonly agent: string;
  /** Undefined: the agent as a whole. */
  readonly cells: readonly string[] | undefined;
  readonly why: string;
}

export interface Comparison {
  readonly peers: readonly Pick<Peer, 'name' | 'version'>[];
  readonly rows: readonly Compared[];
  readonly missing: readonly Missing[];
}

export async function compare({ folder, only, say }: Comparing): Promise<Comparison> {
  const place = folder ?? mkdtempSync(join(tmpdir(), 'tcx-peers-'));
  const leave = cleanedUp(async () => {
    if (folder === undefined) await rm(place, { recursive: true, force: true });
  });
  try {
    const missing: Missing[] = [];
    const note: Note = (lack) => {
      missing.push(lack);
      say(sentenceOf(lack));
    };
    const peers = [tcx(), ...(await others(place, say, note))];
    const wanted = races.filter(({ cells }) => !only || cells.some(({ id }) => only.includes(id)));
    const rows: Compared[] = [];
    for (const race of wanted) rows.push(...(await run(race, peers, say, note)));
    return { peers, rows: rows.filter(({ id }) => !only || only.includes(id)), missing };
  } finally {
    await leave();
  }
}

type Note = (missing: Missing) => void;

export const sentenceOf = ({ agent, cells, why }: Missing) =>
  cells ? `${cells.join(', ')} of ${agent} cannot be taken: ${why}` : `${agent} is left out: ${why}`;

/** Those that can be installed and that can do one turn. */
async function others(place: string, say: Comparing['say'], note: Note): Promise<Peer[]> {
  const peers: Peer[] = [];
  for (const { packageName, command, peer } of known) {
    say(`installing ${packageName} …`);
    try {
      const made = peer(await install(place, packageName, command));
      await tryOut(made);
      say(`${command} ${made.version} is there`);
      peers.push(made);
    } catch (error) {
      note({ agent: command, cells: undefined, why: sentence(error) });
    }
  }
  return peers;
}

async function tryOut(peer: Peer) {
  await using runner = await races[0]!.enter(peer);
  await runner.run();
}

async function run(race: Race, peers: readonly Peer[], say: Comparing['say'], note: Note): Promise<Compared[]> {
  const what = race.cells.map(({ id }) => id).join(', ');
  const taken = new Map<string, (readonly number[])[]>();
  await using open = new AsyncDisposableStack();
  const running = new Map<string, () => Promise<readonly number[]>>();
  const drop = (name: string, error: unknown) => {
    running.delete(name);
    taken.delete(name);
    note({ agent: name, cells: race.cells.map(({ id }) => id), why: sentence(error) });
  };
  for (const peer of peers) {
    try {
      running.set(peer.name, open.use(await race.enter(peer)).run);
    } catch (error) {
      drop(peer.name, error);
    }
  }
  for (let round = 0; round < race.rounds + race.warm; round++) {
    say(`${what}: round ${round + 1} of ${race.rounds + race.warm}`);
    for (const [name, once] of running) {
      try {
        const values = await once();
        if (round >= race.warm) taken.set(name, [...(taken.get(name) ?? []), values]);
      } catch (error) {
        drop(name, error);
      }
    }
  }
  return race.cells.map((cell, n) => ({
    ...cell,
    values: new Map([...taken].map(([name, rounds]) => [name, median(rounds.map((values) => values[n]!))])),
  }));
}
