import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { dateIn, environmentContext } from '../core/environment.ts';
import type { Table } from '../core/toml.ts';
import { type Context, createContext } from './agents-md.ts';
import { createFileCache } from './config/file-cache.ts';
import { createConfigLoader } from './config/load.ts';

let root: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'tcx-agents-')));
  mkdirSync(join(root, 'src/shop/.git'), { recursive: true });
  mkdirSync(join(root, 'src/shop/web/api'), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true }));

const at = (path: string) => join(root, path);

function write(path: string, text: string | Uint8Array): void {
  mkdirSync(dirname(at(path)), { recursive: true });
  writeFileSync(at(path), text);
}

const facts = {
  shell: '/bin/bash',
  now: Date.UTC(2026, 10, 3, 23, 30),
  timezone: 'Europe/Berlin',
  sandbox: 'read-only',
} as const;

interface Given {
  readonly cwd?: string;
  readonly overrides?: Table;
  readonly codex?: boolean;
}

function reader({ cwd = 'src/shop/web', overrides = {}, codex = false }: Given = {}): () => Promise<Context> {
  const home = codex ? { path: at('codex/tcx'), codex: at('codex') } : { path: at('home') };
  const deps = { home, userHome: at('home'), readFile: createFileCache(64) };
  const load = createConfigLoader(deps);
  const context = createContext(deps);
  return async () => {
    const result = await load({ cwd: at(cwd), overrides });
    if (!result.ok) throw new Error(result.text);
    return context({ ...facts, cwd: at(cwd), loaded: result.loaded });
  };
}

/** What stands between the tags, if anything is told. */
async function body(given: Given = {}): Promise<string | undefined> {
  const { parts } = await reader(given)();
  const text = parts.find(({ part }) => part === 'agents')?.text;
  return text === undefined ? undefined : /<INSTRUCTIONS>\n([\s\S]*)\n<\/INSTRUCTIONS>$/.exec(text)?.[1];
}

describe('what AGENTS.md tells', () => {
  test('stands in exactly these words', async () => {
    write('home/AGENTS.md', '\n  Be brief.\n\n');
    write('src/shop/AGENTS.md', 'Use pnpm.\n');
    write('src/shop/web/AGENTS.md', 'Use React.\n');
    const { parts, warnings, files } = await reader()();
    const [agents] = parts;
    expect(agents).toEqual({
      part: 'agents',
      role: 'user',
      text: `# AGENTS.md instructions for ${at('src/shop/web')}

<INSTRUCTIONS>
Be brief.

--- project-doc ---

Use pnpm.


Use React.

</INSTRUCTIONS>`,
      hash: createHash('sha256').update(agents!.text).digest('hex'),
    });
    expect(files).toEqual([at('home/AGENTS.md'), at('src/shop/AGENTS.md'), at('src/shop/web/AGENTS.md')]);
    expect(warnings).toEqual([]);
  });

  test('is nothing when there is no such file', async () => {
    const { parts, files } = await reader()();
    expect(parts.map(({ part }) => part)).toEqual(['environment']);
    expect(files).toEqual([]);
  });

  test('needs no separator for one of the two', async () => {
    write('home/AGENTS.md', 'global');
    expect(await body()).toBe('global');
    rmSync(at('home/AGENTS.md'));
    write('src/shop/AGENTS.md', 'project\n');
    expect(await body()).toBe('project\n');
  });

  test('is from the root down to the folder, never above and never beside', async () => {
    for (const dir of ['src', 'src/shop', 'src/shop/web', 'src/shop/web/api', 'src/shop/docs'])
      write(`${dir}/AGENTS.md`, dir);
    expect(await body()).toBe('src/shop\n\nsrc/shop/web');
    expect(await body({ cwd: 'src' })).toBe('src');
    expect(await body({ overrides: { project_root_markers: [] } })).toBe('src/shop/web');
  });

  test('is one file a folder: the override, AGENTS.md, then the fallback names', async () => {
    const overrides = { project_doc_fallback_filenames: ['CLAUDE.md', '../AGENTS.md', 'OTHER.md'] };
    write('src/shop/OTHER.md', 'other');
    expect(await body({ overrides })).toBe('other');
    write('src/shop/CLAUDE.md', 'claude');
    expect(await body({ overrides })).toBe('claude');
    expect(await body()).toBeUndefined();
    write('src/shop/AGENTS.md', 'agents');
    expect(await body({ overrides })).toBe('agents');
    write('src/shop/AGENTS.override.md', 'override');
    expect(await body({ overrides })).toBe('override');
    rmSync(at('src/shop/AGENTS.override.md'));
    mkdirSync(at('src/shop/AGENTS.override.md'));
    expect(await body({ overrides })).toBe('agents');
  });

  test('follows symlinks and skips blank files', async () => {
    write('notes.md', 'linked');
    symlinkSync(at('notes.md'), at('src/shop/AGENTS.md'));
    write('src/shop/web/AGENTS.md', ' \n');
    expect(await body()).toBe('linked');
  });

  test('of a project that is called untrusted is left out', async () => {
    write('src/shop/AGENTS.md', 'project');
    const projects = { [at('src/shop')]: { trust_level: 'untrusted' } };
    expect(await body({ overrides: { projects } })).toBeUndefined();
  });
});

