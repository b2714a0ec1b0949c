/** Themes of code, the terminal's own and those of a file. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { until } from '../daemon.ts';
import { press, Screen } from '../screen.ts';
import { verifies } from '../verifies.ts';
import { says, withModel } from './with-model.ts';

const rule = (scope: string, color: string) =>
  `<dict><key>scope</key><string>${scope}</string><key>settings</key><dict><key>foreground</key><string>${color}</string></dict></dict>`;
const mine = `<?xml version="1.0"?><plist version="1.0"><dict><key>settings</key><array>${rule('keyword', '#123456')}</array></dict></plist>`;

verifies(
  '13.18',
  '/theme shows each while it is marked, Esc goes back, Enter keeps it in the config; a .tmTheme is one of them',
  async () => {
    const config = '# mine\n[tui]\nanimations = false # as I like it\n';
    await using it = await withModel([says('```js\nreturn 1;\n```')], { config });
    mkdirSync(join(it.daemon.home, 'themes'));
    writeFileSync(join(it.daemon.home, 'themes', 'mine.tmTheme'), mine);
    await using screen = new Screen(it.daemon, ['go'], { env: { COLORTERM: 'truecolor' } });
    await screen.until('Worked for');
    const row = () => screen.rows().findIndex((each) => each.includes('return 1;'));
    const has = (color: string) =>
      until(() => screen.styles().some((style) => style.startsWith(`${row()}: `) && style.includes(color)), color);
    await has('#cba6f7');
    screen.press('/theme', press.enter);
    await screen.until('› auto');
    screen.press(press.up);
    await screen.until('› mine');
    await until(() => screen.styles().some((style) => style.includes('#123456')), 'the preview');
    screen.press(press.esc);
    await screen.untilGone('› mine');
    await has('#cba6f7');
    screen.press('/theme', press.enter);
    await screen.until('› auto');
    screen.press(press.up);
    await screen.until('› mine');
    screen.press(press.enter);
    await screen.until('theme mine');
    await has('#123456');
    const kept = readFileSync(join(it.daemon.home, 'config.toml'), 'utf8');
    expect(kept).toContain('[tui]\ntheme = "mine"\nanimations = false # as I like it\n');
    expect(kept).toContain('# mine');
    screen.press(press.ctrlD);
    await screen.exited;
    await using again = new Screen(it.daemon, ['attach', 'go'], { env: { COLORTERM: 'truecolor' } });
    await again.until('return 1;');
    await until(() => again.styles().some((style) => style.includes('#123456')), 'the kept theme');
  },
);
