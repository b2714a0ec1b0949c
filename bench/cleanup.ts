/** Daemons and folders of the bench are gone when it is, also when it is interrupted in the middle. */

const open = new Set<() => Promise<void>>();

/** Done once: by what is given back, or by `cleanUp`. */
export function cleanedUp(undo: () => Promise<void>): () => Promise<void> {
  const once = async () => {
    if (open.delete(once)) await undo();
  };
  open.add(once);
  return once;
}

export const cleanUp = () => Promise.allSettled([...open].map((undo) => undo()));
