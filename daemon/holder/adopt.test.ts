import { expect, test } from 'vitest';
import { type Decision, decide, type Found } from './adopt.ts';
import { holderDied } from './dead.ts';

const nothing: Found = { effects: [], kept: new Set(), held: [], left: [], holders: new Set() };
const exited = { kind: 'exited', code: 3, at: 1, total: 9 } as const;

const cases: [string, Partial<Found>, Decision[]][] = [
  ['nothing anywhere: nothing to do', {}, []],
  [
    'a living holder has it: adopt, whatever the log says of holders',
    { effects: [{ key: 'k' }], held: [{ key: 'k', incarnation: 'new' }], holders: new Set(['new']) },
    [{ do: 'adopt', key: 'k', incarnation: 'new' }],
  ],
  [
    'an older build’s holder has it: adopt from there',
    {
      effects: [{ key: 'k', incarnation: 'old' }],
      held: [
        { key: 'k', incarnation: 'old' },
        { key: 'l', incarnation: 'new' },
      ],
      kept: new Set(['l']),
      holders: new Set(['old', 'new']),
    },
    [{ do: 'adopt', key: 'k', incarnation: 'old' }],
  ],
  [
    'given to a holder that lives and does not know it: it never began',
    { effects: [{ key: 'k', incarnation: 'new' }], holders: new Set(['new']) },
    [{ do: 'start', key: 'k' }],
  ],
  [
    'given to a dead holder that left no spool of it: it never began',
    { effects: [{ key: 'k', incarnation: 'dead' }], holders: new Set(['dead']) },
    [{ do: 'start', key: 'k' }],
  ],
  ['committed, and given to nobody yet: start', { effects: [{ key: 'k' }] }, [{ do: 'start', key: 'k' }]],
  [
    'given to a holder of which nothing is left, not even its file: unknown',
    { effects: [{ key: 'k', incarnation: 'wiped' }], holders: new Set(['new']) },
    [{ do: 'settle', key: 'k', end: holderDied }],
  ],
  [
    'its holder died while it ran: unknown',
    {
      effects: [{ key: 'k', incarnation: 'dead' }],
      left: [{ key: 'k', end: holderDied }],
      holders: new Set(['dead', 'new']),
    },
    [{ do: 'settle', key: 'k', end: holderDied }],
  ],
  [
    'its holder died after it had ended: as it ended',
    { effects: [{ key: 'k', incarnation: 'dead' }], left: [{ key: 'k', end: exited }], holders: new Set(['dead']) },
    [{ do: 'settle', key: 'k', end: exited }],
  ],
  [
    'held and left under one key, as after a copied home: the living one counts',
    {
      effects: [{ key: 'k' }],
      held: [{ key: 'k', incarnation: 'new' }],
      left: [{ key: 'k', end: holderDied }],
      holders: new Set(['new']),
    },
    [{ do: 'adopt', key: 'k', incarnation: 'new' }],
  ],
  [
    'held, and no effect waits for it: end it',
    { held: [{ key: 'k', incarnation: 'new' }], holders: new Set(['new']) },
    [{ do: 'end', key: 'k' }],
  ],
  [
    'left, and no effect waits for it: end what is left',
    { left: [{ key: 'k', end: holderDied }] },
    [{ do: 'end', key: 'k' }],
  ],
  [
    'ended and settled, but its output is still to be read: leave it',
    {
      kept: new Set(['k', 'd']),
      held: [{ key: 'k', incarnation: 'new' }],
      left: [{ key: 'd', end: exited }],
      holders: new Set(['new']),
    },
    [],
  ],
];

test.each(cases)('%s', (_name, found, decisions) => {
  expect(decide({ ...nothing, ...found })).toEqual(decisions);
});

test('each key of an effect is decided once, in the log’s order, orphans after', () => {
  const decisions = decide({
    ...nothing,
    effects: [{ key: 'c' }, { key: 'a' }, { key: 'b' }],
    held: [
      { key: 'orphan', incarnation: 'x' },
      { key: 'a', incarnation: 'x' },
    ],
    holders: new Set(['x']),
  });
  expect(decisions.map(({ do: what, key }) => `${what} ${key}`)).toEqual([
    'start c',
    'adopt a',
    'start b',
    'end orphan',
  ]);
});
