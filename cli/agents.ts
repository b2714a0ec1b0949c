/** `tcx agents`: all sessions on one screen. */
import type { Run } from './context.ts';
import { openScreen } from './screen.ts';

export const run: Run = (context, parsed) => openScreen(context, parsed, { kind: 'agents' });
