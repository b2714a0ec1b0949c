/** The one component that knows all parts of the screen; each draws the lines of its part. */
import { Box, Static } from 'ink';
import { memo, type ReactElement, useLayoutEffect, useRef } from 'react';
import type { Drawing } from './drawing.ts';
import { type Frame, linesOf } from './frame.ts';
import { Lines } from './lines.tsx';
import type { Painter } from './painter.ts';
import { useView } from './store.ts';
import { isOverlay, type View } from './view.ts';

const whole = (view: View) => view;

interface Props {
  readonly drawing: Drawing;
  readonly painter: Painter;
}

export function App({ drawing, painter }: Props): ReactElement {
  const view = useView(whole);
  const before = useRef(view);
  const over = isOverlay(view);
  if (!over) before.current = view;
  if (!view.inline) return <Painted frame={drawing.frame(view)} painter={painter} />;
  return (
    <>
      <Inline drawing={drawing} view={before.current} />
      {over && <Painted frame={drawing.frame(view)} painter={painter} />}
    </>
  );
}

/** While a screen of its own lies over it, it stays as it was. */
const Inline = memo(function Inline({ drawing, view }: { readonly drawing: Drawing; readonly view: View }) {
  return (
    <>
      <Scrollback drawing={drawing} view={view} />
      <Box flexDirection="column" width={view.size.columns}>
        <Lines lines={linesOf(drawing.frame(view))} />
      </Box>
    </>
  );
});

/** Full screen, Ink decides when a frame is due and the painter writes it (docs/decisions/0012). */
function Painted({ frame, painter }: { readonly frame: Frame; readonly painter: Painter }): null {
  useLayoutEffect(() => painter.paint({ lines: linesOf(frame), cursor: frame.cursor }), [frame, painter]);
  return null;
}

/** What is settled is printed once into the terminal's own scrollback; a resize never draws it again. */
function Scrollback({ drawing, view }: { readonly drawing: Drawing; readonly view: View }): ReactElement {
  return (
    <Static items={[...view.scrollback]}>
      {(cell, at) => <Lines key={`${at} ${cell.id}`} lines={drawing.printed(view, cell)} />}
    </Static>
  );
}
