import type { Direction, Point, RoutedEdge } from "./layout.ts";

/** Handles are at least this far apart, so that each can be hit. */
const APART = 24;

/** Where on the last curve of a line its handle may sit: past the middle first, where those of lines that cross part. */
const ON_CURVE = [0.6, 0.4, 0.75];

/** A line that comes from afar has it on the straight stretch before, where it is plain which line it belongs to. */
const ON_TRUNK = [0.9, 0.75, 0.6, 0.45, 0.3, 0.15];

/** Where the handle of each line sits: the first place that is free of other handles, from the stage that it leads to backwards. */
export function handlesOf(edges: readonly RoutedEdge[], direction: Direction): Point[] {
  const taken = new Map<string, Point[]>();
  return edges.map((edge) => {
    const places = candidates(edge.points, direction);
    const place = places.find((point) => isFree(point, taken)) ?? places[0] ?? { x: 0, y: 0 };
    const cell = keyOf(cellOf(place.x), cellOf(place.y));
    taken.set(cell, [...(taken.get(cell) ?? []), place]);
    return place;
  });
}

function candidates(points: readonly Point[], direction: Direction): Point[] {
  const [trunk, from, to] = [points.at(-3), points.at(-2), points.at(-1)];
  if (!from || !to) return [];
  const onCurve = ON_CURVE.map((t) => onLastCurve(from, to, t, direction));
  const onTrunk = trunk ? ON_TRUNK.map((t) => ({ x: trunk.x + (from.x - trunk.x) * t, y: trunk.y + (from.y - trunk.y) * t })) : [];
  return [...onTrunk, ...onCurve];
}

/** A point of the curve that `curve` draws: its control points lie half way. */
function onLastCurve(from: Point, to: Point, t: number, direction: Direction): Point {
  const across = 3 * t * t - 2 * t * t * t;
  const along = 1.5 * t - 1.5 * t * t + t * t * t;
  const [x, y] = direction === "right" ? [along, across] : [across, along];
  return { x: from.x + (to.x - from.x) * x, y: from.y + (to.y - from.y) * y };
}

function isFree(point: Point, taken: ReadonlyMap<string, readonly Point[]>): boolean {
  const near = [-1, 0, 1];
  return near.every((dx) =>
    near.every((dy) => {
      const others = taken.get(keyOf(cellOf(point.x) + dx, cellOf(point.y) + dy)) ?? [];
      return others.every((other) => Math.hypot(other.x - point.x, other.y - point.y) >= APART);
    }),
  );
}

const cellOf = (at: number) => Math.floor(at / APART);
const keyOf = (x: number, y: number) => `${x} ${y}`;
