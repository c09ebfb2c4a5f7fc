import type { Layered } from "./layers.ts";

/** How many vertices and arcs all sweeps together may look at: it bounds the time, and by counting, not by a clock. */
const WORK = 150_000;
const MOST_SWEEPS = 24;

/** Graphs with more arcs than this are not polished by swaps of neighbours. */
const POLISHED_ARCS = 800;

/**
 * Orders the vertices of each column so that few arcs cross: sweeps to and fro that put each vertex at the mean place
 * of its neighbours, of which the best is kept, and then swaps of neighbours. Where nothing is gained, the order of
 * the nodes stays as it was given.
 */
export function order(graph: Layered): number {
  const arcs = graph.successors.reduce((sum, list) => sum + list.length, 0);
  const position = new Int32Array(graph.count);
  const means = new Float64Array(graph.count);
  graph.layers.forEach((layer) => layer.forEach((vertex, at) => (position[vertex] = at)));
  let best = crossings(graph, position);
  let kept = graph.layers.map((layer) => layer.slice());
  const sweeps = Math.min(MOST_SWEEPS, Math.max(3, Math.floor(WORK / (graph.count + arcs + 1) / 2)));
  for (let sweep = 0, idle = 0; sweep < sweeps && best > 0 && idle < 4; sweep++, idle++) {
    const forward = sweep % 2 === 0;
    const last = graph.layers.length - 1;
    for (let step = 1; step <= last; step++) {
      const layer = graph.layers[forward ? step : last - step] ?? [];
      arrange(layer, forward ? graph.predecessors : graph.successors, position, means);
    }
    if (arcs <= POLISHED_ARCS) polish(graph, position);
    const count = crossings(graph, position);
    if (count < best) {
      best = count;
      idle = 0;
      kept = graph.layers.map((layer) => layer.slice());
    }
  }
  graph.layers.splice(0, graph.layers.length, ...kept);
  return best;
}

/** Sorts a column by the mean place of the neighbours. Vertices without any stay where they are. */
function arrange(
  layer: number[],
  neighbours: readonly number[][],
  position: Int32Array,
  means: Float64Array,
): void {
  const places: number[] = [];
  const movable: number[] = [];
  layer.forEach((vertex, at) => {
    const list = neighbours[vertex] ?? [];
    if (list.length === 0) return;
    let sum = 0;
    for (const other of list) sum += position[other] ?? 0;
    means[vertex] = sum / list.length;
    places.push(at);
    movable.push(vertex);
  });
  movable.sort((a, b) => (means[a] ?? 0) - (means[b] ?? 0)); // stable: equal ones keep their order
  movable.forEach((vertex, index) => (layer[places[index] ?? 0] = vertex));
  layer.forEach((vertex, at) => (position[vertex] = at));
}

/** Swaps neighbours in a column while that removes crossings. */
function polish(graph: Layered, position: Int32Array): void {
  for (let round = 0, better = true; better && round < 4; round++) {
    better = false;
    for (const layer of graph.layers) {
      for (let at = 0; at + 1 < layer.length; at++) {
        const [upper = 0, lower = 0] = [layer[at], layer[at + 1]];
        const gain =
          swapGain(graph.predecessors[upper] ?? [], graph.predecessors[lower] ?? [], position) +
          swapGain(graph.successors[upper] ?? [], graph.successors[lower] ?? [], position);
        if (gain <= 0) continue;
        layer[at] = lower;
        layer[at + 1] = upper;
        position[lower] = at;
        position[upper] = at + 1;
        better = true;
      }
    }
  }
}

/** How many crossings fewer there are between the arcs of two vertices once these changed places. */
function swapGain(upper: readonly number[], lower: readonly number[], position: Int32Array): number {
  let gain = 0;
  for (const a of upper) {
    for (const b of lower) gain += Math.sign((position[a] ?? 0) - (position[b] ?? 0));
  }
  return gain;
}

/** The number of arcs that cross, column by column: inversions, counted in a Fenwick tree. */
export function crossings(graph: Layered, position: Int32Array): number {
  let total = 0;
  const tree = new Int32Array(Math.max(1, ...graph.layers.map((layer) => layer.length)) + 1);
  for (let column = 0; column + 1 < graph.layers.length; column++) {
    const size = graph.layers[column + 1]?.length ?? 0;
    tree.fill(0, 0, size + 1);
    let seen = 0;
    for (const vertex of graph.layers[column] ?? []) {
      const targets = graph.successors[vertex] ?? [];
      for (const target of targets) total += seen - before(tree, (position[target] ?? 0) + 1);
      for (const target of targets) add(tree, (position[target] ?? 0) + 1, size);
      seen += targets.length;
    }
  }
  return total;
}

/** How many of the numbers in the tree are at most `at`. */
function before(tree: Int32Array, at: number): number {
  let sum = 0;
  for (let i = at; i > 0; i -= i & -i) sum += tree[i] ?? 0;
  return sum;
}

function add(tree: Int32Array, at: number, size: number): void {
  for (let i = at; i <= size; i += i & -i) tree[i] = (tree[i] ?? 0) + 1;
}
