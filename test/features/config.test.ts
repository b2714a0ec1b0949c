/** config.toml, homes and AGENTS.md through the product: what loads, what is refused and where, what a model is told first. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import type { Client } from '../../ipc/client.ts';
import { root, startDaemon, type TestHome } from '../daemon.ts';
import { fakeModel } from '../fake-model.ts';
import { Driven, fakeAt } from '../session.ts';
import { verifies } from '../verifies.ts';

let daemon: TestHome;
let client: Client;
/** A folder of the running test, with a repository's mark. */
let place: string;
beforeAll(async () => {
  daemon = await startDaemon();
  client = await daemon.client();
});
afterAll(async () => {
  client?.close();
  await daemon?.[Symbol.asyncDispose]();
});
beforeEach(() => {
  place = mkdtempSync(join(daemon.work, 'place-'));
  mkdirSync(join(place, '.git'));
});
const put = (path: string, text: string | Uint8Array) => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
};
const configFile = () => join(daemon.home, 'config.toml');
/** One demo turn; `-C` is the folder of the test. */
const demo = (args: readonly string[] = [], env: Record<string, string> = {}) =>
  daemon.tcx(['exec', '--demo', '-C', place, ...args, 'run pwd'], { env });

verifies('3.01', 'a file as somebody who came from Codex has it loads, and what is not tcx’s is kept', async () => {
  const text = readFileSync(join(root, 'core', 'codex-config.fixture.toml'), 'utf8');
  writeFileSync(configFile(), text);
  expect(await demo()).toMatchObject({ code: 0 });
  const { config } = (await client.request('config', { cwd: place })) as { config: Record<string, unknown> };
  expect(config).toMatchObject({ model: 'gpt-5.5', model_provider: 'azure', file_opener: 'cursor' });
  expect(readFileSync(configFile(), 'utf8')).toBe(text);
  rmSync(configFile());
});

const wrong: readonly [string, string, RegExp][] = [
  [
    'a syntax error',
    'model = "x"\nmodel_provider = \n',
    /config\.toml:2:\d+: .*\n[\s\S]*2 \| model_provider = [\s\S]*\^/,
  ],
  [
    'a wrong type',
    '\n[tui]\nanimations = "yes"\n',
    /config\.toml:3:14: .*in `tui\.animations`[\s\S]*animations = "yes"\n *\| +\^+/,
  ],
  ['a word that is none', 'sandbox_mode = "open"\n', /config\.toml:1:16: .*read-only[\s\S]*\^{6}/],
  ['a built-in provider', '[model_providers.openai]\nname = "mine"\n', /config\.toml:1:\d+: .*built-in/],
  ['a table twice', '[tui]\n[tui]\n', /config\.toml:2:/],
  ['bytes that are no text', 'model = "\u0000"\n', /config\.toml:1:/],
];
for (const [what, text, shown] of wrong)
  verifies('3.01', `${what} is told with its place, exit 1, and mending the file is enough`, async () => {
    writeFileSync(configFile(), text);
    const refused = await demo();
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/Error loading config\.toml:/);
    expect(refused.stderr).toMatch(shown);
    rmSync(configFile());
    expect(await demo()).toMatchObject({ code: 0 });
  });

verifies('3.01', 'with a broken file tcxd still starts, answers, and says so to who needs it', async () => {
  await using cold = await startDaemon({ cold: true, config: 'model = \n' });
  const refused = await cold.tcx(['exec', '--demo', 'run pwd']);
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringMatching(/config\.toml:1:/) });
  expect(await cold.tcx(['ps'])).toMatchObject({ code: 0 });
  writeFileSync(join(cold.home, 'config.toml'), '');
  expect(await cold.tcx(['exec', '--demo', 'run pwd'])).toMatchObject({ code: 0 });
});