describe('the global file', () => {
  test('is the first that is not blank', async () => {
    write('home/AGENTS.md', 'plain');
    write('home/AGENTS.override.md', ' \n');
    expect(await body()).toBe('plain');
    write('home/AGENTS.override.md', 'override');
    expect(await body()).toBe('override');
  });

  test("is Codex's where tcx has none of its own", async () => {
    write('codex/AGENTS.md', 'codex');
    expect(await body({ codex: true })).toBe('codex');
    write('codex/tcx/AGENTS.md', 'tcx');
    expect(await body({ codex: true })).toBe('tcx');
    expect(await body()).toBeUndefined();
  });
});

describe('the budget', () => {
  const within = async (project_doc_max_bytes: number) => {
    const { parts, warnings } = await reader({ cwd: 'src/shop/web/api', overrides: { project_doc_max_bytes } })();
    const text = parts.find(({ part }) => part === 'agents')?.text ?? '';
    return {
      body: /<INSTRUCTIONS>\n([\s\S]*)\n<\/INSTRUCTIONS>$/.exec(text)?.[1],
      warnings: warnings.map((line) => line.replaceAll(root, '')),
    };
  };

  beforeEach(() => {
    write('home/AGENTS.md', 'global is not counted');
    write('src/shop/AGENTS.md', 'aaaa');
    write('src/shop/web/AGENTS.md', 'bbé€');
    write('src/shop/web/api/AGENTS.md', 'cccc');
  });
  const global = 'global is not counted\n\n--- project-doc ---\n\n';

  test('is a total over the project, used up from the root', async () => {
    expect(await within(15)).toEqual({ body: `${global}aaaa\n\nbbé€\n\ncccc`, warnings: [] });
    expect(await within(11)).toEqual({
      body: `${global}aaaa\n\nbbé€`,
      warnings: ['more than 11 bytes of AGENTS.md (project_doc_max_bytes): /src/shop/web/api/AGENTS.md is left out'],
    });
  });

  test('cuts between characters', async () => {
    for (const bytes of [8, 9, 10]) {
      expect(await within(bytes)).toEqual({
        body: `${global}aaaa\n\nbbé`,
        warnings: [
          `more than ${bytes} bytes of AGENTS.md (project_doc_max_bytes): /src/shop/web/AGENTS.md is cut, /src/shop/web/api/AGENTS.md is left out`,
        ],
      });
    }
    expect((await within(7)).body).toBe(`${global}aaaa\n\nbb`);
  });

  test('of the default is 32768 bytes', async () => {
    rmSync(at('src/shop/web'), { recursive: true });
    write('src/shop/AGENTS.md', 'x'.repeat(40_000));
    const { parts, warnings } = await reader({ cwd: 'src/shop' })();
    expect(/x{9,}/.exec(parts[0]!.text)?.[0]).toHaveLength(32_768);
    expect(warnings).toHaveLength(1);
  });

  test('of 0 reads none of the project', async () => {
    expect(await within(0)).toEqual({ body: 'global is not counted', warnings: [] });
  });
});

test('bytes that are no UTF-8 are replaced, with a warning', async () => {
  write('src/shop/AGENTS.md', new Uint8Array([0x61, 0xff, 0x62]));
  const { parts, warnings } = await reader()();
  expect(parts[0]!.text).toContain('a\ufffdb');
  expect(warnings).toEqual([`${at('src/shop/AGENTS.md')} is not UTF-8; what cannot be read is replaced`]);
});

test('a change is seen the next time, the same text has the same hash', async () => {
  const read = reader();
  const hash = async () => (await read()).parts[0]!.hash;
  write('src/shop/AGENTS.md', 'one');
  const first = await hash();
  expect(await hash()).toBe(first);
  write('src/shop/AGENTS.md', 'two');
  expect(await hash()).not.toBe(first);
});

describe('where it works', () => {
  const context = { ...facts, cwd: '/src/a&b', writableRoots: ['/cache'] };

  test('is told in few words', () => {
    expect(environmentContext({ ...context, sandbox: 'workspace-write' })).toBe(`<environment_context>
  <cwd>/src/a&amp;b</cwd>
  <shell>bash</shell>
  <current_date>2026-11-04</current_date>
  <timezone>Europe/Berlin</timezone>
  <filesystem><workspace_roots><root>/src/a&amp;b</root><root>/cache</root></workspace_roots><permission_profile type="managed"><file_system type="restricted" write="workspace_roots" /></permission_profile></filesystem>
</environment_context>`);
  });

  test.each([
    ['read-only', '<permission_profile type="managed"><file_system type="restricted" write="none" />'],
    ['danger-full-access', '<permission_profile type="disabled"><file_system type="unrestricted" />'],
  ] as const)('with %s', (sandbox, told) => {
    const text = environmentContext({ ...context, sandbox });
    expect(text).toContain(told);
    expect(text).not.toContain('/cache');
  });

  test('is the last part', async () => {
    write('src/shop/AGENTS.md', 'project');
    const { parts } = await reader()();
    expect(parts.map(({ part }) => part)).toEqual(['agents', 'environment']);
    expect(parts[1]!.text).toContain(`<cwd>${at('src/shop/web')}</cwd>`);
  });

  test.each([
    ['UTC', '2026-11-03'],
    ['Asia/Tokyo', '2026-11-04'],
    ['America/Los_Angeles', '2026-11-03'],
  ])('the date in %s', (timezone, date) => expect(dateIn(timezone, facts.now)).toBe(date));
});
