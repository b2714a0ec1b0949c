/** No command may find a descriptor open that is not its own: a terminal's master would let it type into another session. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readlinkSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Holder } from './client.ts';
import type { RunSpec } from './protocol.ts';
import { answered, Home, path, runToEnd, shell, untilOutput } from './testing.ts';

let home: Home;
let holder: Holder;
beforeAll(async () => {
  home = new Home();
  holder = await home.open();
}, 20_000);
afterAll(() => home[Symbol.asyncDispose](), 20_000);

/** The shell lists its own descriptors by itself; a program would add the folder it reads. */
const list = `for fd in /proc/self/fd/*; do if [ -e "$fd" ]; then echo "\${fd##*/}"; fi; done`;
const found = (text: string) => text.replaceAll('\r', '').trim().split('\n');

const modes: [string, Partial<RunSpec>][] = [
  ['pipes', {}],
  ['pipes with an open stdin', { stdin: 'open' }],
  ['a terminal', { mode: 'pty' }],
  ['pipes, by bash', { env: { PATH: path, 'no.identifier': '1' } }],
];

const bwrap = (() => {
  try {
    execFileSync('bwrap', ['--version']);
    return true;
  } catch {
    return false;
  }
})();
const sandboxed: Partial<RunSpec> = {
  file: 'bwrap',
  args: [
    '--ro-bind',
    '/',
    '/',
    '--dev',
    '/dev',
    '--proc',
    '/proc',
    '--unshare-pid',
    '--die-with-parent',
    'sh',
    '-c',
    list,
  ],
};

const masters = () =>
  readdirSync(`/proc/${home.file.pid}/fd`).filter((fd) => {
    try {
      return readlinkSync(`/proc/${home.file.pid}/fd/${fd}`).includes('ptmx');
    } catch {
      return false;
    }
  });

test.each(modes)('with no terminal open, a command on %s finds 0, 1, 2', async (name, more) => {
  expect(found((await runToEnd(holder, shell(`quiet/${name}`, list, more))).text)).toEqual(['0', '1', '2']);
});

describe('while terminals of other sessions are open', () => {
  beforeAll(async () => {
    for (const n of [1, 2, 3]) {
      answered(await holder.run(shell(`other/${n}`, 'echo up; read -r line; echo "stolen: $line"', { mode: 'pty' })));
      await untilOutput(holder, `other/${n}`, 'up');
    }
    expect(masters()).toHaveLength(3);
  });

  test.each(modes)('a command on %s finds 0, 1, 2', async (name, more) => {
    expect(found((await runToEnd(holder, shell(`busy/${name}`, list, more))).text)).toEqual(['0', '1', '2']);
  });

  test.each(modes)('a command on %s cannot reach their masters by number', async (name, more) => {
    const script = masters()
      .map((fd) => `echo typed >&${fd}`)
      .join('; ');
    await runToEnd(holder, shell(`typing/${name}`, script, { ...more, file: 'bash' }));
    for (const n of [1, 2, 3]) {
      const { bytes } = answered(await holder.read(`other/${n}`, 0, 1000));
      expect(Buffer.from(bytes).toString()).toBe('up\r\n');
    }
  });

  test('what was asked to be open is, and nothing else', async () => {
    const opens: RunSpec['opens'] = [
      { fd: 3, path: '/etc/hostname', mode: 'r' },
      { fd: 20, path: '/dev/null', mode: 'rw' },
    ];
    for (const mode of ['pipes', 'pty'] as const) {
      const { text } = await runToEnd(holder, shell(`opened/${mode}`, list, { opens, mode }));
      expect(found(text).sort()).toEqual(['0', '1', '2', '20', '3']);
    }
  });

  test.skipIf(!bwrap).each(['pipes', 'pty'] as const)('a sandboxed command on %s finds 0, 1, 2', async (mode) => {
    const { text, end } = await runToEnd(holder, shell(`sandboxed/${mode}`, '', { ...sandboxed, mode }));
    expect({ found: found(text), end }).toMatchObject({ found: ['0', '1', '2'], end: { code: 0 } });
  });

  test('without bash, where dash cannot close them, nothing is started', async () => {
    const { withPrologue } = await import('./prologue.ts');
    const spec = shell('x', 'true');
    const from = { shells: { sh: '/bin/sh', shIsDash: true }, holder: 1, leaks: true };
    expect(withPrologue(from, spec, 'sh', '/meta')).toMatch(/bash, and there is none/);
    expect(withPrologue({ ...from, leaks: false }, spec, 'sh', '/meta')).toMatchObject({ file: '/bin/sh' });
  });
});
