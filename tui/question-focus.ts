/**
 * When a question may take keys (screens §1.2): it never takes the focus from a draft or from somebody who types, takes nothing
 * in its first moments on the screen, and what is pressed for one that has just gone answers nothing else. Pure.
 */

export interface QuestionFocus {
  /** The question in the composer's place, by its id, and since when. */
  readonly open: { readonly id: string; readonly since: number } | null;
  /** Put down by the person: they stay bars until they are looked at. */
  readonly down: readonly string[];
  /** The last key of any kind. */
  readonly keyAt: number;
  /** Until then decision keys go nowhere. */
  readonly deafUntil: number;
  /** The decision key that was swallowed last, and when: a held one stays swallowed. */
  readonly swallowed: { readonly name: string; readonly at: number } | null;
}

export const noFocus: QuestionFocus = { open: null, down: [], keyAt: 0, deafUntil: 0, swallowed: null };

/** Without a key for so long, a question may come forward. */
export const quietMs = 1000;
export const deadMs = 300;
const deafMs = 500;
/** Repeats of a held key come faster than this. */
const heldMs = 250;

/** The questions that are open now, oldest first: one that is gone makes its keys mean nothing, one that may comes forward. */
export function settle(focus: QuestionFocus, ids: readonly string[], draft: boolean, now: number): QuestionFocus {
  const gone = focus.open !== null && !ids.includes(focus.open.id);
  const down = focus.down.filter((id) => ids.includes(id));
  const kept: QuestionFocus = gone ? { ...focus, open: null, deafUntil: now + deafMs } : focus;
  const next = ids.find((id) => !down.includes(id));
  const mayCome = kept.open === null && next !== undefined && !draft && now - kept.keyAt >= quietMs;
  const open = mayCome ? { id: next, since: now } : kept.open;
  if (open === focus.open && down.length === focus.down.length && !gone) return focus;
  return { ...kept, open, down };
}

/** When `settle` may have something to do again; undefined while nothing waits. */
export function dueAt(focus: QuestionFocus, ids: readonly string[], draft: boolean): number | undefined {
  const waits = focus.open === null && !draft && ids.some((id) => !focus.down.includes(id));
  return waits ? focus.keyAt + quietMs : undefined;
}

export type Takes = 'question' | 'nobody' | 'composer';

/** Who gets a key that is pressed now, and what that changes. `decides`: it is one of the keys that answer questions. */
export function taken(
  focus: QuestionFocus,
  key: { readonly name: string; readonly types: boolean; readonly decides: boolean },
  now: number,
) {
  const pressed = { ...focus, keyAt: now };
  if (focus.open) {
    if (now - focus.open.since >= deadMs) return { takes: 'question' as Takes, focus: pressed };
    // Meant for the composer, since nobody can have read the question: it gives way to what is being typed.
    const takes: Takes = key.types ? 'composer' : 'nobody';
    return { takes, focus: key.types ? { ...pressed, open: null } : pressed };
  }
  const held = focus.swallowed !== null && focus.swallowed.name === key.name && now - focus.swallowed.at < heldMs;
  if (key.decides && (now < focus.deafUntil || held))
    return { takes: 'nobody' as Takes, focus: { ...pressed, swallowed: { name: key.name, at: now } } };
  return { takes: 'composer' as Takes, focus: { ...pressed, swallowed: null } };
}

/** This client has answered: the key that did it, still held, answers nothing more. */
export const answered = (focus: QuestionFocus, key: string, now: number): QuestionFocus => ({
  ...focus,
  open: null,
  keyAt: now,
  deafUntil: now + deafMs,
  swallowed: { name: key, at: now },
});

/** Down to its bar, unanswered. */
export const putDown = (focus: QuestionFocus): QuestionFocus =>
  focus.open ? { ...focus, open: null, down: [...focus.down, focus.open.id] } : focus;

/** The person wants to see it now. */
export const lookAt = (focus: QuestionFocus, id: string, now: number): QuestionFocus => ({
  ...focus,
  open: { id, since: now },
  down: focus.down.filter((other) => other !== id),
});
