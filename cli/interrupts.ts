/** Ctrl-C and a polite kill end what runs, not only this client; a second one leaves at once. */
import { exit } from './context.ts';

export class Interrupts implements Disposable {
  #asked = false;
  #held = false;
  #act: (() => void) | undefined;
  readonly #handler = () => this.#signal();

  constructor() {
    process.on('SIGINT', this.#handler);
    process.on('SIGTERM', this.#handler);
  }

  /** What is begun now cannot be ended yet: a signal waits until it can. */
  hold() {
    this.#held = true;
  }

  /** What a signal does from now on; one that came meanwhile does it now. */
  act(act: () => void) {
    this.#act = act;
    if (this.#asked) act();
  }

  [Symbol.dispose]() {
    process.off('SIGINT', this.#handler);
    process.off('SIGTERM', this.#handler);
  }

  #signal() {
    if (this.#asked || !this.#held) process.exit(exit.failed);
    this.#asked = true;
    this.#act?.();
  }
}
