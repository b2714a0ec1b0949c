/** What was asked before, newest first and each once: by this client in this session, then in the home. */
import { type HistoryFile, historyFile } from './history.ts';

export class Prompts {
  readonly #file: HistoryFile;
  #own: readonly string[] = [];

  constructor(options: Parameters<typeof historyFile>[0]) {
    this.#file = historyFile(options);
  }

  /** Those of another session, newest first. */
  begin(own: readonly string[]) {
    this.#own = own;
  }

  said(session: string, text: string, at: number) {
    this.remember(text);
    this.#file.add(session, text, at);
  }

  /** A draft that was cleared can be had again, though it was never said. */
  remember(text: string) {
    this.#own = [text, ...this.#own.filter((other) => other !== text)];
  }

  all = (): readonly string[] => [...new Set([...this.#own, ...this.#file.read()])];
}