verifies('3.01', '-c is the top layer, also for a value that is no TOML; nonsense is refused as such', async () => {
  await using model = await fakeModel(() => ({ text: 'ok' }));
  writeFileSync(configFile(), 'model = "from-file"\nmodel_reasoning_effort = "low"\n');
  const provider = ['-c', `model_providers.f={base_url="${model.v1}"}`, '-c', 'model_provider=f'];
  const run = (...more: string[]) => daemon.tcx(['exec', ...provider, ...more, 'hi'], { cwd: place });
  expect((await run()).code).toBe(0);
  expect((await run('-c', 'model=gpt-5.5', '-c', 'model_reasoning_effort=high')).code).toBe(0);
  expect((await run('-c', 'model=a', '-m', 'b')).code).toBe(0);
  expect(model.requests.map(({ body }) => [body.model, (body.reasoning as { effort?: string }).effort])).toEqual([
    ['from-file', 'low'],
    ['gpt-5.5', 'high'],
    ['b', 'low'],
  ]);
  expect(await run('-c', 'model')).toMatchObject({ code: 1, stderr: expect.stringContaining('-c key=value') });
  expect(await run('-c', 'sandbox_mode=open')).toMatchObject({ code: 1, stderr: expect.stringContaining('read-only') });
  rmSync(configFile());
});

const files = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));

verifies('3.06', 'CODEX_HOME alone: tcx below it, Codex’s own config read and never written', async () => {
  const codex = join(place, 'codex');
  put(join(codex, 'config.toml'), 'model = "gpt-5.5"\nmodel_provider = "demo"\n');
  put(join(codex, 'AGENTS.md'), 'codex says');
  const before = files(codex).map((name) => [name, readFileSync(join(codex, name), 'utf8')]);
  const env = { CODEX_HOME: codex, TCX_HOME: '', HOME: place };
  const ran = await daemon.tcx(['exec', '--skip-git-repo-check', 'run pwd'], { env, cwd: place });
  expect(ran).toMatchObject({ code: 0, stderr: expect.stringContaining('provider: demo') });
  const own = files(join(codex, 'tcx'));
  expect(own.some((name) => name.startsWith('sessions/'))).toBe(true);
  expect(
    files(codex)
      .filter((name) => !name.startsWith('tcx/'))
      .map((name) => [name, readFileSync(join(codex, name), 'utf8')]),
  ).toEqual(before);
  expect(readdirSync(place).includes('.tcx')).toBe(false);
  await daemon.tcx(['daemon', 'stop', '--now'], { env });
});

verifies(
  '3.06',
  'TCX_HOME, --home and --codex-home name the folder; two homes are two daemons; ~/.tcx stays away',
  async () => {
    const homes = ['by-variable', 'by-flag', 'by-codex-flag'].map((name) => join(place, name));
    const env = { TCX_HOME: homes[0]!, HOME: place, CODEX_HOME: join(place, 'ignored') };
    const ways = [[], ['--home', homes[1]!], ['--codex-home', homes[2]!]];
    const ran = await Promise.all(
      ways.map((flags) => daemon.tcx(['exec', '--demo', ...flags, 'run pwd'], { env, cwd: place })),
    );
    expect(ran.map(({ code }) => code)).toEqual([0, 0, 0]);
    const pids = homes.map(
      (home) => (JSON.parse(readFileSync(join(home, 'run', 'tcxd.json'), 'utf8')) as { pid: number }).pid,
    );
    expect(new Set([...pids, daemon.pid()]).size).toBe(4);
    for (const home of homes)
      expect(files(join(home, 'sessions')).filter((name) => name.endsWith('.jsonl'))).toHaveLength(1);
    expect(readdirSync(place).sort()).toEqual(['.git', 'by-codex-flag', 'by-flag', 'by-variable']);
    await Promise.all(ways.map((flags) => daemon.tcx(['daemon', 'stop', '--now', ...flags], { env })));
  },
);

