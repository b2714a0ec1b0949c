import { describe, expect, test } from 'vitest';
import { parsePatch } from './patch.ts';
import { type Applied, applyChunks } from './patch-apply.ts';

/** `file` after an update with these lines. */
function update(file: string, ...lines: string[]): Applied {
  const parsed = parsePatch(['*** Begin Patch', '*** Update File: f', ...lines, '*** End Patch'].join('\n'));
  if (!parsed.ok) throw new Error(parsed.why);
  const [op] = parsed.ops;
  if (op?.op !== 'update') throw new Error('no update');
  return applyChunks(file, op.chunks);
}
const patched = (file: string, ...lines: string[]) => {
  const applied = update(file, ...lines);
  if (!applied.ok) throw new Error(`${applied.missing} not found: ${applied.expected}`);
  return applied.text;
};

describe('a chunk', () => {
  test('replaces what it names', () => {
    expect(patched('a\nb\nc\n', '@@', ' a', '-b', '+B', ' c')).toBe('a\nB\nc\n');
  });

  test('is looked for behind its context', () => {
    expect(patched('f\nx\ng\nx\n', '@@ g', '-x', '+y')).toBe('f\nx\ng\ny\n');
  });

  test('is looked for behind the one before it', () => {
    expect(patched('x\nx\nx\n', '@@', '-x', '+1', '@@', '-x', '+2')).toBe('1\n2\nx\n');
    expect(update('a\nb\n', '@@', '-b', '+B', '@@', '-a', '+A')).toEqual({
      ok: false,
      missing: 'lines',
      expected: 'a',
    });
  });

  test('of additions alone goes to the end, before an empty last line, whatever its context', () => {
    expect(patched('a\nb\n', '@@', '+c')).toBe('a\nb\nc\n');
    expect(patched('a\nb\n', '@@ a', '+c')).toBe('a\nb\nc\n');
    expect(patched('a\n\n', '@@', '+c')).toBe('a\nc\n\n');
    expect(patched('', '@@', '+c')).toBe('c\n');
  });

  test('with End of File matches only there', () => {
    expect(patched('x\ny\nx\ny\n', '@@', ' x', '-y', '+z', '*** End of File')).toBe('x\ny\nx\nz\n');
    expect(update('x\ny\n', '@@', '-x', '*** End of File')).toMatchObject({ ok: false, missing: 'lines' });
    expect(update('x\n', '@@', '-x', '+y', '@@', '-x', '*** End of File')).toMatchObject({ ok: false });
  });

  test('may end in an empty line that the file does not have', () => {
    expect(patched('a\nb\n', '@@', '-a', '+A', '', '@@', '-b', '+B', '')).toBe('A\nB\n');
    expect(patched('a\nb\n', '@@', '-a', '+A', '', '', '@@', '-b', '+B')).toBe('A\nB\n');
    expect(patched('a\n', '@@', ' a', '', '+b')).toBe('a\n\nb\n');
  });

  test('keeps an empty line that the file has', () => {
    expect(patched('a\n\nb\n', '@@', '-a', '+A', '', '@@', '-b', '+B')).toBe('A\n\nB\n');
  });

  test('of nothing but a missing empty line adds behind the context', () => {
    expect(patched('a\nb\n', '@@ a', '', '+x')).toBe('a\n\nx\nb\n');
  });
});

describe('what is not found', () => {
  test('changes nothing and is named', () => {
    expect(update('a\nb\n', '@@', '-a', '+A', '@@', ' q', '-r', '+s')).toEqual({
      ok: false,
      missing: 'lines',
      expected: 'q\nr',
    });
    expect(update('a\n', '@@ nowhere', '+x')).toEqual({ ok: false, missing: 'context', expected: 'nowhere' });
  });

  test('is a chunk longer than the file', () => {
    expect(update('a\n', '@@', ' a', '-b')).toMatchObject({ ok: false });
    expect(update('a\n', '@@', ' a', '-b', '*** End of File')).toMatchObject({ ok: false });
  });
});

describe('likeness', () => {
  test.each([
    ['blanks at the end', 'a  \n', 'a'],
    ['blanks at both ends', '\t  a \n', 'a'],
    ['dashes', 'a – b — c − d\n', 'a - b - c - d'],
    ['quotes', '‘a’ “b” ‛c‟\n', '\'a\' "b" \'c"'],
    ['spaces', 'a\u00a0b\u2003c\u3000d\n', 'a b c d'],
    ['what the patch has instead of the file', "it's - \n", 'it’s –'],
  ])('%s do not matter, and context keeps the bytes of the file', (_, file, written) => {
    expect(patched(file, '@@', ` ${written}`, '+new')).toBe(`${file}new\n`);
    expect(patched(file, '@@', `-${written}`, '+new')).toBe('new\n');
  });

  test('that is exact wins, even further down', () => {
    expect(patched(' x\nx\n', '@@', '-x', '+y')).toBe(' x\ny\n');
    expect(patched('x \n“x”\n"x"\n', '@@', '-"x"', '+y')).toBe('x \n“x”\ny\n');
  });

  test('serves for a context, too', () => {
    expect(patched('  def f(): \n    x\n', '@@ def f():', '-    x', '+    y')).toBe('  def f(): \n    y\n');
  });
});

