import type { Direction } from "./layout.ts";

/** A place in the picture, in pixels. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Where a line meets a column: where the column begins, and how far across. */
interface Stop {
  readonly start: number;
  readonly across: number;
}

/** A line's corner as how far along and how far across. */
type Corner = readonly [along: number, across: number];

/** How far a line that goes back stays away from the boxes. */
const AROUND = 16;

/**
 * The corners of a line from one box to a later one: out of the first, straight through each column between, into the
 * last. So each odd stretch lies in a gap, where no box is, and each even one in a column, on the line of its trunk.
 */
export function forwardRoute(stops: readonly Stop[], along: number): Corner[] {
  return stops
    .flatMap((stop): Corner[] => [
      [stop.start, stop.across],
      [stop.start + along, stop.across],
    ])
    .slice(1, -1);
}

/** The corners of a line that goes back: up through the gap after its box, above everything, and down before its end. */
export function backRoute(from: Stop, to: Stop, along: number, rail: number): Corner[] {
  const out = from.start + along;
  return [
    [out, from.across],
    [out + AROUND, from.across],
    [out + AROUND, rail],
    [to.start - AROUND, rail],
    [to.start - AROUND, to.across],
    [to.start, to.across],
  ];
}

/** The `d` of an SVG path for a line: curves across the gaps that leave and enter straight. */
export function pathOf(points: readonly Point[], direction: Direction, back: boolean): string {
  const [first, ...rest] = points;
  if (!first) return "";
  let path = `M${first.x} ${first.y}`;
  let last = first;
  rest.forEach((point, index) => {
    path += !back && index % 2 === 0 ? curve(last, point, direction) : `L${point.x} ${point.y}`;
    last = point;
  });
  return path;
}

/** A curve that leaves and arrives in the direction of the graph. */
export function curve(from: Point, to: Point, direction: Direction): string {
  if (direction === "right") {
    if (from.y === to.y) return `H${to.x}`;
    const middle = (from.x + to.x) / 2;
    return `C${middle} ${from.y} ${middle} ${to.y} ${to.x} ${to.y}`;
  }
  if (from.x === to.x) return `V${to.y}`;
  const middle = (from.y + to.y) / 2;
  return `C${from.x} ${middle} ${to.x} ${middle} ${to.x} ${to.y}`;
}
