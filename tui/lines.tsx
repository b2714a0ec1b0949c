/** Lines that are laid out already: each is drawn as it stands, in its own colours. */
import { Text } from 'ink';
import { memo, type ReactElement } from 'react';

export const Lines = memo(function Lines({ lines }: { readonly lines: readonly string[] }): ReactElement | null {
  // A line without a character would have no height.
  return lines.length === 0 ? null : <Text wrap="truncate">{lines.map((line) => line || ' ').join('\n')}</Text>;
});
