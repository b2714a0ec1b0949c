/** Writing to the terminal or a pipe without opening Node's streams, which costs a short command a tenth of its life. */
import { writeSync } from 'node:fs';

/** All of the text, in order. A reader that went away, as `tcx log … | head` does, ends the program quietly. */
export function write(fd: 1 | 2, text: string) {
  const bytes = Buffer.from(text);
  for (let done = 0; done < bytes.length; ) {
    try {
      done += writeSync(fd, bytes, done);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EPIPE') process.exit(0);
      if (code !== 'EAGAIN') throw error;
      // The other side is slow and the pipe does not block: wait a little, without spinning.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}
