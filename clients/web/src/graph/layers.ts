/** What the layout knows of a stage: its id and what it comes after. */
export interface LayoutNode {
  readonly id: string;
  readonly dependsOn: readonly string[];
}

/** An edge between two places in the list of nodes. */
export interface Link {
  readonly from: number;
  readonly to: number;
}

/** A graph with its edges as numbers. `back` holds those that close a cycle; the others form a graph without one. */
export interface Links {
  readonly forward: readonly Link[];
  readonly back: readonly Link[];
}

/**
 * The edges of a graph, each once, in the order of the nodes. Ids that no node has are left out. Which edges of a cycle
 * are `back` depends on the order of the nodes alone, so that the picture holds still while somebody edits.
 */
export function linksOf(nodes: readonly LayoutNode[]): Links {
  const index = new Map(nodes.map((node, at) => [node.id, at]));
  const successors: number[][] = nodes.map(() => []);
  nodes.forEach((node, to) => {
    for (const id of new Set(node.dependsOn)) {
      const from = index.get(id);
      if (from !== undefined) successors[from]?.push(to);
    }
  });
  return splitCycles(successors);
}

/** Walks depth first, without recursion, and puts the edges apart that lead to a node which is still being walked. */
function splitCycles(successors: readonly number[][]): Links {
  const forward: Link[] = [];
  const back: Link[] = [];
  const state = new Uint8Array(successors.length); // 0 new, 1 being walked, 2 done
  const next = new Int32Array(successors.length);
  const stack: number[] = [];
  const roots = rootsFirst(successors);
  for (const root of roots) {
    if (state[root] !== 0) continue;
    state[root] = 1;
    stack.push(root);
    for (let from = stack.at(-1); from !== undefined; from = stack.at(-1)) {
      const to = successors[from]?.[next[from] ?? 0];
      if (to === undefined) {
        state[from] = 2;
        stack.pop();
        continue;
      }
      next[from] = (next[from] ?? 0) + 1;
      if (state[to] === 1) {
        back.push({ from, to });
        continue;
      }
      forward.push({ from, to });
      if (state[to] === 0) {
        state[to] = 1;
        stack.push(to);
      }
    }
  }
  const inOrder = (a: Link, b: Link) => a.from - b.from || a.to - b.to;
  return { forward: forward.sort(inOrder), back: back.sort(inOrder) };
}

/** The nodes, those that nothing comes before first: a cycle is cut where the walk from the beginning meets itself. */
function rootsFirst(successors: readonly number[][]): number[] {
  const entered = new Uint8Array(successors.length);
  for (const list of successors) for (const to of list) entered[to] = 1;
  const all = successors.map((_, at) => at);
  return [...all.filter((at) => entered[at] === 0), ...all.filter((at) => entered[at] === 1)];
}

/**
 * The column of each node: the length of the longest way to it. So a column says how many steps come before, and a
 * stage that can start at once is always in the first.
 */
export function ranksOf(count: number, links: readonly Link[]): Int32Array {
  const ranks = new Int32Array(count);
  const waits = new Int32Array(count);
  const successors: number[][] = Array.from({ length: count }, () => []);
  for (const { from, to } of links) {
    waits[to] = (waits[to] ?? 0) + 1;
    successors[from]?.push(to);
  }
  const ready: number[] = [];
  for (let at = 0; at < count; at++) if (waits[at] === 0) ready.push(at);
  for (let done = 0; done < ready.length; done++) {
    const from = ready[done] ?? 0;
    for (const to of successors[from] ?? []) {
      ranks[to] = Math.max(ranks[to] ?? 0, (ranks[from] ?? 0) + 1);
      waits[to] = (waits[to] ?? 0) - 1;
      if (waits[to] === 0) ready.push(to);
    }
  }
  return ranks;
}

/** The nodes of each part that hangs together, parts and nodes in the order of the nodes. */
export function componentsOf(count: number, links: readonly Link[]): number[][] {
  const parent = Int32Array.from({ length: count }, (_, at) => at);
  const root = (at: number): number => {
    while (parent[at] !== at) {
      parent[at] = parent[parent[at] ?? 0] ?? 0;
      at = parent[at] ?? 0;
    }
    return at;
  };
  for (const { from, to } of links) {
    const a = root(from);
    const b = root(to);
    parent[Math.max(a, b)] = Math.min(a, b);
  }
  const parts = new Map<number, number[]>();
  for (let at = 0; at < count; at++) {
    const key = root(at);
    const part = parts.get(key);
    if (part) part.push(at);
    else parts.set(key, [at]);
  }
  return [...parts.values()];
}

/**
 * A part of the graph in columns, in which each arc leads to the next column. An edge that skips columns runs over
 * a *trunk*: a vertex without a box in each column that it skips. All long edges of one node share its trunk, which
 * keeps both the lines and the work few.
 */
export interface Layered {
  /** Vertices below this number are nodes, the others lie on trunks. */
  readonly real: number;
  readonly count: number;
  /** The vertices of each column. Their order is what `ordering` looks for. */
  readonly layers: number[][];
  readonly predecessors: number[][];
  readonly successors: number[][];
  /** The vertices that the edge from one node to another runs over, both ends included. */
  readonly path: (from: number, to: number) => number[];
}

/** Puts nodes into their columns and lays the trunks of the long edges. */
export function layered(ranks: readonly number[], links: readonly Link[]): Layered {
  const real = ranks.length;
  const rank = (at: number) => ranks[at] ?? 0;
  const reach = ranks.slice();
  for (const { from, to } of links) reach[from] = Math.max(reach[from] ?? 0, rank(to));
  const layers: number[][] = [];
  for (let at = 0; at < real; at++) (layers[rank(at)] ??= []).push(at);
  const predecessors: number[][] = Array.from({ length: real }, () => []);
  const successors: number[][] = Array.from({ length: real }, () => []);
  const connect = (from: number, to: number) => {
    successors[from]?.push(to);
    predecessors[to]?.push(from);
  };
  const trunks = new Int32Array(real);
  for (let at = 0; at < real; at++) {
    trunks[at] = predecessors.length;
    for (let column = rank(at) + 1, before = at; column < (reach[at] ?? 0); column++) {
      const vertex = predecessors.length;
      predecessors.push([]);
      successors.push([]);
      layers[column]?.push(vertex);
      connect(before, vertex);
      before = vertex;
    }
  }
  const onTrunk = (from: number, column: number) => (trunks[from] ?? 0) + column - rank(from) - 1;
  for (const { from, to } of links) connect(rank(to) === rank(from) + 1 ? from : onTrunk(from, rank(to) - 1), to);
  const path = (from: number, to: number) => {
    const vertices = [from];
    for (let column = rank(from) + 1; column < rank(to); column++) vertices.push(onTrunk(from, column));
    return [...vertices, to];
  };
  return { real, count: predecessors.length, layers, predecessors, successors, path };
}
