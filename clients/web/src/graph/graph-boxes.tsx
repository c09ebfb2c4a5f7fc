import { type Text, useText } from "~/i18n/index.tsx";
import { GraphBox } from "./graph-box.tsx";
import type { PlacedNode } from "./layout.ts";
import type { GraphNode } from "./node.ts";

interface Props {
  readonly placed: readonly PlacedNode[];
  readonly nodes: ReadonlyMap<string, GraphNode>;
  readonly plain: boolean;
  readonly active: string;
  readonly selected: string | undefined;
  /** Whether the line that is being drawn may end at a stage; not given when none is drawn. */
  readonly reachable: ((id: string) => boolean) | undefined;
}

/** The boxes in sight, in the order in which they should be heard: by columns. */
export function GraphBoxes({ placed, nodes, plain, active, selected, reachable }: Props) {
  const t = useText();
  return placed.map(({ id, x, y }) => {
    const node = nodes.get(id);
    return node && (
      <GraphBox key={id} node={node} x={x} y={y} plain={plain} active={id === active} selected={id === selected}
        after={afterText(node, nodes, t)} dimmed={reachable !== undefined && !reachable(id)} />
    );
  });
}

/** What a stage comes after, in words. Of many, the first few. */
function afterText(node: GraphNode, nodes: ReadonlyMap<string, GraphNode>, t: Text): string {
  if (node.dependsOn.length === 0) return t("graph.afterNone");
  const names = node.dependsOn.slice(0, 5).map((id) => nodes.get(id)?.title ?? id).join(", ");
  return t("graph.after", { names: node.dependsOn.length > 5 ? `${names}, …` : names });
}
