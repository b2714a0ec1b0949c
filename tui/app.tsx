/** The one component that knows all parts of the screen; each draws the lines of its part. */
import { Box, Static } from 'ink';
import type { ReactElement } from 'react';
import { Composer } from './composer.tsx';
import type { Drawing } from './drawing.ts';
import { Lines } from './lines.tsx';
import { useView } from './store.ts';
import type { View } from './view.ts';

const whole = (view: View) => view;

export function App({ drawing }: { readonly drawing: Drawing }): ReactElement {
  const view = useView(whole);
  const { transcript, working, above, input, below, cursor } = drawing.frame(view);
  return (
    <>
      {view.inline && <Scrollback drawing={drawing} view={view} />}
      <Box flexDirection="column" width={view.size.columns}>
        <Lines lines={transcript} />
        <Lines lines={working} />
        <Lines lines={above} />
        <Composer lines={input} cursor={cursor} />
        <Lines lines={below} />
      </Box>
    </>
  );
}

/** What is settled is printed once into the terminal's own scrollback; a resize never draws it again. */
function Scrollback({ drawing, view }: { readonly drawing: Drawing; readonly view: View }): ReactElement {
  return (
    <Static items={[...view.scrollback]}>
      {(cell, at) => <Lines key={`${at} ${cell.id}`} lines={drawing.printed(view, cell)} />}
    </Static>
  );
}