/** What the first request of a session in `cwd` tells before the person's words. */
async function told(cwd: string, more: readonly string[] = []) {
  await using model = await fakeModel(() => ({ text: 'ok' }));
  using session = await Driven.begin(client, cwd, fakeAt(model, 'responses', { more }), 'hi');
  await session.ended();
  const texts = model.requests[0]!.body.input.map(({ content }) => (content as { text: string }[])[0]!.text);
  return {
    instructions: texts.find((text) => text.startsWith('# AGENTS.md')),
    environment: texts.find((text) => text.startsWith('<environment_context>')),
    warnings: session.all('note').map(({ text }) => text),
  };
}

verifies('3.08', 'global, then root to cwd, override first, fallback names, in the exact words', async () => {
  put(join(daemon.home, 'AGENTS.md'), '\nglobal rules\n');
  put(join(place, 'AGENTS.md'), 'root rules\n');
  put(join(place, 'a', 'AGENTS.md'), 'not used');
  put(join(place, 'a', 'AGENTS.override.md'), 'override of a\n');
  put(join(place, 'a', 'b', 'CLAUDE.md'), 'fallback of b\n');
  put(join(place, 'a', 'b', 'c', 'AGENTS.md'), '  \n');
  put(join(place, '..', 'AGENTS.md'), 'above the root');
  const cwd = join(place, 'a', 'b', 'c');
  const { instructions, environment, warnings } = await told(cwd, ['project_doc_fallback_filenames=["CLAUDE.md"]']);
  expect(instructions).toBe(
    `# AGENTS.md instructions for ${cwd}\n\n<INSTRUCTIONS>\nglobal rules\n\n--- project-doc ---\n\nroot rules\n\n\noverride of a\n\n\nfallback of b\n\n</INSTRUCTIONS>`,
  );
  expect(environment).toContain(`<cwd>${cwd}</cwd>`);
  expect(warnings).toEqual([]);
  rmSync(join(place, '..', 'AGENTS.md'));
  rmSync(join(daemon.home, 'AGENTS.md'));
});

verifies(
  '3.08',
  '32,768 bytes in total: the file that is over is cut with a warning, later ones are left out; 0 sends none',
  async () => {
    put(join(place, 'AGENTS.md'), 'r'.repeat(30_000));
    put(join(place, 'a', 'AGENTS.md'), 'a'.repeat(5_000));
    put(join(place, 'a', 'b', 'AGENTS.md'), 'b');
    const cwd = join(place, 'a', 'b');
    const { instructions, warnings } = await told(cwd);
    expect(instructions).toContain(`<INSTRUCTIONS>\n${'r'.repeat(30_000)}\n\n${'a'.repeat(2_768)}\n</INSTRUCTIONS>`);
    expect(warnings).toEqual([
      `more than 32768 bytes of AGENTS.md (project_doc_max_bytes): ${place}/a/AGENTS.md is cut, ${place}/a/b/AGENTS.md is left out`,
    ]);
    const none = await told(cwd, ['project_doc_max_bytes=0']);
    expect([none.instructions, none.warnings]).toEqual([undefined, []]);
  },
);

verifies('3.08', 'a file that is no UTF-8 is read as well as it can be, with a warning', async () => {
  put(join(place, 'AGENTS.md'), Buffer.from([0x68, 0x69, 0xff, 0x21]));
  const { instructions, warnings } = await told(place);
  expect(instructions).toContain('hi\ufffd!');
  expect(warnings).toEqual([`${place}/AGENTS.md is not UTF-8; what cannot be read is replaced`]);
});

verifies('3.08 8.01', 'told once: a later turn repeats nothing, a changed file is told anew', async () => {
  put(join(place, 'AGENTS.md'), 'first rules');
  await using model = await fakeModel(() => ({ text: 'ok' }));
  using session = await Driven.begin(client, place, fakeAt(model, 'responses'), 'one');
  await session.ended(1);
  await session.say('two');
  await session.ended(2);
  put(join(place, 'AGENTS.md'), 'second rules');
  await session.say('three');
  await session.ended(3);
  const counts = model.requests.map(({ text }) =>
    ['first rules', 'second rules'].map((rule) => text.split(rule).length - 1),
  );
  expect(counts).toEqual([
    [1, 0],
    [1, 0],
    [1, 1],
  ]);
});
