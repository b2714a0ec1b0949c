import xterm from '@xterm/headless';
import { expect, test } from 'vitest';
import { Painter } from './painter.ts';
import { unstyled } from './text.ts';

const size = { columns: 20, rows: 8 };

function onTerminal() {
  const terminal = new xterm.Terminal({ cols: size.columns, rows: size.rows, allowProposedApi: true });
  const written: string[] = [];
  let behind = false;
  let drained = () => {};
  const painter = new Painter({
    columns: () => size.columns,
    write: (text) => {
      written.push(text);
      terminal.write(text);
    },
    isBehind: () => behind,
    drained: (then) => {
      drained = then;
    },
  });
  const screen = () =>
    new Promise<string[]>((resolve) =>
      terminal.write('', () => {
        const { active } = terminal.buffer;
        resolve(Array.from({ length: size.rows }, (_, y) => active.getLine(y)!.translateToString(true)));
      }),
    );
  const stall = (is: boolean) => {
    behind = is;
    if (!is) drained();
  };
  return { painter, written, screen, stall };
}

const filled = (lines: readonly string[]) => Array.from({ length: size.rows }, (_, y) => lines[y] ?? '');

test('any frame after any other is what the terminal shows', async () => {
  const { painter, screen } = onTerminal();
  let seed = 7;
  const next = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return seed % below;
  };
  const words = ['', 'a', 'word', '\u001b[31mred\u001b[39m', '日本', '👩‍👩‍👧', 'x'.repeat(20), 'ends in blanks  '];
  let lines = filled([]);
  for (let n = 0; n < 400; n++) {
    const kind = next(4);
    if (kind === 0) lines = [...lines.slice(1 + next(3)), ...filled([])].slice(0, size.rows);
    else if (kind === 1)
      lines = lines.map((line, y) => (y === size.rows - 2 && line.length < 12 ? `${line}and` : line));
    else lines = lines.map((line) => (next(3) === 0 ? words[next(words.length)]! : line));
    painter.paint({ lines, cursor: { x: next(20), y: next(8) } });
    const plain = lines.map((line) => unstyled(line).trimEnd());
    expect(await screen(), `frame ${n}`).toEqual(plain);
  }
});

test('a frame that is there already writes nothing; one more word writes that word', () => {
  const { painter, written } = onTerminal();
  const cursor = { x: 0, y: 0 };
  painter.paint({ lines: filled(['one', 'two']), cursor });
  painter.paint({ lines: filled(['one', 'two']), cursor: { ...cursor } });
  expect(written).toHaveLength(1);
  painter.paint({ lines: filled(['one', 'two more']), cursor });
  expect(written[1]).toContain(' more');
  expect(written[1]).not.toContain('two');
});

test('rows that went up together are scrolled, not written again', () => {
  const { painter, written } = onTerminal();
  const rows = Array.from({ length: 9 }, (_, n) => `line number ${n}`);
  painter.paint({ lines: [...rows.slice(0, 7), 'composer'], cursor: undefined });
  painter.paint({ lines: [...rows.slice(1, 8), 'composer'], cursor: undefined });
  expect(written[1]).toContain('line number 7');
  expect(written[1]).not.toContain('line number 6');
  expect(written[1]).not.toContain('composer');
});

test('a terminal that does not read is given the newest frame alone, once it reads', async () => {
  const { painter, written, screen, stall } = onTerminal();
  stall(true);
  for (const word of ['one', 'two', 'three']) painter.paint({ lines: filled([word]), cursor: undefined });
  expect(written).toEqual([]);
  stall(false);
  expect(written).toHaveLength(1);
  expect((await screen())[0]).toBe('three');
});
