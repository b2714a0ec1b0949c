import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { origins } from '../../core/config-layers.ts';
import type { Table } from '../../core/toml.ts';
import type { Home } from '../../ipc/home.ts';
import { createFileCache } from './file-cache.ts';
import { createConfigLoader, type Loaded, type LoadInput } from './load.ts';

let root: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'tcx-config-')));
});
afterEach(() => rmSync(root, { recursive: true }));

const at = (path: string) => join(root, path);

function write(path: string, text: string | Uint8Array): void {
  mkdirSync(dirname(at(path)), { recursive: true });
  writeFileSync(at(path), text);
}

const loader = (home: Home = { path: at('home/.tcx') }) =>
  createConfigLoader({ home, userHome: at('home'), systemFile: at('etc/config.toml'), readFile: createFileCache(64) });

async function load(input: LoadInput = {}, home?: Home): Promise<Loaded> {
  const result = await loader(home)(input);
  if (!result.ok) throw new Error(result.text);
  return result.loaded;
}

async function refused(input: LoadInput = {}): Promise<string> {
  const result = await loader()(input);
  if (result.ok) throw new Error('it loaded');
  return result.text.replaceAll(root, '');
}

const trust = (path = 'src/shop', level = 'trusted') => `[projects."${at(path)}"]\ntrust_level = "${level}"\n`;

describe('precedence', () => {
  /** Low to high; each sets the same key. */
  const steps: [string, () => Partial<LoadInput> | undefined][] = [
    ['system', () => void write('etc/config.toml', 'model = "system"')],
    ['codex', () => void write('codex/config.toml', `model = "codex"\n${trust()}`)],
    ['user', () => void write('codex/tcx/config.toml', 'model = "user"')],
    ['.codex of the root', () => void write('src/shop/.codex/config.toml', 'model = ".codex of the root"')],
    ['.tcx of the root', () => void write('src/shop/.tcx/config.toml', 'model = ".tcx of the root"')],
    ['.codex of cwd', () => void write('src/shop/web/.codex/config.toml', 'model = ".codex of cwd"')],
    ['.tcx of cwd', () => void write('src/shop/web/.tcx/config.toml', 'model = ".tcx of cwd"')],
    ['-c', () => ({ overrides: { model: '-c' } })],
    ['flag', () => ({ flags: { model: 'flag' } })],
  ];

  test.each(steps.map(([name], index) => [name, index] as const))('%s beats all below it', async (name, index) => {
    mkdirSync(at('src/shop/.git'), { recursive: true });
    write('codex/config.toml', trust());
    const home = { path: at('codex/tcx'), codex: at('codex') };
    const given = steps.slice(0, index + 1).map(([, make]) => make() ?? {});
    const loaded = await load(Object.assign({ cwd: at('src/shop/web') }, ...given), home);
    expect(loaded.config.model).toBe(name);
    expect(loaded.layers.filter((layer) => layer.table.model !== undefined)).toHaveLength(index + 1);
    expect(origins(loaded.layers).get('model')).toBe(loaded.layers.findLast((layer) => layer.table.model));
  });

  test('without a single file it is all defaults', async () => {
    const { config, layers, warnings } = await load({ cwd: root });
    expect(config.project_doc_max_bytes).toBe(32768);
    expect(layers.map(({ kind, table }) => [kind, Object.keys(table)])).toEqual([
      ['system', []],
      ['user', []],
    ]);
    expect(warnings).toEqual([]);
  });
});