describe('line ends', () => {
  test('of the file are kept and its first is used for added lines', () => {
    expect(patched('a\r\nb\r\nc\r\n', '@@', ' a', '-b', '+B', '+BB')).toBe('a\r\nB\r\nBB\r\nc\r\n');
    expect(patched('a\nb\r\nc\n', '@@', ' b', '+x')).toBe('a\nb\r\nx\nc\n');
    expect(patched('a\r\nb\n', '@@', ' b', '+x')).toBe('a\r\nb\nx\r\n');
  });

  test('are given to a last line without one', () => {
    expect(patched('a\nb', '@@', '-a', '+A')).toBe('A\nb\n');
    expect(patched('a\r\nb', '@@', '-b', '+B')).toBe('a\r\nB\r\n');
    expect(patched('a', '@@', ' a', '+b')).toBe('a\nb\n');
  });

  test('are not needed in an empty file', () => {
    expect(patched('a\nb\n', '@@', '-a', '-b')).toBe('');
    expect(patched('\ufeffa\n', '@@', '-a')).toBe('');
  });

  test('a byte order mark is no part of the first line, and stays', () => {
    expect(patched('\ufeffa\nb\n', '@@', '-a', '+A')).toBe('\ufeffA\nb\n');
  });

  test('a carriage return inside a line is no line end', () => {
    expect(patched('a\rb\nc\n', '@@', '-c', '+C')).toBe('a\rb\nC\n');
  });
});

describe('big files', () => {
  test('a hundred thousand lines with a change in each hundredth', () => {
    const lines = Array.from({ length: 100_000 }, (_, n) => `line ${n}`);
    const wanted = lines.with(0, 'first').map((line, n) => (n % 100 === 50 ? `new ${n}` : line));
    const chunks = lines.flatMap((line, n) =>
      n % 100 === 50 ? ['@@', ` line ${n - 1}`, `-${line}`, `+new ${n}`] : [],
    );
    expect(patched(`${lines.join('\n')}\n`, '@@', '-line 0', '+first', ...chunks)).toBe(`${wanted.join('\n')}\n`);
  });

  test('a search among equal lines looks at each line a bounded number of times', () => {
    // Line by line from each place, 50 000 × 50 000 comparisons would take longer than the test may.
    const file = `${'same\n'.repeat(100_000)}`;
    const chunk = [...Array.from({ length: 50_000 }, () => ' same'), '-other'];
    expect(update(`${file}other\n`, '@@', ...chunk, '+new')).toMatchObject({ ok: true });
    expect(update(`other\n${file}`, '@@', ...chunk)).toMatchObject({ ok: false, missing: 'lines' });
  });
});

/** The same numbers for the same seed. */
function seeded(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

describe('a patch made from two texts', () => {
  /** Unique lines, some kept, some dropped, some added: the patch and the text it must lead to. */
  function example(seed: number) {
    const random = seeded(seed);
    const end = random(2) === 0 ? '\n' : '\r\n';
    const before = Array.from({ length: 1 + random(40) }, (_, n) => `${' '.repeat(random(3))}line ${n}`);
    const marked = before.flatMap((text) => {
      const what = random(5);
      if (what === 0) return [{ mark: '-', text }];
      if (what === 1)
        return [
          { mark: '-', text },
          { mark: '+', text: `new ${random(1000)}` },
        ];
      return what === 2
        ? [
            { mark: ' ', text },
            { mark: '+', text: '' },
          ]
        : [{ mark: ' ', text }];
    });
    const after = marked.filter(({ mark }) => mark !== '-').map(({ text }) => text);
    return { before, after, end, lines: marked.map(({ mark, text }) => mark + text), random };
  }
  const joined = (lines: readonly string[], end: string) => lines.map((line) => line + end).join('');

  test.each(Array.from({ length: 200 }, (_, seed) => seed))('leads from one to the other (seed %i)', (seed) => {
    const { before, after: wanted, end, lines } = example(seed);
    expect(patched(joined(before, end), '@@', ...lines)).toBe(joined(wanted, end));
  });

  test.each(Array.from({ length: 100 }, (_, seed) => seed))('so do its pieces as chunks (seed %i)', (seed) => {
    const { before, after: wanted, end, lines } = example(seed);
    // A chunk that only adds has no place of its own, so pieces begin at lines of the file.
    const pieces = lines.flatMap((line) => (line.startsWith('+') ? [line] : ['@@', line]));
    expect(patched(joined(before, end), ...pieces)).toBe(joined(wanted, end));
  });

  test.each(Array.from({ length: 100 }, (_, seed) => seed))('also with blanks lost in the patch (seed %i)', (seed) => {
    const { before, end, lines, after: wanted } = example(seed);
    const sloppy = lines.map((line) => (line.startsWith('+') ? line : line[0] + line.slice(1).trim()));
    expect(patched(joined(before, end), '@@', ...sloppy)).toBe(joined(wanted, end));
  });
});
