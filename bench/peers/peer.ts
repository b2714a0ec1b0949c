/** Another agent, or tcx itself, as the comparison sees it: a home of its own, a model to talk to, two ways to start it. */
import type { FakeModel, FakeRequest, Script } from '../../test/fake-model.ts';
import type { FakeReply } from '../../test/fake-model-wires.ts';
import type { Process } from '../measure.ts';

export interface Peer {
  readonly name: string;
  readonly version: string;
  /** A fresh home, set up so that nothing is asked and nothing leaves the machine. */
  readonly open: (script: Script) => Promise<Place>;
  /** A shell command as its own tool is asked for it. */
  readonly call: (command: string) => FakeReply;
  /** Not a title, a summary or another errand beside the conversation. */
  readonly isTurn: (request: FakeRequest) => boolean;
}

export interface Place extends AsyncDisposable {
  readonly model: FakeModel;
  /** One turn without a screen, told as JSON. */
  readonly headless: (prompt: string) => Process;
  readonly screen: () => Process;
  /** It can be typed into. */
  readonly isReady: (text: string) => boolean;
  /** All that it loads at its start is there. */
  readonly isSettled: (text: string) => boolean;
  /** What it may ask at its first start, and the keys that get past it. */
  readonly dialogs: readonly Dialog[];
  /** Processes that work for it, also those that are none of its screen's children. */
  readonly servers: () => number[];
}

export interface Dialog {
  readonly says: string;
  readonly keys: readonly string[];
}

/** Whether a request offers a tool of that name, on any of the three wires. */
export const offers = ({ body }: FakeRequest, tool: string) =>
  (body.tools ?? []).some((each) => (each.name ?? (each.function as { name?: string } | undefined)?.name) === tool);
