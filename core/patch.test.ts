import { describe, expect, test } from 'vitest';
import { parsePatch } from './patch.ts';

const patch = (...lines: string[]) => ['*** Begin Patch', ...lines, '*** End Patch'].join('\n');
const ops = (text: string) => {
  const parsed = parsePatch(text);
  if (!parsed.ok) throw new Error(parsed.why);
  return parsed.ops;
};
const why = (text: string) => {
  const parsed = parsePatch(text);
  if (parsed.ok) throw new Error('it was accepted');
  return parsed.why;
};
const failed = 'apply_patch verification failed: ';

describe('operations', () => {
  test('of every kind, in the order written', () => {
    expect(
      ops(
        patch(
          '*** Add File: a/new.md',
          '+one',
          '+',
          '+ two',
          '*** Delete File: gone.txt',
          '*** Update File: src/x.ts',
          '*** Move to: src/y.ts',
          '@@ class X',
          ' a',
          '-b',
          '+c',
          '@@',
          '+end',
          '*** End of File',
        ),
      ),
    ).toEqual([
      { op: 'add', path: 'a/new.md', content: 'one\n\n two\n' },
      { op: 'delete', path: 'gone.txt' },
      {
        op: 'update',
        path: 'src/x.ts',
        moveTo: 'src/y.ts',
        chunks: [
          {
            context: 'class X',
            lines: [
              { mark: ' ', text: 'a' },
              { mark: '-', text: 'b' },
              { mark: '+', text: 'c' },
            ],
            endOfFile: false,
          },
          { lines: [{ mark: '+', text: 'end' }], endOfFile: true },
        ],
      },
    ]);
  });

  test('an added file may be empty, a move may change nothing', () => {
    expect(ops(patch('*** Add File: empty', '*** Update File: a', '*** Move to: b'))).toEqual([
      { op: 'add', path: 'empty', content: '' },
      { op: 'update', path: 'a', moveTo: 'b', chunks: [] },
    ]);
  });
});

describe('carelessness that is forgiven', () => {
  const plain = patch('*** Add File: b', '+z', '*** Update File: a', '@@', ' x', '-y');

  test.each([
    ['space round the whole and a final newline', `\n\n  ${plain}\n \n`],
    [
      'padded markers and headers',
      plain.replace('*** Begin Patch', '*** Begin Patch  ').replace('*** Update', '   *** Update'),
    ],
    ['CRLF line ends', plain.replaceAll('\n', '\r\n')],
    ['a bare here-document', `<<EOF\n${plain}\nEOF`],
    ['a single-quoted here-document', `<<'EOF'\n${plain}\nEOF\n`],
    ['a double-quoted here-document', `<<"EOF"\n${plain}\n  EOF`],
    ['blanks behind a path', plain.replace('File: a', 'File: a  ')],
    ['a first chunk without its marker', plain.replace('@@\n', '')],
    ['a marker with a blank behind it', plain.replace('@@', '@@ ')],
    ['blank lines before a chunk', plain.replace('@@\n', '\n  \n@@\n')],
  ])('%s', (_, careless) => {
    expect(ops(careless)).toEqual(ops(plain));
  });

  test('an empty line in a chunk is an empty context line', () => {
    expect(ops(patch('*** Update File: a', '@@', ' x', '', '+y'))[0]).toMatchObject({
      chunks: [{ lines: [{ text: 'x' }, { mark: ' ', text: '' }, { mark: '+', text: 'y' }] }],
    });
  });

  test('blank lines after the end of a file are skipped', () => {
    expect(ops(patch('*** Update File: a', '@@', '+y', '*** End of File', '', '', '*** Delete File: b'))).toHaveLength(
      2,
    );
  });

  test('a context line may look like a header', () => {
    expect(ops(patch('*** Update File: a', '@@', ' *** Delete File: x', '+y'))).toHaveLength(1);
  });
});

describe('refused', () => {
  test.each([
    ['', 'first'],
    ['hello', 'first'],
    ['```\n*** Begin Patch\n*** End Patch\n```', 'first'],
    ['*** begin patch\n*** End Patch', 'first'],
    ['<<PATCH\n*** Begin Patch\n*** Delete File: a\n*** End Patch\nPATCH', 'first'],
    ['*** Begin Patch', 'last'],
    ['*** Begin Patch\n*** Delete File: a', 'last'],
    ['*** Begin Patch\n*** End Patch\nthat was it', 'last'],
  ])('%j for its %s line', (text, which) => {
    expect(why(text)).toMatch(`${failed}invalid patch: the ${which} line of the patch must be '***`);
  });

  test('a patch of nothing', () => {
    expect(why(patch())).toBe('patch rejected: empty patch');
  });

  test('a choice of environment', () => {
    expect(why(patch('*** Environment ID: x', '*** Delete File: a'))).toBe(
      'apply_patch environment selection is unavailable for this turn',
    );
  });

  test.each([
    [
      'an unknown header',
      [' *** Rename File: a '],
      /line 2, '\*\*\* Rename File: a' is no hunk header.*Add File.*Delete File.*Update File/,
    ],
    ['a header without a path', ['*** Add File:'], /line 2, '\*\*\* Add File:' is no hunk header/],
    [
      'a blank line after an added file',
      ['*** Add File: a', '+x', '', '*** Delete File: b'],
      /line 4, '' is no hunk header/,
    ],
    [
      'an end in the middle',
      ['*** Delete File: a', '*** End Patch', '*** Delete File: b'],
      /line 3, '\*\*\* End Patch' is no/,
    ],
    [
      'an update of nothing',
      ['*** Delete File: z', '*** Update File: a', '*** Delete File: b'],
      /line 3, the update for 'a' is empty/,
    ],
    ['a chunk without lines', ['*** Update File: a', '@@'], /line 4, the chunk has no lines/],
    [
      'a chunk that is only its end',
      ['*** Update File: a', '@@ x', '*** End of File'],
      /line 4, the chunk has no lines/,
    ],
    [
      'a line without its sign',
      ['*** Update File: a', '@@', 'x'],
      /line 4, unexpected line 'x': every line.*' '.*'\+'.*'-'/,
    ],
    ['a first line without its sign', ['*** Update File: a', 'x'], /line 3, unexpected line 'x'/],
    ['two contexts', ['*** Update File: a', '@@ x', '@@ y', '+z'], /line 4, unexpected line '@@ y'/],
    [
      'a line without its sign later on',
      ['*** Update File: a', '@@', '+x', 'y'],
      /line 5, expected an '@@' marker, got 'y'/,
    ],
    ['a wrong header in a here-document', ['x'], /line 2, 'x' is no/],
  ])('%s', (_, lines, told) => {
    expect(why(patch(...lines))).toMatch(told);
    expect(why(`<<'EOF'\n${patch(...lines)}\nEOF`)).toMatch(told);
    expect(why(patch(...lines)).startsWith(`${failed}invalid hunk at line `)).toBe(true);
  });

  test('a very long line without reading it back whole', () => {
    expect(why(patch('x'.repeat(1_000_000))).length).toBeLessThan(600);
  });
});

test('five megabytes are read whole', () => {
  const lines = Array.from({ length: 200_000 }, (_, n) => `+line ${n} of a long generated file`);
  const [add] = ops(patch(['*** Add File: big', ...lines].join('\n')));
  expect(add).toMatchObject({ op: 'add', content: expect.stringMatching(/line 199999 of a long generated file\n$/) });
  expect((add as { content: string }).content.length).toBeGreaterThan(5_000_000);
});
