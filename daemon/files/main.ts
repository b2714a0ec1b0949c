/**
 * The process that finds files for those who type: apart from the daemon, so that reading a large tree holds nobody up, and
 * what it took of memory is given back when it is not needed any more.
 */
import { FileIndex } from './index.ts';
import type { FilesAsked, FilesTold } from './protocol.ts';

/** Trees that are known at a time; the one that was not used for longest goes. */
const treeLimit = 4;
/** Nobody has asked for so long: all of it ends. */
const idleMs = 5 * 60_000;

const trees = new Map<string, FileIndex>();
let idle = setTimeout(end, idleMs);

function end() {
  process.exit(0);
}

function treeOf(cwd: string): FileIndex {
  const known = trees.get(cwd);
  if (known) return known;
  if (trees.size >= treeLimit) {
    const [oldest, tree] = [...trees].reduce((a, b) => (a[1].usedAt <= b[1].usedAt ? a : b));
    trees.delete(oldest);
    void tree.close();
  }
  const made = new FileIndex(cwd, Date.now);
  trees.set(cwd, made);
  return made;
}

process.on('message', (asked: FilesAsked) => {
  clearTimeout(idle);
  idle = setTimeout(end, idleMs);
  const tell = (told: FilesTold) => process.send?.(told);
  treeOf(asked.cwd)
    .find(asked.query, asked.limit)
    .then(
      (answer) => tell({ id: asked.id, ...answer }),
      () => tell({ id: asked.id, paths: [], total: 0, complete: true }),
    );
});
process.on('disconnect', end);
