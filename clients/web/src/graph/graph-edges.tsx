import { memo, type RefObject, useMemo } from "react";
import type { Tone } from "~/ui/index.ts";
import { boundsOf, edgesIn, type Sight } from "./culling.ts";
import type { Direction, Layout, Point } from "./layout.ts";
import type { GraphNode } from "./node.ts";
import { pathOf } from "./routes.ts";

/** How a line looks: as the stage that it leads to, once that has begun; `selected` leads to or from the selected stage. */
type Style = Tone | "plain" | "back" | "selected";

/** The lines are drawn in this order, the last on top. */
const STYLES: readonly Style[] = ["plain", "idle", "ok", "waiting", "running", "failed", "back", "selected"];

interface Props {
  readonly layout: Layout;
  readonly sight: Sight;
  readonly nodes: ReadonlyMap<string, GraphNode>;
  readonly selected: string | undefined;
}

/** All lines: one path for each look, however many they are. */
export const GraphEdges = memo(function GraphEdges({ layout, sight, nodes, selected }: Props) {
  const lines = useMemo(
    () =>
      layout.edges.map((edge) => ({
        ...edge,
        bounds: boundsOf(edge),
        path: pathOf(edge.points, layout.options.direction, edge.back),
      })),
    [layout],
  );
  const paths = new Map<Style, string>();
  const arrows = new Map<Style, Set<string>>();
  const draw = (style: Style, line: (typeof lines)[number]) => {
    paths.set(style, (paths.get(style) ?? "") + line.path);
    const heads = arrows.get(style) ?? new Set();
    arrows.set(style, heads.add(arrow(line.points.at(-1), layout.options.direction)));
  };
  for (const line of edgesIn(lines, sight)) {
    draw(line.back ? "back" : toneOf(nodes.get(line.to)), line);
    if (selected === line.from || selected === line.to) draw("selected", line);
  }
  return (
    <svg className="graph-edges" width={layout.width} height={layout.height} aria-hidden="true" focusable="false">
      {STYLES.map((style) => {
        const path = paths.get(style);
        return path && (
          <g key={style} data-style={style}>
            <path d={path} />
            <path className="graph-arrow" d={[...(arrows.get(style) ?? [])].join("")} />
          </g>
        );
      })}
    </svg>
  );
});

/** The line that is being drawn with the pointer, which moves it itself. */
export function GraphLine({ layout, ends, line }: { layout: Layout; ends: boolean; line: RefObject<SVGPathElement | null> }) {
  return (
    <svg className="graph-edges" data-live="" width={layout.width} height={layout.height} aria-hidden="true">
      <path ref={line} data-ends={ends || undefined} />
    </svg>
  );
}

/** The head of the lines that end at a point, one for all of them. */
function arrow(point: Point | undefined, direction: Direction): string {
  if (!point) return "";
  const { x, y } = point;
  return direction === "right" ? `M${x - 7} ${y - 4}L${x} ${y}L${x - 7} ${y + 4}Z` : `M${x - 4} ${y - 7}L${x} ${y}L${x + 4} ${y - 7}Z`;
}

function toneOf(node: GraphNode | undefined): Style {
  const look = node?.look;
  return !look || look.text === "status.notStarted" ? "plain" : look.tone;
}
