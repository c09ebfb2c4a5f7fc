import { coordinates } from "./coordinates.ts";
import { componentsOf, layered, linksOf, ranksOf, type LayoutNode, type Layered, type Link } from "./layers.ts";
import { order } from "./ordering.ts";
import { backRoute, forwardRoute, type Point } from "./routes.ts";

export type { LayoutNode } from "./layers.ts";
export type { Point } from "./routes.ts";

/** Which way the stages follow one another: to the right, or down where the screen is narrow. */
export type Direction = "right" | "down";

/** How the graph is to be laid out. Sizes are in pixels, `along` is the way that the stages follow one another. */
export interface LayoutOptions {
  readonly direction: Direction;
  readonly node: { readonly width: number; readonly height: number };
}

/** Where the box of a stage is: its upper left corner, and its column and place in it. */
export interface PlacedNode {
  readonly id: string;
  readonly x: number;
  readonly y: number;
  readonly column: number;
  readonly place: number;
}

/** The line of an edge. `back` says that it closes a cycle, which only an unfinished graph has. */
export interface RoutedEdge {
  readonly from: string;
  readonly to: string;
  readonly points: readonly Point[];
  readonly back: boolean;
}

/** A graph as it is to be drawn. */
export interface Layout {
  readonly options: LayoutOptions;
  readonly width: number;
  readonly height: number;
  /** In the order in which they were given. */
  readonly nodes: readonly PlacedNode[];
  readonly byId: ReadonlyMap<string, PlacedNode>;
  /** The ids of each column, in order. */
  readonly columns: readonly (readonly string[])[];
  readonly edges: readonly RoutedEdge[];
  /** How many lines cross, for those who judge the layout. */
  readonly crossings: number;
}

/** Room around the whole picture: focus rings, handles and lines that go around need it. */
export const MARGIN = 28;

const NODE_GAP = 20;
const TRUNK_GAP = 18;
const TRUNKS_GAP = 14;
const COMPONENT_GAP = 36;
const RAIL_GAP = 12;

/** The places of all nodes in columns, before they become pixels on the screen. */
interface Placement {
  readonly column: Int32Array;
  readonly place: Int32Array;
  readonly across: Float64Array;
  /** The vertices of a long edge's trunk: how far across, column by column. Empty for an edge to the next column. */
  readonly trunk: (link: Link) => readonly number[];
  readonly extent: number;
  readonly crossings: number;
}

/**
 * Lays a graph out in columns: nodes of a column below one another, edges only forward and around all boxes. The same
 * graph gives the same picture, and a stage that is added at the end moves little. Cycles and unknown ids are no errors:
 * while somebody edits, both occur.
 */
export function layout(nodes: readonly LayoutNode[], options: LayoutOptions): Layout {
  const links = linksOf(nodes);
  const right = options.direction === "right";
  const size = right
    ? { along: options.node.width, across: options.node.height }
    : { along: options.node.height, across: options.node.width };
  const placement = placeNodes(nodes.length, links.forward, size.across);
  const starts = columnStarts(placement, links.forward, size.along);
  const above = MARGIN + links.back.length * RAIL_GAP;
  const toPoint = (along: number, across: number): Point =>
    right ? { x: along, y: across + above } : { x: across + above, y: along };
  const columnAt = (at: number) => starts[placement.column[at] ?? 0] ?? 0;
  const middle = (at: number) => placement.across[at] ?? 0;
  const placed = nodes.map(({ id }, at) => ({
    id,
    ...toPoint(columnAt(at), middle(at) - size.across / 2),
    column: placement.column[at] ?? 0,
    place: placement.place[at] ?? 0,
  }));
  const end = (at: number) => ({ start: columnAt(at), across: middle(at) });
  const idOf = (at: number) => nodes[at]?.id ?? "";
  const edge = ({ from, to }: Link, back: boolean, route: readonly (readonly [number, number])[]): RoutedEdge => ({
    from: idOf(from),
    to: idOf(to),
    points: route.map(([along, across]) => toPoint(along, across)),
    back,
  });
  const edges = links.forward.map((link) => {
    const trunk = placement.trunk(link);
    const first = (placement.column[link.from] ?? 0) + 1;
    const between = trunk.map((across, step) => ({ start: starts[first + step] ?? 0, across }));
    return edge(link, false, forwardRoute([end(link.from), ...between, end(link.to)], size.along));
  });
  const rails = links.back.map((link, index) =>
    edge(link, true, backRoute(end(link.from), end(link.to), size.along, -(index + 1) * RAIL_GAP)),
  );
  const length = (starts.at(-1) ?? 0) + (nodes.length > 0 ? size.along + MARGIN : 0);
  const breadth = placement.extent + above + MARGIN;
  return {
    options,
    width: right ? length : breadth,
    height: right ? breadth : length,
    nodes: placed,
    byId: new Map(placed.map((node) => [node.id, node])),
    columns: columnsOf(placed),
    edges: [...edges, ...rails],
    crossings: placement.crossings,
  };
}

