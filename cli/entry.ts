/** The bundle a launcher starts: refuses an old Node in one sentence, and has V8 keep the compiled code of the rest. */
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 15)) {
  process.stderr.write(
    `tcx needs Node 22.15 or newer; this is ${process.versions.node}. Install it, or run from a clone after npm ci.\n`,
  );
  process.exit(1);
}
enableCompileCache(join(import.meta.dirname, '.cache'));
require('./main.js');
