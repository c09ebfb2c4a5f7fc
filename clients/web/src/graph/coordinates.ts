import type { Layered } from "./layers.ts";
import { leastExtent, relax } from "./relaxation.ts";

/** How far apart the middles of two neighbours in a column must be. */
export type Separation = (upper: number, lower: number) => number;

/**
 * The place of each vertex across its column, by the method of Brandes and Köpf: vertices are aligned into straight
 * lines with their median neighbours four times, from each corner, each time packed as tightly as the order allows,
 * and the mean of the two middle results is taken. It is linear in the size of the graph.
 *
 * Two rules are added. Trunks stay straight before anything else, as in the method; and where a node has neighbours
 * without a trunk between, it is aligned to these alone, so that an edge that skips stages never bends the chain.
 */
export function coordinates(graph: Layered, separation: Separation, crossings: number): Float64Array {
  if (crossings > MOST_CROSSINGS * graph.count) return relax(graph, separation);
  const straight = straightLines(graph, separation);
  const { low, high } = boundsOf(straight);
  return high - low > MOST_SPREAD * leastExtent(graph, separation) + SPARE ? relax(graph, separation) : straight;
}

/** With more crossings for each vertex than this, nobody sees whether lines are straight. */
const MOST_CROSSINGS = 2;

/** Straight lines may make a picture this many times as high as its fullest column, and this much. */
const MOST_SPREAD = 1.5;
const SPARE = 200;

function straightLines(graph: Layered, separation: Separation): Float64Array {
  const barred = barredArcs(graph);
  const results = [false, true].flatMap((fromEnd) =>
    [false, true].map((fromBottom) => {
      const layers = fromEnd ? graph.layers.toReversed() : graph.layers;
      const oriented = fromBottom ? layers.map((layer) => layer.toReversed()) : layers;
      const apart: Separation = fromBottom ? (a, b) => separation(b, a) : separation;
      const roots = align(graph, oriented, fromEnd ? graph.successors : graph.predecessors, barred);
      const places = compact(graph.count, oriented, roots, apart);
      return fromBottom ? places.map((place) => -place) : places;
    }),
  );
  return balance(results);
}

const arc = (graph: Layered, from: number, to: number) => from * graph.count + to;

/** The arcs that no line may follow: those that cross a trunk, and those between a chain and a trunk that leaves it. */
function barredArcs(graph: Layered): Set<number> {
  const barred = new Set<number>();
  const position = placesIn(graph.count, graph.layers);
  const isReal = (vertex: number) => vertex < graph.real;
  for (let column = 1; column < graph.layers.length; column++) {
    const layer = graph.layers[column] ?? [];
    let first = 0;
    let scanned = 0;
    layer.forEach((vertex, at) => {
      const inner = isReal(vertex) ? undefined : graph.predecessors[vertex]?.find((before) => !isReal(before));
      if (inner === undefined && at < layer.length - 1) return;
      const last = inner === undefined ? Infinity : (position[inner] ?? 0);
      for (; scanned <= at; scanned++) {
        const to = layer[scanned] ?? 0;
        for (const from of graph.predecessors[to] ?? []) {
          const place = position[from] ?? 0;
          const onTrunk = !isReal(from) && !isReal(to);
          if (!onTrunk && (place < first || place > last)) barred.add(arc(graph, from, to));
        }
      }
      first = last;
    });
  }
  for (let vertex = 0; vertex < graph.real; vertex++) {
    const after = graph.successors[vertex] ?? [];
    const before = graph.predecessors[vertex] ?? [];
    if (after.some(isReal)) for (const to of after) if (!isReal(to)) barred.add(arc(graph, vertex, to));
    if (before.some(isReal)) for (const from of before) if (!isReal(from)) barred.add(arc(graph, from, vertex));
  }
  return barred;
}

function placesIn(count: number, layers: readonly (readonly number[])[]): Int32Array {
  const position = new Int32Array(count);
  for (const layer of layers) layer.forEach((vertex, at) => (position[vertex] = at));
  return position;
}

