/** `tcx kill-server`, as tmux has it: daemon stop. */
import type { Run } from './context.ts';
import { stop } from './daemon-run.ts';

export const run: Run = stop;
