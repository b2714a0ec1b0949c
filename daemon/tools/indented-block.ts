/** The block of code round a line, found by indentation alone (tools.md §6.1). Pure. */

export interface Indented {
  readonly n: number;
  readonly text: string;
  /** Columns before the first character; a blank line has that of the line before it. */
  readonly indent: number;
}

export interface BlockRule {
  /** How many levels further out the block may reach; 0: all. */
  readonly maxLevels: number;
  /** Take what stands beside the block's opening and closing line, too. */
  readonly siblings: boolean;
  /** Take comments above the opening line. */
  readonly header: boolean;
}

const tabWidth = 4;
const commentStarts = ['#', '//', '--'];

export const isBlank = (text: string) => text.trim() === '';

export function indentOf(text: string): number {
  let columns = 0;
  for (const letter of text) {
    if (letter === '\t') columns += tabWidth;
    else if (letter === ' ') columns++;
    else break;
  }
  return columns;
}

/** At most `cap` of `lines`, grown from the one at index `anchor` by turns upwards and downwards. */
export function blockAround(lines: readonly Indented[], anchor: number, rule: BlockRule, cap: number): Indented[] {
  let first = anchor;
  let last = anchor;
  const least = rule.maxLevels === 0 ? 0 : Math.max(0, lines[anchor]!.indent - tabWidth * rule.maxLevels);
  const goesUp = reach(least, rule.siblings, rule.header);
  const goesDown = reach(least, rule.siblings, false);
  for (let up = true, down = true; up || down; ) {
    up = up && last - first + 1 < cap && goesUp(lines[first - 1]);
    if (up) first--;
    down = down && last - first + 1 < cap && goesDown(lines[last + 1]);
    if (down) last++;
  }
  return last === first ? [lines[anchor]!] : withoutBlankEnds(lines.slice(first, last + 1));
}

/** Whether one direction takes its next line. Of the outermost lines only the first belongs to the block. */
function reach(least: number, siblings: boolean, comments: boolean) {
  let outermost = 0;
  return (line: Indented | undefined): boolean => {
    if (!line || line.indent < least) return false;
    if (line.indent > least || siblings) return true;
    return (comments && isComment(line.text)) || outermost++ === 0;
  };
}

function isComment(text: string): boolean {
  const trimmed = text.trimStart();
  return commentStarts.some((start) => trimmed.startsWith(start));
}

function withoutBlankEnds(lines: Indented[]): Indented[] {
  const first = lines.findIndex(({ text }) => !isBlank(text));
  const last = lines.findLastIndex(({ text }) => !isBlank(text));
  return first === -1 ? [] : lines.slice(first, last + 1);
}
