/** A refactoring of 40 calls: eight modules, each read, searched, changed, run and looked at again; a plan that moves along. */
import type { FakeReply } from '../fake-model.ts';
import { modules } from './project.ts';
import { type Pace, patch, plan, read, run, search } from './words.ts';

const words: readonly string[] = [
  'It only rounds; the rest can stay as it is.',
  'This one is used by two others, so the name stays and only the inside changes.',
  'Its tests are thin: I look at what calls it before I touch it.',
  'Nothing surprising here. Same change, same reason.',
];

const steps = modules.map((name) => `give ${name} one way to round`);

const change = (name: string) =>
  patch(
    `*** Update File: src/billing/${name}.mjs`,
    '@@',
    `-export const ${name}0 = (cents) => Math.round(cents * 1) / 100;`,
    `-export const ${name}1 = (cents) => Math.round(cents * 2) / 100;`,
    `+const round = (cents) => Math.round(cents) / 100;`,
    `+export const ${name}0 = (cents) => round(cents);`,
    `+export const ${name}1 = (cents) => round(cents * 2);`,
  );

const usage = (n: number) => ({ input: 9_000 + n * 700, cached: 8_400 + n * 700, output: 140, reasoning: 30 });

/** Five calls a module, in three answers; the last answer is the report. */
export const refactoring = ({ delayMs }: Pace): readonly FakeReply[] => [
  ...modules.flatMap((name, at) => [
    {
      delayMs,
      reasoning: `**Reading ${name}**\nWhat does it round, and who asks for it?`,
      text: `Now \`${name}\`. ${words[at % words.length]}`,
      calls: [read(`src/billing/${name}.mjs`), search(`${name}1`, 'src')],
      usage: usage(at * 3),
    },
    { delayMs, calls: [plan(steps, at), change(name)], usage: usage(at * 3 + 1) },
    {
      delayMs,
      calls: [run(`node --check src/billing/${name}.mjs && wc -l src/billing/*.mjs`)],
      usage: usage(at * 3 + 2),
    },
  ]),
  { delayMs, text: report, usage: usage(30) },
];

const report = `All eight modules round in one place now.

- ${modules.slice(0, 4).join(', ')}: changed inside, same names outside
- ${modules.slice(4).join(', ')}: the same
  - \`rates\` and \`rules\` still know of each other; that cycle was there before

> Nothing outside \`src/billing\` was touched.
`;
