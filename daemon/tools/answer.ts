/** How a tool that only reads answers: a text for the model, and whether it is what was asked for. */
import type { Outcome } from '../../actors/effects.ts';

export type Answer = Outcome<{ readonly text: string; readonly ok: boolean }>;

export const answer = (text: string): Answer => ({ kind: 'done', value: { text, ok: true } });
export const refusal = (text: string): Answer => ({ kind: 'done', value: { text, ok: false } });
export const interrupted: Answer = { kind: 'interrupted' };