/** Lays out each part that hangs together by itself, one below the other. */
function placeNodes(count: number, links: readonly Link[], breadth: number): Placement {
  const column = ranksOf(count, links);
  const place = new Int32Array(count);
  const across = new Float64Array(count);
  const local = new Int32Array(count);
  const parts: { graph: Layered; places: Float64Array; shift: number }[] = [];
  const partOf = new Int32Array(count);
  const filled: number[] = [];
  const components = componentsOf(count, links);
  const linksIn: Link[][] = components.map(() => []);
  components.forEach((part, index) => {
    part.forEach((at, position) => {
      local[at] = position;
      partOf[at] = index;
    });
  });
  for (const { from, to } of links) linksIn[partOf[from] ?? 0]?.push({ from: local[from] ?? 0, to: local[to] ?? 0 });
  let extent = 0;
  let crossings = 0;
  components.forEach((part, index) => {
    const graph = layered(part.map((at) => column[at] ?? 0), linksIn[index] ?? []);
    const crossed = order(graph);
    crossings += crossed;
    const places = coordinates(graph, separationOf(graph, breadth), crossed);
    const half = (vertex: number) => (vertex < graph.real ? breadth / 2 : 0);
    let [low, high] = [Infinity, -Infinity];
    places.forEach((at, vertex) => {
      low = Math.min(low, at - half(vertex));
      high = Math.max(high, at + half(vertex));
    });
    const shift = extent + (index > 0 ? COMPONENT_GAP : 0) - low;
    extent = Math.round(high + shift);
    parts.push({ graph, places, shift });
    part.forEach((at, vertex) => (across[at] = Math.round((places[vertex] ?? 0) + shift)));
    graph.layers.forEach((layer, step) => {
      for (const vertex of layer) {
        const at = part[vertex];
        if (at === undefined) continue;
        place[at] = filled[step] ?? 0;
        filled[step] = (filled[step] ?? 0) + 1;
      }
    });
  });
  const trunk = ({ from, to }: Link) => {
    const part = parts[partOf[from] ?? 0];
    if (!part) return [];
    const vertices = part.graph.path(local[from] ?? 0, local[to] ?? 0).slice(1, -1);
    return vertices.map((vertex) => Math.round((part.places[vertex] ?? 0) + part.shift));
  };
  return { column, place, across, trunk, extent, crossings };
}

function separationOf(graph: Layered, breadth: number) {
  return (upper: number, lower: number) => {
    const boxes = Number(upper < graph.real) + Number(lower < graph.real);
    return boxes === 2 ? breadth + NODE_GAP : boxes === 1 ? breadth / 2 + TRUNK_GAP : TRUNKS_GAP;
  };
}

/** Where each column begins: the gap before it is wider where lines have far to go across. */
function columnStarts(placement: Placement, links: readonly Link[], along: number): number[] {
  const farthest: number[] = [];
  for (const link of links) {
    const stops = [placement.across[link.from] ?? 0, ...placement.trunk(link), placement.across[link.to] ?? 0];
    const first = placement.column[link.from] ?? 0;
    for (let step = 1; step < stops.length; step++) {
      const far = Math.abs((stops[step] ?? 0) - (stops[step - 1] ?? 0));
      farthest[first + step] = Math.max(farthest[first + step] ?? 0, far);
    }
  }
  const starts = [MARGIN];
  for (let column = 1; column < farthest.length; column++) {
    const gap = Math.min(140, 56 + Math.max(0, (farthest[column] ?? 0) - 100) / 8);
    starts.push(Math.round((starts[column - 1] ?? 0) + along + gap));
  }
  return starts;
}

function columnsOf(nodes: readonly PlacedNode[]): string[][] {
  const columns: string[][] = [];
  for (const node of nodes) (columns[node.column] ??= [])[node.place] = node.id;
  return columns;
}
