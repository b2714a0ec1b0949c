/** What is searched for in a tree, and what was found: by ripgrep or without it. */

export interface Search {
  readonly pattern: string;
  readonly include?: string;
  /** Globs are read from here. */
  readonly cwd: string;
  readonly path: string;
  readonly limit: number;
  /** Aborted by the person, or because the time is over. */
  readonly signal: AbortSignal;
}

export type Found =
  | { readonly kind: 'files'; readonly paths: readonly string[] }
  | { readonly kind: 'failed'; readonly why: string }
  | { readonly kind: 'unavailable' };
