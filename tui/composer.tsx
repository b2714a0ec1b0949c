/** The composer, or the question in its place; the terminal's own cursor stands in it, so that input methods find it. */
import { useCursor } from 'ink';
import type { ReactElement } from 'react';
import { Lines } from './lines.tsx';

interface Props {
  readonly lines: readonly string[];
  readonly cursor: { readonly x: number; readonly y: number } | undefined;
}

export function Composer({ lines, cursor }: Props): ReactElement {
  const { setCursorPosition } = useCursor();
  setCursorPosition(cursor);
  return <Lines lines={lines} />;
}
