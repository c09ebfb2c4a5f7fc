import { type PointerEvent, useMemo } from "react";
import { useText } from "~/i18n/index.tsx";
import { Icon } from "~/ui/index.ts";
import { portOf } from "./connecting.ts";
import { boundsOf, edgesIn, type Sight } from "./culling.ts";
import { handlesOf } from "./handles.ts";
import type { Layout, PlacedNode, Point } from "./layout.ts";
import type { GraphEditing } from "./node.ts";

interface Handlers {
  readonly onPointerDown: (event: PointerEvent<HTMLElement>, from: string) => void;
  readonly onPointerMove: (event: PointerEvent<HTMLElement>) => void;
  readonly onPointerUp: (event: PointerEvent<HTMLElement>) => void;
  readonly onPointerCancel: () => void;
  readonly onLostPointerCapture: () => void;
}

interface Props {
  readonly layout: Layout;
  readonly placed: readonly PlacedNode[];
  readonly sight: Sight;
  readonly titleOf: (id: string) => string;
  readonly selected: string | undefined;
  readonly editing: GraphEditing;
  readonly handle: Handlers;
}

/**
 * What a pointer changes the graph with: a handle after each box (press to add, drag to connect), one on each edge (to
 * add between), and the menu of the selected stage. Tab passes them by: the keyboard has keys for the same.
 */
export function GraphHandles({ layout, placed, sight, titleOf, selected, editing, handle }: Props) {
  const t = useText();
  const edges = useMemo(() => {
    const forward = layout.edges.filter(({ back }) => !back);
    const places = handlesOf(forward, layout.options.direction);
    return forward.map((edge, index) => ({ ...edge, bounds: boundsOf(edge), place: places[index] ?? { x: 0, y: 0 } }));
  }, [layout]);
  const { onPointerDown, ...rest } = handle;
  const chosen = selected === undefined ? undefined : layout.byId.get(selected);
  const { width, height } = layout.options.node;
  return (
    <>
      {edgesIn(edges, sight).map((edge) => (
        <button key={`${edge.from}\n${edge.to}`} type="button" className="graph-handle" data-between="" tabIndex={-1}
          style={at(edge.place)}
          aria-label={t("graph.addBetween", { from: titleOf(edge.from), to: titleOf(edge.to) })}
          title={t("graph.addBetween", { from: titleOf(edge.from), to: titleOf(edge.to) })}
          onClick={(event) => editing.onInsertOnEdge({ from: edge.from, to: edge.to }, event.currentTarget.getBoundingClientRect())}>
          <span><Icon name="add" size={12} /></span>
        </button>
      ))}
      {placed.map(({ id }) => (
        <button key={id} type="button" className="graph-handle" tabIndex={-1} style={at(portOf(layout, id))}
          aria-label={t("graph.addAfter", { name: titleOf(id) })} title={t("graph.addAfter", { name: titleOf(id) })}
          onPointerDown={(event) => onPointerDown(event, id)} {...rest}
          onClick={(event) => event.detail === 0 && editing.onInsertAfter(id, event.currentTarget.getBoundingClientRect())}>
          <span><Icon name="add" size={12} /></span>
        </button>
      ))}
      {chosen && (
        <button type="button" className="graph-menu" tabIndex={-1} aria-haspopup="menu"
          style={at({ x: chosen.x + width - 24, y: chosen.y + height - 20 })}
          aria-label={t("graph.menu", { name: titleOf(chosen.id) })} title={t("graph.menu", { name: titleOf(chosen.id) })}
          onClick={(event) => editing.onNodeMenu(chosen.id, event.currentTarget.getBoundingClientRect())}>
          <Icon name="dots" />
        </button>
      )}
    </>
  );
}

function at({ x, y }: Point) {
  return { transform: `translate(${x}px, ${y}px) translate(-50%, -50%)` };
}
