import type { Layout, PlacedNode, RoutedEdge } from "./layout.ts";

/** The part of the picture that is drawn, in its own pixels. */
export interface Sight {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Everything. */
export const ALL: Sight = { left: -Infinity, top: -Infinity, right: Infinity, bottom: Infinity };

/** Graphs up to this size are drawn whole. */
export const CULLED_ABOVE = 150;

const STEP = 256;

/** What must be drawn for what is seen: more by a step on each side, and in steps, so that it seldom changes. */
export function sightOf(seen: Sight): Sight {
  return {
    left: (Math.floor(seen.left / STEP) - 1) * STEP,
    top: (Math.floor(seen.top / STEP) - 1) * STEP,
    right: (Math.ceil(seen.right / STEP) + 1) * STEP,
    bottom: (Math.ceil(seen.bottom / STEP) + 1) * STEP,
  };
}

/** Whether two are the same. */
export function sameSight(a: Sight, b: Sight): boolean {
  return a.left === b.left && a.top === b.top && a.right === b.right && a.bottom === b.bottom;
}

/** The stages in sight, and those that must stay whatever is seen: what has the focus may not vanish. In order of columns. */
export function nodesIn(layout: Layout, sight: Sight, keep: ReadonlySet<string>): PlacedNode[] {
  const { width, height } = layout.options.node;
  return layout.columns.flatMap((column) =>
    column.flatMap((id) => {
      const node = layout.byId.get(id);
      if (!node) return [];
      const seen = node.x < sight.right && node.x + width > sight.left && node.y < sight.bottom && node.y + height > sight.top;
      return seen || keep.has(id) ? [node] : [];
    }),
  );
}

/** The edges whose bounds touch what is in sight. */
export function edgesIn<Edge extends { readonly bounds: Sight }>(edges: readonly Edge[], sight: Sight): readonly Edge[] {
  if (sight === ALL) return edges;
  return edges.filter(
    ({ bounds }) => bounds.left < sight.right && bounds.right > sight.left && bounds.top < sight.bottom && bounds.bottom > sight.top,
  );
}

/** The bounds of a line. */
export function boundsOf(edge: RoutedEdge): Sight {
  const xs = edge.points.map((point) => point.x);
  const ys = edge.points.map((point) => point.y);
  return { left: Math.min(...xs), top: Math.min(...ys) - 1, right: Math.max(...xs), bottom: Math.max(...ys) + 1 };
}