/** Joins each vertex to its median neighbour in the column before. Vertices with the same root form a straight line. */
function align(
  graph: Layered,
  layers: readonly (readonly number[])[],
  neighbours: readonly number[][],
  barred: ReadonlySet<number>,
): Int32Array {
  const position = placesIn(graph.count, layers);
  const root = Int32Array.from({ length: graph.count }, (_, vertex) => vertex);
  const backwards = neighbours === graph.successors;
  for (const layer of layers) {
    let taken = -1;
    for (const vertex of layer) {
      const free = (neighbours[vertex] ?? [])
        .filter((other) => !barred.has(backwards ? arc(graph, vertex, other) : arc(graph, other, vertex)))
        .sort((a, b) => (position[a] ?? 0) - (position[b] ?? 0));
      const middle = (free.length - 1) / 2;
      for (const at of [Math.floor(middle), Math.ceil(middle)]) {
        const other = free[at];
        if (other === undefined || (position[other] ?? 0) <= taken) continue;
        root[vertex] = root[other] ?? other;
        taken = position[other] ?? 0;
        break;
      }
    }
  }
  return root;
}

/** Packs the lines: each as far up as the lines above it allow, then as far down as those below leave room. */
function compact(
  count: number,
  layers: readonly (readonly number[])[],
  root: Int32Array,
  separation: Separation,
): Float64Array {
  const below: { line: number; apart: number }[][] = Array.from({ length: count }, () => []);
  const waits = new Int32Array(count);
  for (const layer of layers) {
    for (let at = 0; at + 1 < layer.length; at++) {
      const [upper = 0, lower = 0] = [layer[at], layer[at + 1]];
      const line = root[lower] ?? 0;
      below[root[upper] ?? 0]?.push({ line, apart: separation(upper, lower) });
      waits[line] = (waits[line] ?? 0) + 1;
    }
  }
  const sorted: number[] = [];
  for (let vertex = 0; vertex < count; vertex++) if (root[vertex] === vertex && waits[vertex] === 0) sorted.push(vertex);
  const place = new Float64Array(count);
  for (let done = 0; done < sorted.length; done++) {
    const line = sorted[done] ?? 0;
    for (const { line: next, apart } of below[line] ?? []) {
      place[next] = Math.max(place[next] ?? 0, (place[line] ?? 0) + apart);
      waits[next] = (waits[next] ?? 0) - 1;
      if (waits[next] === 0) sorted.push(next);
    }
  }
  for (const line of sorted.toReversed()) {
    let room = Infinity;
    for (const { line: next, apart } of below[line] ?? []) room = Math.min(room, (place[next] ?? 0) - apart);
    if (room !== Infinity) place[line] = Math.max(place[line] ?? 0, room);
  }
  for (let vertex = 0; vertex < count; vertex++) place[vertex] = place[root[vertex] ?? 0] ?? 0;
  return place;
}

/** Brings the four results to the bounds of the narrowest, each to the side that it was packed to, and takes the middle. */
function balance(results: readonly Float64Array[]): Float64Array {
  const bounds = results.map(boundsOf);
  const narrowest = bounds.reduce((a, b) => (b.high - b.low < a.high - a.low ? b : a));
  const shifted = results.map((places, at) => {
    const own = bounds[at] ?? narrowest;
    const shift = at % 2 === 0 ? narrowest.low - own.low : narrowest.high - own.high;
    return places.map((place) => place + shift);
  });
  const [first = new Float64Array()] = shifted;
  return first.map((_, vertex) => {
    const [, low = 0, high = 0] = shifted.map((places) => places[vertex] ?? 0).sort((a, b) => a - b);
    return (low + high) / 2;
  });
}

function boundsOf(places: Float64Array): { low: number; high: number } {
  let [low, high] = [Infinity, -Infinity];
  for (const place of places) {
    low = Math.min(low, place);
    high = Math.max(high, place);
  }
  return { low, high };
}
