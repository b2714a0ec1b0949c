/** A refusal of the daemon or of the way to it: a code for scripts, a sentence, and the command that mends it. */
export class ClientError extends Error {
  readonly code: string;
  readonly fix: string;
  constructor(code: string, message: string, fix: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ClientError';
    this.code = code;
    this.fix = fix;
  }
}

export const gone = () => new ClientError('gone', 'the daemon went away before it answered', 'tcx daemon status');
