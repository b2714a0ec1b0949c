/** Gives back what passed through: V8 collects when it wants room, and a daemon that rests wants none, so it would stay. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Less is not worth the moment that a collection takes. */
const worthBytes = 64 * 1024 * 1024;

/** Collects if much was taken since it last did; answers whether it did. To be called when nothing waits. */
export function createCollector(): () => boolean {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  let kept = 0;
  return () => {
    if (held() - kept < worthBytes) return false;
    collect();
    kept = held();
    return true;
  };
}

function held(): number {
  const { heapTotal, external } = process.memoryUsage();
  return heapTotal + external;
}