describe('what cannot be loaded', () => {
  test('a syntax error', async () => {
    write('home/.tcx/config.toml', '# mine\nmodel = gpt-5\n');
    expect(await refused()).toMatchInlineSnapshot(`
      "/home/.tcx/config.toml:2:9: invalid value; a text stands in quotes
        |
      2 | model = gpt-5
        |         ^^^^^"
    `);
  });

  test('a wrong type, in the file that has it', async () => {
    write('etc/config.toml', '[tui]\nanimations = "yes"\n');
    write('home/.tcx/config.toml', 'model = "x"\n[tui]\nalternate_screen = "sometimes"\n');
    expect(await refused()).toMatchInlineSnapshot(`
      "/home/.tcx/config.toml:3:20: expected one of "auto", "always", "never", found "sometimes" (in \`tui.alternate_screen\`)
        |
      3 | alternate_screen = "sometimes"
        |                    ^^^^^^^^^^^

      /etc/config.toml:2:14: expected true or false, found "yes" (in \`tui.animations\`)
        |
      2 | animations = "yes"
        |              ^^^^^"
    `);
  });

  test('a provider of a name that is taken', async () => {
    write('home/.tcx/config.toml', '[model_providers.openai]\nname = "Mine"\n');
    expect(await refused()).toMatchInlineSnapshot(`
      "/home/.tcx/config.toml:1:2: "openai" is a built-in provider: give yours another name (in \`model_providers.openai\`)
        |
      1 | [model_providers.openai]
        |  ^^^^^^^^^^^^^^^^^^^^^^"
    `);
  });

  test('an unknown key, only when it is asked for', async () => {
    write('home/.tcx/config.toml', '[tui]\nanimation = true\ntheme = "x"\n');
    expect((await load()).warnings).toEqual([]);
    expect(await refused({ strict: true })).toMatchInlineSnapshot(`
      "/home/.tcx/config.toml:2:1: unknown configuration field \`tui.animation\`
        |
      2 | animation = true
        | ^^^^^^^^^"
    `);
    expect(await refused({ strict: true, overrides: { modle: 1 } })).toContain(
      '-c: unknown configuration field `modle`',
    );
  });

  test('a wrong value of -c or a flag', async () => {
    expect(await refused({ overrides: { tui: { animations: 'x' } } })).toBe(
      '-c: expected true or false, found "x" (in `tui.animations`)',
    );
    expect(await refused({ flags: { sandbox_mode: 'x' } })).toContain('command line: expected one of "read-only"');
  });

  test('a value that a higher layer replaces is no error', async () => {
    write('home/.tcx/config.toml', 'model = 3\n');
    expect(await refused()).toContain('/home/.tcx/config.toml:1:9: expected a text');
    expect((await load({ overrides: { model: 'x' } })).config.model).toBe('x');
  });

  test('bytes that are no UTF-8, a folder, and a file that is too large', async () => {
    write('home/.tcx/config.toml', new Uint8Array([0x61, 0xff]));
    expect(await refused()).toBe('/home/.tcx/config.toml: is not UTF-8');
    write('home/.tcx/config.toml', `# ${'x'.repeat(1_048_576)}`);
    expect(await refused()).toBe('/home/.tcx/config.toml: is larger than 1048576 bytes');
    rmSync(at('home/.tcx/config.toml'));
    mkdirSync(at('home/.tcx/config.toml'));
    expect(await refused()).toBe('/home/.tcx/config.toml: is no regular file');
  });

  test('a byte order mark is none of these', async () => {
    write('home/.tcx/config.toml', '\ufeffmodel = "x"');
    expect((await load()).config.model).toBe('x');
  });
});

describe('a project', () => {
  const cwd = () => at('src/shop/web');
  beforeEach(() => {
    mkdirSync(at('src/shop/.git'), { recursive: true });
    mkdirSync(cwd(), { recursive: true });
  });

  test('counts only when it is trusted, and is listed when it is not', async () => {
    write('src/shop/.tcx/config.toml', 'model = "project"');
    const unknown = await load({ cwd: cwd() });
    expect(unknown.config.model).toBeUndefined();
    expect(unknown.project).toEqual({ root: at('src/shop'), dirs: [at('src/shop'), cwd()], trust: 'unknown' });
    expect(unknown.layers.at(-1)).toMatchObject({
      kind: 'project',
      disabled: expect.stringContaining('is not trusted'),
    });
    expect(unknown.warnings).toEqual([expect.stringContaining('does not count')]);

    write('home/.tcx/config.toml', trust('src/shop', 'untrusted'));
    const untrusted = await load({ cwd: cwd() });
    expect(untrusted.project?.trust).toBe('untrusted');
    expect(untrusted.layers.at(-1)?.disabled).toContain('untrusted');
    expect(untrusted.warnings).toEqual([]);

    write('home/.tcx/config.toml', trust());
    expect((await load({ cwd: cwd() })).config.model).toBe('project');
  });

  test('a folder without a file is a layer that says nothing', async () => {
    write('home/.tcx/config.toml', trust());
    mkdirSync(at('src/shop/.codex'));
    expect((await load({ cwd: cwd() })).layers.at(-1)).toMatchObject({ kind: 'project', table: {} });
  });

  test('may not send credentials elsewhere, run programs or trust itself', async () => {
    write('home/.tcx/config.toml', trust());
    write('src/shop/.codex/config.toml', 'openai_base_url = "http://evil"\nnotify = ["x"]\nmodel = "m"\n');
    write('src/shop/web/.tcx/config.toml', `model_provider = "x"\n${trust('src/shop/web')}`);
    const { config, warnings } = await load({ cwd: cwd() });
    expect(config).toMatchObject({ model: 'm' });
    expect(config.openai_base_url ?? config.notify ?? config.model_provider).toBeUndefined();
    expect(warnings).toEqual([
      `ignored, because a project may not set them: openai_base_url, notify in ${at('src/shop/.codex/config.toml')}; ` +
        `model_provider, projects in ${at('src/shop/web/.tcx/config.toml')}`,
    ]);
  });

  test('its syntax errors matter only when it is trusted', async () => {
    write('src/shop/.tcx/config.toml', 'model = ');
    expect((await load({ cwd: cwd() })).project?.trust).toBe('unknown');
    write('home/.tcx/config.toml', trust());
    expect(await refused({ cwd: cwd() })).toContain('/src/shop/.tcx/config.toml:1:9:');
  });

  test('trust of the folder itself goes before that of its root', async () => {
    write('src/shop/web/.tcx/config.toml', 'model = "web"');
    write('src/shop/.tcx/config.toml', 'model = "shop"');
    write('home/.tcx/config.toml', trust() + trust('src/shop/web', 'untrusted'));
    const { config, project } = await load({ cwd: cwd() });
    expect([config.model, project?.trust]).toEqual(['shop', 'untrusted']);
  });

  test('trust under the real name holds for a symlink', async () => {
    symlinkSync(at('src/shop'), at('link'));
    write('src/shop/.tcx/config.toml', 'model = "project"');
    write('home/.tcx/config.toml', trust());
    expect((await load({ cwd: at('link/web') })).config.model).toBe('project');
  });

  test('its root is what the markers say, and nothing above it counts', async () => {
    write('home/.tcx/config.toml', `project_root_markers = ["package.json"]\n${trust('src')}${trust('src/shop/web')}`);
    write('src/shop/web/package.json', '{}');
    write('src/shop/.tcx/config.toml', 'model = "above"');
    expect((await load({ cwd: cwd() })).project?.dirs).toEqual([cwd()]);
    expect((await load({ cwd: cwd() })).config.model).toBeUndefined();
    expect((await load({ cwd: cwd(), overrides: { project_root_markers: [] } })).project?.root).toBe(cwd());
  });

  test('no home is a project', async () => {
    write('home/.tcx/config.toml', `model = "user"\n${trust('home')}`);
    write('home/.codex/config.toml', 'model = "codex"');
    const { config, layers } = await load({ cwd: at('home') });
    expect(config.model).toBe('user');
    expect(layers.map(({ kind }) => kind)).toEqual(['system', 'user']);
  });

  test('a linked worktree has the trust of its repository, but only if that knows of it', async () => {
    rmSync(at('src'), { recursive: true });
    mkdirSync(at('src/main'), { recursive: true });
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=k', '-c', 'user.email=k@x', ...args], {
        cwd: at('src/main'),
        stdio: 'pipe',
      });
    git('init', '-q');
    git('commit', '-q', '--allow-empty', '-m', 'x');
    git('worktree', 'add', '-q', at('src/linked'));
    write('home/.tcx/config.toml', trust('src/main'));
    expect((await load({ cwd: at('src/linked') })).project?.trust).toBe('trusted');

    cpSync(at('src/linked'), at('src/forged'), { recursive: true });
    expect((await load({ cwd: at('src/forged') })).project?.trust).toBe('unknown');
  });
});

