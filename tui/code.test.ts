import { expect, test } from 'vitest';
import { Code, codeLimit, languageOf } from './code.ts';
import { builtInTheme } from './code-themes.ts';
import type { Depth } from './colors.ts';
import { diffLines } from './diff-lines.ts';
import { highlightLines } from './highlight.ts';
import { markdownLines } from './markdown.ts';
import { paintAll, unstyled } from './text.ts';
import { createTheme } from './theme.ts';

async function loaded(depth: Depth, name = 'dracula'): Promise<Code> {
  const told = Promise.withResolvers<void>();
  const theme = builtInTheme(name, false)!;
  const code = new Code({ depth, theme, own: {} }, () => Promise.resolve(highlightLines), told.resolve);
  if (depth !== 'none') {
    expect(code.lines('1', 'js')).toBeUndefined();
    await told.promise;
  }
  return code;
}
const drawn = (code: Code, text: string, language = 'js') => code.lines(text, language)?.map(paintAll);

test('code is plain until the highlighter is there, then in the colours of the theme at each depth', async () => {
  expect(drawn(await loaded('rgb'), 'return "x"; // y')).toEqual([
    '\u001b[38;2;255;121;198mreturn\u001b[39m \u001b[38;2;241;250;140m"x"\u001b[39m; \u001b[38;2;98;114;164m// y\u001b[39m',
  ]);
  expect(drawn(await loaded('256'), 'return')).toEqual(['\u001b[38;5;212mreturn\u001b[39m']);
  expect(drawn(await loaded('16'), 'return')).toEqual(['\u001b[35mreturn\u001b[39m']);
  expect(drawn(await loaded('none'), 'return')).toBeUndefined();
});

test('no character is lost, whatever the language makes of it', async () => {
  const code = await loaded('rgb');
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is code to be read
  const text = 'const a = `<b>&amp; ${x < 1 ? "\'" : 2}`;\n\n/* two\nlines */\nfunction f() {}';
  expect(drawn(code, text)?.map(unstyled).join('\n')).toBe(text);
  expect(drawn(code, text, 'no-such-language')).toBeUndefined();
});

test('above 512 KB or 10,000 lines code is plain', async () => {
  const code = await loaded('rgb');
  expect(code.lines('x'.repeat(codeLimit.characters + 1), 'js')).toBeUndefined();
  expect(code.lines('1\n'.repeat(codeLimit.lines), 'js')).toBeUndefined();
  expect(code.lines('1\n'.repeat(100), 'js')).toHaveLength(101);
});

test('fences and diffs are coloured, and as wide as they were', async () => {
  const theme = createTheme({ env: { TERM: 'xterm-256color' }, ascii: false, code: await loaded('256') });
  const fence = markdownLines('```js\nconst long = "a string that is broken";\n```', 20, theme);
  expect(fence.map(unstyled)).toEqual(['const long = "a stri', 'ng that is broken";']);
  expect(fence[1]).toContain('\u001b[38;5;');
  const diff = '@@ -4,2 +4,2 @@\n-return 1;\n+return 2;\n same\n';
  const { lines } = diffLines({ path: 'a.mjs', diff }, { width: 30, theme, limit: 10 });
  expect(lines.map((line) => unstyled(line).trimEnd())).toEqual([
    '   4 - return 1;',
    '   4 + return 2;',
    '   5   same',
  ]);
  expect(lines[0]).toMatch(/48;5;\d+m.*38;5;\d+mreturn/);
  expect(languageOf('src/a.mjs')).toBe('js');
  expect(languageOf('Makefile')).toBe('makefile');
});
