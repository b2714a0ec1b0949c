/** `tcx approve A`: decide A once. */
import { deciding } from './decide.ts';

export const run = deciding('once');
