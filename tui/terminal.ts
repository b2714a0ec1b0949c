/** The terminal's modes: set when the screen begins, and put back however it ends. */
import { writeSync } from 'node:fs';
import type { ReadStream, WriteStream } from 'node:tty';

export interface TerminalOptions {
  readonly stdin: ReadStream;
  readonly stdout: WriteStream;
  /** The same, for what has to be written before the process ends. */
  readonly fd: number;
  readonly alternate: boolean;
  readonly mouse: boolean;
  /** Asked at the beginning: what the terminal's colours are. */
  readonly ask: string;
}

const enterAlternate = '\u001b[?1049h\u001b[H\u001b[J';
const leaveAlternate = '\u001b[?1049l';
/** Bracketed paste, focus, and the title kept on the terminal's stack. */
const modesOn = '\u001b[22;2t\u001b[?2004h\u001b[?1004h';
/** Asks whether the terminal brackets pastes. */
const askPaste = '\u001b[?2004$p';
const modesOff = '\u001b[?1004l\u001b[?2004l\u001b[23;2t';
/** Wheel, buttons and drags with SGR coordinates; nothing of it answers anything. */
const mouseOn = '\u001b[?1002h\u001b[?1006h';
const mouseOff = '\u001b[?1006l\u001b[?1002l';
/** Kitty's protocol: keys say what they are. A terminal that does not know it ignores both. */
const kittyOn = '\u001b[>1u';
const kittyOff = '\u001b[<u';
const cursorOn = '\u001b[?25h\u001b[0m';

export class Terminal {
  readonly #options: TerminalOptions;
  #on = false;
  #over = false;
  /** Nobody is at the other end any more. */
  gone = false;

  constructor(options: TerminalOptions) {
    this.#options = options;
  }

  enter() {
    const { stdin, alternate, mouse, ask } = this.#options;
    if (this.#on || this.gone) return;
    this.#on = true;
    stdin.setRawMode(true);
    stdin.resume();
    const mice = alternate && mouse ? mouseOn : '';
    this.write(`${alternate ? enterAlternate : ''}${modesOn}${askPaste}${kittyOn}${mice}${ask}`);
  }

  /** As it was before; written at once, since the process may be about to end. */
  leave() {
    const { stdin, alternate, mouse } = this.#options;
    if (!this.#on) return;
    this.#on = false;
    const full = alternate || this.#over;
    this.#over = false;
    this.writeNow(`${full && mouse ? mouseOff : ''}${kittyOff}${modesOff}${full ? leaveAlternate : ''}${cursorOn}`);
    try {
      stdin.setRawMode(false);
    } catch {
      this.gone = true;
    }
    stdin.pause();
  }

  /** The alternate screen for as long as something lies over what is drawn inline. True when that is another one now. */
  overlay(over: boolean): boolean {
    if (over === this.#over) return false;
    this.#over = over;
    const { mouse } = this.#options;
    this.write(over ? `${enterAlternate}${mouse ? mouseOn : ''}` : `${mouse ? mouseOff : ''}${leaveAlternate}`);
    return true;
  }

  title(text: string) {
    this.write(`\u001b]2;${text}\u0007`);
  }

  /** What is drawn while the terminal is the shell's goes nowhere: it is drawn anew when we have it again. */
  write(text: string) {
    if (!this.gone && this.#on) this.#options.stdout.write(text);
  }

  writeNow(text: string) {
    if (this.gone) return;
    try {
      writeAll(this.#options.fd, text);
    } catch (error) {
      // A terminal that is closed has no state to put back.
      if (['EIO', 'EPIPE', 'EBADF', 'ENXIO'].includes((error as NodeJS.ErrnoException).code ?? '')) this.gone = true;
      else throw error;
    }
  }
}

/** A terminal that is slow to read is waited for a while. */
function writeAll(fd: number, text: string) {
  let bytes = Buffer.from(text);
  for (let tries = 0; bytes.length > 0 && tries < 200; tries++) {
    try {
      bytes = bytes.subarray(writeSync(fd, bytes));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}
