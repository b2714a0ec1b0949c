import { describe, expect, test } from 'vitest';
import { render } from './place.ts';
import { parseToml } from './toml.ts';
import { type Path, placeOf } from './toml-place.ts';

const source = `# é 🎉 comes first
model = "gpt" # end
tui.animations = "yes"
"quoted key" = [1, { a = 'x', b.c = [true] }, 3]

[projects."/src/my.shop"]
trust_level = """
several
lines"""

[[hooks.Stop]]
matcher = "a"
[[hooks.Stop]]
matcher = "b"
  [hooks.Stop.more]
  when = 1979-05-27 07:32:00 # a date
[tail]
last = ["""a"]#""", ''''q''''', "\\"\\u00e9", '\\']
`;

/** The marked text, as `line:column text`. */
function marked(path: Path, what: 'key' | 'value' = 'value'): string | undefined {
  const place = placeOf(source, path, what);
  return (
    place &&
    `${place.line}:${place.column} ${[...place.text].slice(place.column - 1, place.column - 1 + place.length).join('')}`
  );
}

describe('where a key stands', () => {
  test('the source of these tests is valid', () => expect(parseToml(source)).toMatchObject({ ok: true }));

  test.each<[Path, string]>([
    [['model'], '2:9 "gpt"'],
    [['tui', 'animations'], '3:18 "yes"'],
    [['quoted key', 0], '4:17 1'],
    [['quoted key', 1, 'a'], "4:26 'x'"],
    [['quoted key', 1, 'b', 'c', 0], '4:38 true'],
    [['quoted key', 2], '4:47 3'],
    [['projects', '/src/my.shop', 'trust_level'], '7:15 """'],
    [['hooks', 'Stop', 0, 'matcher'], '12:11 "a"'],
    [['hooks', 'Stop', 1, 'matcher'], '14:11 "b"'],
    [['hooks', 'Stop', 1, 'more', 'when'], '16:10 1979-05-27 07:32:00'],
    [['tail', 'last', 0], '18:9 """a"]#"""'],
    [['tail', 'last', 1], "18:21 ''''q'''''"],
    [['tail', 'last', 2], '18:33 "\\"\\u00e9"'],
    [['tail', 'last', 3], "18:45 '\\'"],
  ])('the value of %j', (path, expected) => expect(marked(path)).toBe(expected));

  test.each<[Path, string]>([
    [['tui', 'animations'], '3:1 tui.animations'],
    [['tui'], '3:1 tui.animations'],
    [['quoted key'], '4:1 "quoted key"'],
    [['projects'], '6:2 projects."/src/my.shop"'],
    [['projects', '/src/my.shop'], '6:2 projects."/src/my.shop"'],
    [['hooks', 'Stop', 1], '13:3 hooks.Stop'],
  ])('the key of %j', (path, expected) => expect(marked(path, 'key')).toBe(expected));

  test('nothing for a path the source does not have', () => expect(placeOf(source, ['nope'], 'key')).toBeUndefined());
});

describe('a located message', () => {
  const syntax = (text: string) => {
    const result = parseToml(text);
    if (result.ok) throw new Error('it parsed');
    return render({ file: '/h/config.toml', message: result.message, place: result.place });
  };

  test('points at a syntax error', () => {
    expect(syntax('model = "x"\nanimations = yes\n')).toMatchInlineSnapshot(`
      "/h/config.toml:2:14: invalid value; a text stands in quotes
        |
      2 | animations = yes
        |              ^^^"
    `);
  });

  test('counts scalars, not UTF-16 units, and keeps tabs', () => {
    expect(syntax('\t"é🎉" = nope')).toMatchInlineSnapshot(`
      "/h/config.toml:1:9: invalid value; a text stands in quotes
        |
      1 | 	"é🎉" = nope
        | 	       ^^^^"
    `);
  });

  test('names a key that is given twice, with Windows line ends', () => {
    expect(syntax('a = 1\r\nb = 2\r\na = 3\r\n')).toMatchInlineSnapshot(`
      "/h/config.toml:3:1: trying to redefine an already defined table or value
        |
      3 | a = 3
        | ^"
    `);
  });

  test('stands at the end of a file that ends too early', () => {
    expect(syntax('model = ')).toMatchInlineSnapshot(`
      "/h/config.toml:1:9: invalid value
        |
      1 | model = 
        |         ^"
    `);
  });

  test('shows a long line around the place, and no escape sequences', () => {
    const place = placeOf(`a = "${'x'.repeat(500)}", b`, ['a'], 'value');
    const text = render({ file: 'f', message: 'm', place: { ...place!, column: 300, length: 3 } });
    expect(text.split('\n').map((line) => line.length)).toEqual([10, 3, 164, 87]);
    expect(
      render({ file: 'f', message: 'm', place: { line: 1, column: 1, length: 1, text: '\u001b[31m' } }),
    ).not.toContain('\u001b');
  });
});
