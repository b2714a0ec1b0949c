/** What an agent spends between the end of an answer and its next request: a tool step without the model's own time. */
import type { FakeReply, FakeRequest } from '../test/fake-model.ts';

export class Gaps {
  /** Ms of each step so far, over all turns. */
  readonly took: number[] = [];
  readonly #steps: number;
  readonly #call: (request: FakeRequest) => FakeReply;
  readonly #isTurn: (request: FakeRequest) => boolean;
  #done = 0;
  #answered: number | undefined;

  /** Turns of so many calls, then words. Requests that are no part of a turn are answered by the way. */
  constructor(
    steps: number,
    call: (request: FakeRequest) => FakeReply,
    isTurn: (request: FakeRequest) => boolean = () => true,
  ) {
    this.#steps = steps;
    this.#call = call;
    this.#isTurn = isTurn;
  }

  script = (request: FakeRequest): FakeReply => {
    if (!this.#isTurn(request)) return { text: 'A title' };
    if (this.#answered !== undefined) this.took.push(request.at - this.#answered);
    this.#answered = undefined;
    if (this.#done === this.#steps) {
      this.#done = 0;
      return { text: 'done' };
    }
    this.#done++;
    void request.closed.then(() => {
      this.#answered = performance.now();
    });
    return this.#call(request);
  };
}
