/** A failure the person can act on: a code for scripts, a sentence, and the command that mends it. */
export class TcxError extends Error {
  readonly code: string;
  readonly fix: string;
  constructor(code: string, message: string, fix: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'TcxError';
    this.code = code;
    this.fix = fix;
  }
}
