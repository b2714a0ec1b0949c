/** Builds dist/: one esbuild bundle an entry. `--if-needed` returns at once when no source is newer than the last build. */
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BuildOptions, build } from 'esbuild';

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
  format: 'esm',
  target: 'node22',
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  sourcemap: 'linked',
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  logLevel: 'warning',
  loader: { '.md': 'text' },
  define: { 'process.env.NODE_ENV': '"production"', __TCX_VERSION__: JSON.stringify(version) },
  alias: { 'react-devtools-core': join(root, 'scripts/empty.ts') },
  banner: { js: "import{createRequire as tcxRequire}from'node:module';const require=tcxRequire(import.meta.url);" },
};

/** Built apart, so that a client never loads a chunk it shares only with the daemon. */
const bundles: BuildOptions[] = [
  { entryPoints: { tcx: 'cli/entry.ts', main: 'cli/main.ts' }, external: ['./main.js'] },
  { entryPoints: { client: 'ipc/index.ts' } },
  { entryPoints: { tcxd: 'daemon/entry.ts', daemon: 'daemon/main.ts' }, external: ['./daemon.js', 'node-pty'] },
  { entryPoints: { holder: 'daemon/holder/main.ts' }, external: ['node-pty'] },
];

if (!(process.argv.includes('--if-needed') && upToDate())) {
  const started = Date.now();
  process.stderr.write('building tcx … ');
  rmSync(dist, { recursive: true, force: true });
  await Promise.all(bundles.map((bundle) => build({ ...common, ...bundle })));
  writeFileSync(stamp, `${version}\n`);
  process.stderr.write(`${((Date.now() - started) / 1000).toFixed(1)} s\n`);
}
