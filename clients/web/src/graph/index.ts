/** The drawing of pipelines. */
export { type GraphHandle, GraphView } from "./graph-view.tsx";
export { type Direction, layout, type Layout } from "./layout.ts";
export type { GraphEdge, GraphEditing, GraphNode } from "./node.ts";
