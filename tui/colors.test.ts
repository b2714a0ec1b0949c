import { expect, test } from 'vitest';
import { builtIn, builtInTheme } from './code-themes.ts';
import { background, depthOf, foreground, hex, nearest256 } from './colors.ts';
import { diffShades, isLight, paletteReply, shadeOf } from './palette.ts';
import { tmTheme } from './tm-theme.ts';

test('how many colours there are is what the environment says of the terminal', () => {
  expect(depthOf({ TERM: 'xterm-256color', COLORTERM: 'truecolor' })).toBe('rgb');
  expect(depthOf({ TERM: 'tmux-256color' })).toBe('256');
  expect(depthOf({ TERM: 'xterm' })).toBe('16');
  expect(depthOf({ TERM: 'dumb' })).toBe('none');
  expect(depthOf({ TERM: 'xterm-256color', NO_COLOR: '1' })).toBe('none');
  expect(depthOf({ TERM: 'xterm', FORCE_COLOR: '3' })).toBe('rgb');
});

test('one colour in each depth', () => {
  const red = hex('#ff5f5f');
  expect(foreground(red, 'rgb')('x')).toBe('\u001b[38;2;255;95;95mx\u001b[39m');
  expect(foreground(red, '256')('x')).toBe('\u001b[38;5;203mx\u001b[39m');
  expect(foreground(red, '16')('x')).toBe('\u001b[31mx\u001b[39m');
  expect(foreground(red, 'none')('x')).toBe('x');
  expect(background(red, '16')('x')).toBe('x');
  expect(nearest256({ r: 50, g: 50, b: 50 })).toBe(236);
});

test('what a terminal says of its colours decides light or dark; without a word COLORFGBG does', () => {
  const back = paletteReply('\u001b]11;rgb:1e1e/1e1e/2e2e\u001b\\')!;
  expect(back).toEqual({ back: { r: 30, g: 30, b: 46 } });
  expect(paletteReply('\u001b]10;rgb:ff/ff/ff\u0007')).toEqual({ text: { r: 255, g: 255, b: 255 } });
  expect(paletteReply('\u001b]52;c;aGk=\u0007')).toBeUndefined();
  expect(isLight(back, '0;15')).toBe(false);
  expect(isLight({}, '0;15')).toBe(true);
  expect(isLight({}, undefined)).toBe(false);
  expect(shadeOf({})).toBeUndefined();
  expect(shadeOf(back)).toEqual({ r: 57, g: 57, b: 71 });
  expect(diffShades({}, true).added.g).toBeGreaterThan(200);
});

test('every built-in theme has all colours but the terminal’s own, which has none', () => {
  for (const name of builtIn.filter((each) => each !== 'ansi'))
    expect(Object.keys(builtInTheme(name, false)!.colors), name).toHaveLength(9);
  expect(builtInTheme('ansi', false)!.colors).toEqual({});
  expect(builtInTheme('auto', true)!.colors).toEqual(builtInTheme('catppuccin-latte', true)!.colors);
  expect(builtInTheme('nothing', true)).toBeUndefined();
});

test('a TextMate theme gives each group the colour of its most telling scope', () => {
  const rule = (scope: string, color: string) =>
    `<dict><key>scope</key><string>${scope}</string><key>settings</key><dict><key>foreground</key><string>${color}</string></dict></dict>`;
  const xml = `<plist><dict><key>settings</key><array>
    <dict><key>settings</key><dict><key>background</key><string>#fafafa</string></dict></dict>
    ${rule('comment, punctuation.definition.comment', '#111111')}${rule('keyword', '#222222')}
    ${rule('entity.name.function.js', '#333333')}${rule('string', '#444444ff')}</array></dict></plist>`;
  const theme = tmTheme('mine', xml)!;
  expect(theme).toMatchObject({ name: 'mine', light: true });
  expect(theme.colors).toEqual({
    comment: hex('#111111'),
    keyword: hex('#222222'),
    function: hex('#333333'),
    string: hex('#444444'),
  });
  expect(tmTheme('no', 'not a theme')).toBeUndefined();
});
