/** What the daemon and its finder of files say to each other. */

export interface FilesAsked {
  readonly id: number;
  readonly cwd: string;
  readonly query: string;
  readonly limit: number;
}

export interface FilesTold {
  readonly id: number;
  readonly paths: readonly string[];
  readonly total: number;
  readonly complete: boolean;
}
