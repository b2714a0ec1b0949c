import { describe, expect, test } from 'vitest';
import { dotted, type Layer, locate, merge, mergeLayers, origins } from './config-layers.ts';
import { parseOverride, parseOverrides } from './config-overrides.ts';
import { prepareCodex, prepareProject, resolvePaths } from './config-prepare.ts';
import { render } from './place.ts';
import { parseToml, type Table } from './toml.ts';

const layer = (kind: Layer['kind'], table: Table, more: Partial<Layer> = {}): Layer => ({ kind, table, ...more });

describe('merging', () => {
  test('tables merge, everything else is replaced', () => {
    const lower = { a: { b: 1, c: [1, 2], d: { e: 1 } }, f: 1 };
    const upper = { a: { c: [3], d: { g: 2 } }, f: { h: 1 } };
    expect(merge(lower, upper)).toEqual({ a: { b: 1, c: [3], d: { e: 1, g: 2 } }, f: { h: 1 } });
    expect(lower).toEqual({ a: { b: 1, c: [1, 2], d: { e: 1 } }, f: 1 });
  });

  test('a key named __proto__ is only a key', () => {
    const parsed = parseToml('[__proto__]\npolluted = true');
    if (!parsed.ok) throw new Error(parsed.message);
    expect(Object.keys(merge({}, parsed.table))).toEqual(['__proto__']);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  test('a disabled layer counts for nothing', () => {
    const layers = [layer('user', { a: 1 }), layer('project', { a: 2, b: 2 }, { disabled: 'not trusted' })];
    expect(mergeLayers(layers)).toEqual({ a: 1 });
    expect([...origins(layers).keys()]).toEqual(['a']);
  });

  test('every value knows the layer it came from', () => {
    const layers = [
      layer('user', { a: { b: 1, c: 1 }, gone: { x: 1 }, empty: {} }, { file: 'u' }),
      layer('project', { a: { c: 2 }, gone: 3 }, { file: 'p' }),
      layer('overrides', { projects: { '/a.b': { trust_level: 'trusted' } } }),
    ];
    const of = Object.fromEntries([...origins(layers)].map(([key, { kind }]) => [key, kind]));
    expect(of).toEqual({
      'a.b': 'user',
      'a.c': 'project',
      gone: 'project',
      empty: 'user',
      'projects."/a.b".trust_level': 'overrides',
    });
  });
});

describe('where a problem stands', () => {
  const source = '[tui]\nanimations = "yes"\n';
  const user = layer('user', { tui: { animations: 'yes' } }, { file: '/h/config.toml', source });
  const problem = { path: ['tui', 'animations'], what: 'value', message: 'expected true or false' } as const;

  test('in the highest layer that sets it', () => {
    expect(render(locate([user], problem))).toBe(
      [
        '/h/config.toml:2:14: expected true or false (in `tui.animations`)',
        '  |',
        '2 | animations = "yes"',
        '  |              ^^^^^',
      ].join('\n'),
    );
    const flag = layer('overrides', { tui: { animations: 3 } });
    expect(render(locate([user, flag], problem))).toBe('-c: expected true or false (in `tui.animations`)');
  });

  test('in the table that lacks a key', () => {
    const { place, message } = locate([user], { ...problem, path: ['tui', 'missing'] });
    expect([place?.line, place?.column, message]).toEqual([1, 2, 'expected true or false (in `tui.missing`)']);
  });
});

describe('-c', () => {
  test.each<[string, unknown]>([
    ['model=gpt-5', { model: 'gpt-5' }],
    ['model="gpt 5"', { model: 'gpt 5' }],
    ['model = o3 ', { model: 'o3' }],
    ['model=', { model: '' }],
    ['model=a=b', { model: 'a=b' }],
    ['model=2026-01-01', { model: '2026-01-01' }],
    ['model=inf', { model: 'inf' }],
    ['model=nan', { model: 'nan' }],
    ['model=x # y', { model: 'x # y' }],
    ['tui.animations=false', { tui: { animations: false } }],
    ['tui.animations=no', { tui: { animations: 'no' } }],
    ['limits.session_rows=1_000', { limits: { session_rows: 1000 } }],
    ['notify=["a","b"]', { notify: ['a', 'b'] }],
    ['tui={animations=true}', { tui: { animations: true } }],
    ['projects."/a.b/c".trust_level="trusted"', { projects: { '/a.b/c': { trust_level: 'trusted' } } }],
    ['projects./a/b.trust_level=trusted', { projects: { '/a/b': { trust_level: 'trusted' } } }],
    ['model="a"\nmore = 1', { model: '"a"\nmore = 1' }],
    ['developer_instructions="""a\nb"""', { developer_instructions: 'a\nb' }],
  ])('%j', (text, expected) => expect(parseOverride(text)).toEqual({ ok: true, table: expected }));

  test.each(['model', '=x', '.a=1', 'a..b=1', ''])('%j is refused', (text) =>
    expect(parseOverride(text)).toMatchObject({ ok: false, why: expect.stringContaining('key=value') }),
  );

  test('a later one wins, tables grow together', () => {
    expect(parseOverrides(['a.b=1', 'a.c=2', 'a.b=3'])).toEqual({ ok: true, table: { a: { b: 3, c: 2 } } });
    expect(parseOverrides(['a.b=1', 'oops'])).toMatchObject({ ok: false });
  });
});

describe('what a layer may say', () => {
  test('a project sets no providers, programs, trust or daemon', () => {
    const table = { model: 'm', model_provider: 'x', notify: ['evil'], projects: { '/': {} }, host: 'temporal' };
    expect(prepareProject(table)).toEqual({
      table: { model: 'm' },
      left: ['model_provider', 'notify', 'projects', 'host'],
    });
  });

  test("Codex's file may use names that only tcx has built in", () => {
    const own = { anthropic: { base_url: 'x' }, mine: {} };
    expect(prepareCodex({ model_providers: own })).toEqual({
      table: { model_providers: { mine: {} } },
      left: ['model_providers.anthropic'],
    });
  });

  test('paths belong to the folder of their file', () => {
    const table = {
      model: 'm',
      model_instructions_file: 'a.md',
      sandbox_workspace_write: { writable_roots: ['b', 3] },
      model_providers: { x: { auth: { cwd: 'c', command: 'd' } }, y: {} },
    };
    expect(resolvePaths(table, (path) => `/f/${path}`)).toEqual({
      model: 'm',
      model_instructions_file: '/f/a.md',
      sandbox_workspace_write: { writable_roots: ['/f/b', 3] },
      model_providers: { x: { auth: { cwd: '/f/c', command: 'd' } }, y: {} },
    });
  });

  test('keys are written as TOML writes them', () => {
    expect(dotted(['a-b', 'c d', 'e."f', 0])).toBe('a-b."c d"."e.\\"f".0');
  });
});
