/** The lines of a log, and what is found in them. */

/** Sequences that colour terminals. */
// oxlint-disable-next-line no-control-regex
const COLOURS = /\u001b\[[0-9;]*[A-Za-z]/g;

/** The lines of a text, without the colours of terminals and without an empty line at the end. */
export function linesOf(text: string): string[] {
  const lines = text.replace(COLOURS, "").split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

/** The numbers (from 0) of the lines that have a text in them, in any case. */
export function linesWith(lines: readonly string[], wanted: string): number[] {
  if (!wanted) return [];
  const text = wanted.toLowerCase();
  return lines.flatMap((line, index) => (line.toLowerCase().includes(text) ? [index] : []));
}

/** A line in pieces: every other one, from the second on, is what was looked for. */
export function piecesOf(line: string, wanted: string): string[] {
  if (!wanted) return [line];
  const [low, text] = [line.toLowerCase(), wanted.toLowerCase()];
  // Some letters change their length with their case: places in the two texts would not agree.
  if (low.length !== line.length) return [line];
  const pieces: string[] = [];
  let from = 0;
  for (let at = low.indexOf(text); at >= 0; at = low.indexOf(text, from)) {
    pieces.push(line.slice(from, at), line.slice(at, at + text.length));
    from = at + text.length;
  }
  return [...pieces, line.slice(from)];
}

/** The place after (or before) another one in a circle of `count`; the first or the last where there was none. */
export function stepIn(count: number, at: number | undefined, step: 1 | -1): number {
  if (at === undefined) return step > 0 ? 0 : count - 1;
  return (at + step + count) % count;
}
