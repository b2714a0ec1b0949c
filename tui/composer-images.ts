/** Pictures into the composer: from the clipboard, from a path that was dropped, from the command line. */
import { modelInfo } from '../core/models.ts';
import type { ActDeps } from './act-deps.ts';
import { attach } from './editor.ts';
import { droppedImage, type ReadImage } from './images.ts';
import type { View } from './view.ts';

type Deps = Pick<ActDeps, 'store' | 'desk'>;

/** Undefined when the model takes pictures, or nobody knows what it takes. */
export function blindModel({ session, model }: View): string | undefined {
  const name = session?.view.settings.model ?? model;
  return name !== '' && !modelInfo(name).images ? name : undefined;
}

export function attachImage({ store, desk }: Deps, read: ReadImage) {
  if (read.kind === 'refused') return desk.hint(read.why, 'warn');
  store.update((view) => ({ ...view, editor: attach(view.editor, read.image) }));
  const blind = blindModel(store.get());
  if (blind) desk.hint(`${blind} takes no pictures: it will be told that one was left out`, 'warn');
}

const pathOf = ({ store }: Deps, text: string) => {
  const { cwd, session } = store.get();
  return droppedImage(text, session?.view.cwd ?? cwd);
};
/** The pasted text is the path of a picture. */
export const isDropped = (deps: Deps, text: string): boolean => pathOf(deps, text) !== undefined;

export function attachDropped(deps: Deps, text: string) {
  const path = pathOf(deps, text);
  if (path !== undefined) attachImage(deps, deps.desk.images.file(path));
}

export async function pasteImage(deps: Deps & Pick<ActDeps, 'clipboardImage'>) {
  const found = await deps.clipboardImage();
  if (found.kind === 'none') return deps.desk.hint(found.why, 'warn');
  attachImage(deps, deps.desk.images.take(found.bytes, 'the clipboard'));
}
