/** Builds dist/: one esbuild bundle an entry. `--if-needed` returns at once when no source is newer than the last build. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BuildOptions, build, type Plugin } from 'esbuild';

const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');
const stamp = join(dist, 'built');
const sources = [
  'actors',
  'cli',
  'core',
  'daemon',
  'ipc',
  'sandbox',
  'scripts',
  'tui',
  'package.json',
  'package-lock.json',
];

/** Newest modification time, in ms, below `path`. */
function newest(path: string): number {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return 0;
  if (!stat.isDirectory()) return stat.mtimeMs;
  return readdirSync(path).reduce((latest, name) => Math.max(latest, newest(join(path, name))), stat.mtimeMs);
}

function upToDate(): boolean {
  const built = statSync(stamp, { throwIfNoEntry: false })?.mtimeMs;
  return built !== undefined && sources.every((source) => newest(join(root, source)) <= built);
}

const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

const common: BuildOptions = {
  absWorkingDir: root,
  outdir: dist,
  bundle: true,
  platform: 'node',
  target: 'node22',
  sourcemap: 'linked',
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  logLevel: 'warning',
  loader: { '.md': 'text' },
  define: { 'process.env.NODE_ENV': '"production"', __TCX_VERSION__: JSON.stringify(version) },
};

/** The screens are a bundle of their own, loaded when one is drawn: Ink can only be a module. */
const screensApart: Plugin = {
  name: 'screens-apart',
  setup: ({ onResolve }) => onResolve({ filter: /\/tui\/main\.tsx$/ }, () => ({ path: './tui.mjs', external: true })),
};

/**
 * CommonJS, although the sources are modules: a module's import of a part of Node reads all its exports, which costs a client
 * that lives 30 ms a third of its life. Lazy imports stay lazy inside the bundle.
 */
const commonJs: BuildOptions = {
  ...common,
  format: 'cjs',
  plugins: [screensApart],
  // `createRequire` takes a path as well as a URL.
  define: { ...common.define, 'import.meta.dirname': '__dirname', 'import.meta.url': '__filename' },
  external: ['@lydell/node-pty'],
};
/** Ink asks for the width of each character; what it asks knows most of them without the tables of Unicode. */
const quickWidths: Plugin = {
  name: 'quick-widths',
  setup: ({ onResolve }) =>
    onResolve({ filter: /^string-width$/ }, ({ importer }) =>
      importer.endsWith('/tui/width.ts') ? undefined : { path: join(root, 'tui/width.ts') },
    ),
};

/** Grammars of many languages: loaded by a screen that has code to show. */
const highlightApart: Plugin = {
  name: 'highlight-apart',
  setup: ({ onResolve }) =>
    onResolve({ filter: /\/highlight\.ts$/ }, ({ kind }) =>
      kind === 'dynamic-import' ? { path: './highlight.mjs', external: true } : undefined,
    ),
};

const modules: BuildOptions = {
  ...common,
  plugins: [quickWidths, highlightApart],
  // Ink's layout engine would load all of Node's fetch to read the few bytes it carries with it.
  define: { ...common.define, fetch: 'undefined' },
  format: 'esm',
  outExtension: { '.js': '.mjs' },
  alias: { 'react-devtools-core': join(root, 'scripts/empty.ts') },
  banner: { js: "import{createRequire as tcxRequire}from'node:module';const require=tcxRequire(import.meta.url);" },
};

const bundles: BuildOptions[] = [
  {
    ...commonJs,
    entryPoints: { tcx: 'cli/entry.ts', tcxd: 'daemon/entry.ts' },
    external: ['./main.js', './daemon.js'],
  },
  { ...commonJs, entryPoints: { main: 'cli/main.ts' } },
  { ...commonJs, entryPoints: { daemon: 'daemon/main.ts' } },
  { ...commonJs, entryPoints: { holder: 'daemon/holder/main.ts' } },
  { ...commonJs, entryPoints: { files: 'daemon/files/main.ts' } },
  { ...modules, entryPoints: { tui: 'tui/main.tsx', client: 'ipc/index.ts', highlight: 'tui/highlight.ts' } },
];

/** Types of the public client. */
async function declarations(): Promise<void> {
  const tsc = spawn(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.types.json'], {
    cwd: root,
    stdio: 'inherit',
  });
  const [code] = (await once(tsc, 'exit')) as [number | null];
  if (code !== 0) throw new Error('the types of the public client do not compile');
}

if (!(process.argv.includes('--if-needed') && upToDate())) {
  const started = Date.now();
  process.stderr.write('building tcx … ');
  rmSync(dist, { recursive: true, force: true });
  mkdirSync(dist);
  writeFileSync(join(dist, 'package.json'), '{ "type": "commonjs" }\n');
  await Promise.all([declarations(), ...bundles.map((bundle) => build(bundle))]);
  writeFileSync(stamp, `${version}\n`);
  process.stderr.write(`${((Date.now() - started) / 1000).toFixed(1)} s\n`);
}
