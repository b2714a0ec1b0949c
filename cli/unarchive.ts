/** `tcx unarchive`. */
import { archiving } from './archive.ts';

export const run = archiving(false);
