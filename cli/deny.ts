/** `tcx deny A`: decide A no. */
import { deciding } from './decide.ts';

export const run = deciding('no');
