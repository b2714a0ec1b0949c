/** How the keys of every list move its mark. */

export interface Moving {
  /** Where the mark is, and how many places there are. */
  readonly row: number;
  readonly count: number;
  /** Rows of a page; without it the page keys do nothing. */
  readonly page?: number;
}

/** Where an action takes the mark, which may be outside of the list: it stops there or begins anew. Undefined when it moves nothing. */
export function movedRow(action: string | undefined, { row, count, page }: Moving): number | undefined {
  switch (action) {
    case 'move_up':
      return row - 1;
    case 'move_down':
      return row + 1;
    case 'page_up':
      return page === undefined ? undefined : row - page;
    case 'page_down':
      return page === undefined ? undefined : row + page;
    case 'home':
      return 0;
    case 'end':
      return count - 1;
    default:
      return undefined;
  }
}
