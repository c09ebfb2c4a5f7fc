/** What has to be changed in a text to get another: one place, so that cursors elsewhere stay where they are. */

/** A change of a text as CodeMirror takes it. */
export interface Difference {
  from: number;
  to: number;
  insert: string;
}

/** The change that makes one text the other, as short as one change can be. */
export function differenceOf(before: string, after: string): Difference {
  const shorter = Math.min(before.length, after.length);
  let from = 0;
  while (from < shorter && before[from] === after[from]) from++;
  let same = 0;
  while (same < shorter - from && before[before.length - 1 - same] === after[after.length - 1 - same]) same++;
  return { from, to: before.length - same, insert: after.slice(from, after.length - same) };
}

/** Where a cursor is after the change. One at its place comes behind what was put in, as if it had been typed there. */
export function cursorAfter({ from, to, insert }: Difference, cursor: number): number {
  if (cursor < from) return cursor;
  return cursor <= to ? from + insert.length : cursor + insert.length - (to - from);
}
