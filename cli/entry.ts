/** The bundle a launcher starts: refuses an old Node in one sentence, and has the compiled code of the rest kept. */
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { runKept } from './kept-code.ts';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 22)) {
  process.stderr.write(
    `tcx needs Node 22.22 or newer; this is ${process.versions.node}. Install it, or run from a clone after npm ci.\n`,
  );
  process.exit(1);
}

/** Commands that live a moment, draw no screen, and are typed or asked by scripts all day. */
const quick = ['ps', 'ls', 'exec', 'say', 'wait', 'log', 'tail', 'inbox', 'decide', 'approve', 'deny'];
const folder = join(import.meta.dirname, '.cache');
const [, , word = ''] = process.argv;

if (quick.includes(word)) runKept({ file: join(import.meta.dirname, 'main.js'), folder, part: word, require });
else {
  enableCompileCache(folder);
  require('./main.js');
}
