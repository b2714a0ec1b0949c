/** The draft in the person's own editor. */
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { press, Screen } from '../screen.ts';
import { verifies } from '../verifies.ts';
import { says, withModel } from './with-model.ts';

const ctrlG = '\u0007';

function script(folder: string, name: string, lines: string): string {
  const file = join(folder, name);
  writeFileSync(file, `#!/bin/sh\n${lines}\n`);
  chmodSync(file, 0o755);
  return file;
}

verifies('7.07', 'ctrl-g opens the draft in $VISUAL, and what was saved is the draft; a failure keeps it', async () => {
  await using it = await withModel([says('read')]);
  const append = script(
    it.daemon.work,
    'my editor',
    'echo "in the editor: $1 $2"; printf "\\nand a second line\\n" >> "$2"',
  );
  const failing = script(it.daemon.work, 'failing', 'echo spoilt > "$1"; exit 3');
  {
    await using screen = new Screen(it.daemon, [], { env: { VISUAL: `'${append}' --wait`, EDITOR: failing } });
    await screen.until('this starts a new session');
    screen.press('a first line', ctrlG);
    await screen.until(/› a first line\s*\n\s+and a second line/);
    // The keys are ours again, and the screen is whole.
    screen.press(' more');
    const text = await screen.until('and a second line more');
    expect(text).not.toContain('in the editor');
    screen.press(press.enter);
    await screen.until('read');
    expect(JSON.stringify(it.model.requests[0]!.body.input.at(-1))).toContain('a first line\\nand a second line more');
  }
  {
    await using screen = new Screen(it.daemon, ['new'], { env: { EDITOR: failing } });
    await screen.until('this starts a new session');
    screen.press('keep me', '\u0018', '\u0005');
    await screen.until('the editor ended with 3: the draft is as it was');
    expect(screen.text()).toContain('› keep me');
  }
  await using screen = new Screen(it.daemon, ['new']);
  await screen.until('this starts a new session');
  screen.press('keep me', ctrlG);
  await screen.until(/Cannot open external editor: set \$VISUAL or \$EDITOR before/);
  expect(screen.text()).toContain('› keep me');
});