describe("Codex's home around tcx's", () => {
  const home = () => ({ path: at('x/tcx'), codex: at('x') });

  test('is read below it', async () => {
    write('x/config.toml', 'model = "codex"\nmodel_verbosity = "low"\n');
    write('x/tcx/config.toml', 'model = "tcx"\n');
    expect((await load({}, home())).config).toMatchObject({ model: 'tcx', model_verbosity: 'low' });
    expect((await load({}, { path: at('x/tcx') })).config.model_verbosity).toBeUndefined();
  });

  test('may call a provider by a name that only tcx has built in', async () => {
    write('x/config.toml', '[model_providers.anthropic]\nbase_url = "https://gateway"\n');
    const { config, warnings } = await load({}, home());
    expect(config.model_providers).toEqual({});
    expect(warnings).toEqual([
      `ignored, because tcx has them built in: model_providers.anthropic in ${at('x/config.toml')}`,
    ]);
  });
});

test('relative paths belong to the folder of the file that says them, those of -c to the working directory', async () => {
  mkdirSync(at('src/shop'), { recursive: true });
  write('home/.tcx/config.toml', `model_instructions_file = "a.md"\n${trust()}`);
  write('src/shop/.tcx/config.toml', '[sandbox_workspace_write]\nwritable_roots = ["../out", "~/cache", "/abs"]\n');
  const overrides: Table = { model_providers: { x: { auth: { command: 'c', cwd: 'd' } } } };
  const { config } = await load({ cwd: at('src/shop'), overrides });
  expect(config.model_instructions_file).toBe(at('home/.tcx/a.md'));
  expect(config.sandbox_workspace_write.writable_roots).toEqual([at('src/shop/out'), at('home/cache'), '/abs']);
  expect(config.model_providers.x?.auth?.cwd).toBe(at('src/shop/d'));
});

describe('a second call', () => {
  test('sees every change, also one of the same size', async () => {
    const again = loader();
    for (const model of ['one', 'two', 'six']) {
      write('home/.tcx/config.toml', `model = "${model}"`);
      expect(await again({})).toMatchObject({ ok: true, loaded: { config: { model } } });
    }
    rmSync(at('home/.tcx/config.toml'));
    const result = await again({});
    expect(result.ok && result.loaded.config.model).toBeUndefined();
  });

  test('reads no file that did not change, and remembers only so many', async () => {
    const readFile = createFileCache(8);
    write('a.toml', 'x');
    const [first, second] = [await readFile(at('a.toml'), 10), await readFile(at('a.toml'), 10)];
    expect(second).toBe(first);
    for (let n = 0; n < 8; n++) {
      write(`b${n}.toml`, 'x');
      await readFile(at(`b${n}.toml`), 10);
    }
    expect(await readFile(at('a.toml'), 10)).not.toBe(first);
  });
});
