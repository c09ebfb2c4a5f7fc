import type { Separation } from "./coordinates.ts";
import type { Layered } from "./layers.ts";

const ROUNDS = 12;

/** How much stronger a trunk pulls to be straight than an edge between boxes. */
const TRUNK_PULL = 8;

/** How far apart the ends of the fullest column are when nothing is given away: no drawing can be narrower. */
export function leastExtent(graph: Layered, separation: Separation): number {
  return Math.max(0, ...graph.layers.map((layer) => offsetsOf(layer, separation).at(-1) ?? 0));
}

/**
 * Places for graphs in which so many lines cross that straight ones would cost too much room: each column in turn moves
 * as close to its neighbours' mean as order and distances allow, so the picture stays about as high as its fullest column.
 */
export function relax(graph: Layered, separation: Separation): Float64Array {
  const places = new Float64Array(graph.count);
  const offsets = graph.layers.map((layer) => offsetsOf(layer, separation));
  const widest = Math.max(0, ...offsets.map((list) => list.at(-1) ?? 0));
  graph.layers.forEach((layer, column) => {
    const list = offsets[column] ?? [];
    const start = (widest - (list.at(-1) ?? 0)) / 2;
    layer.forEach((vertex, at) => (places[vertex] = start + (list[at] ?? 0)));
  });
  for (let round = 0; round < ROUNDS; round++) {
    const forward = round % 2 === 0;
    for (let step = 0; step < graph.layers.length; step++) {
      const column = forward ? step : graph.layers.length - 1 - step;
      const layer = graph.layers[column] ?? [];
      settle(layer, offsets[column] ?? [], wishes(graph, layer, places), places);
    }
  }
  return places;
}

/** Where the vertices of a column lie when they are packed from 0. */
function offsetsOf(layer: readonly number[], separation: Separation): number[] {
  let offset = 0;
  return layer.map((vertex, at) => (offset += at === 0 ? 0 : separation(layer[at - 1] ?? vertex, vertex)));
}

/** Where the vertices of a column would like to be: the mean of their neighbours on both sides, and how much they care. */
function wishes(graph: Layered, layer: readonly number[], places: Float64Array): { at: number; weight: number }[] {
  return layer.map((vertex) => {
    let [sum, weight] = [0, 0];
    for (const list of [graph.predecessors[vertex], graph.successors[vertex]]) {
      for (const other of list ?? []) {
        const pull = vertex >= graph.real && other >= graph.real ? TRUNK_PULL : 1;
        sum += pull * (places[other] ?? 0);
        weight += pull;
      }
    }
    return weight > 0 ? { at: sum / weight, weight } : { at: places[vertex] ?? 0, weight: 0.01 };
  });
}

/**
 * Moves a column to where the wishes are missed least, in order and apart: without the offsets that is a regression
 * to a rising sequence, which pooling neighbours that are in each other's way solves exactly.
 */
function settle(
  layer: readonly number[],
  offsets: readonly number[],
  wished: readonly { at: number; weight: number }[],
  places: Float64Array,
): void {
  const pools: { at: number; weight: number; size: number }[] = [];
  wished.forEach(({ at, weight }, index) => {
    let pool = { at: at - (offsets[index] ?? 0), weight, size: 1 };
    for (let above = pools.at(-1); above && above.at > pool.at; above = pools.at(-1)) {
      pools.pop();
      const together = above.weight + pool.weight;
      pool = {
        at: (above.at * above.weight + pool.at * pool.weight) / together,
        weight: together,
        size: above.size + pool.size,
      };
    }
    pools.push(pool);
  });
  let index = 0;
  for (const pool of pools) {
    for (const end = index + pool.size; index < end; index++) places[layer[index] ?? 0] = pool.at + (offsets[index] ?? 0);
  }
}
