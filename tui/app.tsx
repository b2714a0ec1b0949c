/** The one component that knows all parts of the screen; each draws the lines of its part. */
import { Box, Static } from 'ink';
import { type ReactElement, useLayoutEffect } from 'react';
import type { Drawing, Frame } from './drawing.ts';
import { Lines } from './lines.tsx';
import type { Painter } from './painter.ts';
import { useView } from './store.ts';
import type { View } from './view.ts';

const whole = (view: View) => view;

interface Props {
  readonly drawing: Drawing;
  readonly painter: Painter;
}

export function App({ drawing, painter }: Props): ReactElement {
  const view = useView(whole);
  const frame = drawing.frame(view);
  if (!view.inline) return <Painted frame={frame} painter={painter} />;
  return (
    <>
      <Scrollback drawing={drawing} view={view} />
      <Box flexDirection="column" width={view.size.columns}>
        <Lines lines={linesOf(frame)} />
      </Box>
    </>
  );
}

const linesOf = ({ transcript, working, above, input, below }: Frame) => [
  ...transcript,
  ...working,
  ...above,
  ...input,
  ...below,
];

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
