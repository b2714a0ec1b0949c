/** Alone in its file, because a client that only asks `ps` must not load the schemas. The rule for bumping: `protocol.ts`. */
export const PROTOCOL = 1;
