/** The small shop that the lifelike scripts work on: real files, so that their commands run and their patches apply. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export const session = `export function verify(token, now) {
  const s = sessions.get(token);
  if (!s) return unauthorized();
  if (now > s.expires) throw new Error('expired');
  return s;
}
const sessions = new Map([['t1', { user: 'kim', expires: 1000 }]]);
const unauthorized = () => ({ status: 401 });
`;

const test = `import { verify } from '../src/auth/session.mjs';
const { status } = (() => { try { return verify('t1', 2000); } catch { return { status: 500 }; } })();
if (status !== 401) {
  console.log('FAIL test/login.test.mjs > expires\\nexpected 401, got ' + status);
  for (let n = 1; n <= 40; n++) console.log('    at step' + n + ' (test/login.test.mjs:' + n + ':7)');
  process.exit(1);
}
console.log('ok test/login.test.mjs (1 test)');
`;

const billing = (name: string) =>
  Array.from(
    { length: 24 },
    (_, n) => `export const ${name}${n} = (cents) => Math.round(cents * ${n + 1}) / 100;`,
  ).join('\n');

export const modules = ['invoices', 'taxes', 'dunning', 'rates', 'rules', 'ledger', 'refunds', 'reports'] as const;

const files: Readonly<Record<string, string>> = {
  'AGENTS.md': '# Shop\n\nTests: `node test/login.test.mjs`. Keep error texts as they are.\n',
  'package.json': '{ "name": "shop", "type": "module" }\n',
  'src/auth/session.mjs': session,
  'src/clock.mjs': 'export const now = () => Date.now();\n',
  'test/login.test.mjs': test,
  ...Object.fromEntries(modules.map((name) => [`src/billing/${name}.mjs`, `${billing(name)}\n`])),
};

/** Lays the files down in a folder that is there; as a git repository with one commit when git is wanted. */
export function shop(folder: string, { git = false } = {}) {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  if (!git) return;
  const run = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=kim', '-c', 'user.email=kim@example.org', ...args], { cwd: folder });
  run('init', '-q', '-b', 'main');
  run('add', '-A');
  run('commit', '-qm', 'shop');
}
