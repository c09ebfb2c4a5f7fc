import { type KeyboardEvent, type MouseEvent, type Ref, useCallback, useId, useImperativeHandle, useMemo, useRef, useState } from "react";
import { useText } from "~/i18n/index.tsx";
import { useFocus, useShown } from "./attention.ts";
import { useConnecting } from "./connecting.ts";
import { ALL, CULLED_ABOVE, nodesIn } from "./culling.ts";
import { useGestures } from "./gestures.ts";
import { GraphBoxes } from "./graph-boxes.tsx";
import { GraphEdges, GraphLine } from "./graph-edges.tsx";
import { GraphHandles } from "./graph-handles.tsx";
import { idOf, useGraphKeys } from "./graph-keys.ts";
import { GraphTools } from "./graph-tools.tsx";
import { type Direction, layout as layOut } from "./layout.ts";
import { type GraphEditing, type GraphNode, shapeOf } from "./node.ts";
import { useSize, useViewport } from "./viewport.ts";
import "./graph.css";

/** Frames that are narrower than this show the graph downwards. */
const NARROW = 600;

const BOXES = { right: { width: 220, height: 80 }, down: { width: 172, height: 80 } };

/** Below this zoom nobody can read: boxes are drawn without words. */
const LEGIBLE = 0.45;

/** What a parent can ask the graph to do. */
export interface GraphHandle {
  /** Gives a stage the focus, and brings it into sight. */
  readonly focus: (id: string) => void;
}

interface Props {
  /** The stages, in the order in which they stand in the definition. */
  readonly nodes: readonly GraphNode[];
  /** The name of the graph for screen readers. */
  readonly label: string;
  readonly selected?: string | undefined;
  /** A stage was clicked. */
  readonly onSelect: (id: string) => void;
  /** A stage was opened: by Enter or a double click. */
  readonly onOpen?: ((id: string) => void) | undefined;
  /** The stage to keep in sight until the user moves the picture: the first that is active, or that failed. */
  readonly follow?: string | undefined;
  /** It takes all the height that there is, instead of what it needs. */
  readonly fill?: boolean | undefined;
  readonly direction?: Direction | undefined;
  readonly editing?: GraphEditing | undefined;
  /** Sees each key that is pressed on a stage before the graph does; `preventDefault` keeps the graph from it. */
  readonly onKey?: ((event: KeyboardEvent, id: string) => void) | undefined;
  readonly ref?: Ref<GraphHandle> | undefined;
}

/**
 * The graph of a pipeline: boxes that are buttons, over one drawing of their lines. It is one tab stop, in which the
 * arrow keys follow the lines. What is far out of sight is not in the page, so that a thousand stages are as quick as ten.
 */
export function GraphView(props: Props) {
  const { nodes, label, selected, onSelect, onOpen = onSelect, follow, fill, editing, onKey, ref } = props;
  const t = useText();
  const frame = useRef<HTMLDivElement>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLDivElement>(null);
  const line = useRef<SVGPathElement>(null);
  const description = useId();

  const size = useSize(frame);
  const direction = props.direction ?? (size.width > 0 && size.width < NARROW ? "down" : "right");
  const shape = shapeOf(nodes);
  // The statuses in `nodes` change all the time, the shape seldom: it alone decides.
  const layout = useMemo(() => layOut(nodes, { direction, node: BOXES[direction] }), [shape, direction]);
  const byId = useMemo(() => new Map(nodes.map((node) => [node.id, node])), [nodes]);

  const culled = nodes.length > CULLED_ABOVE;
  const viewport = useViewport(scroller, layout, size.width > 0 && nodes.length > 0 ? direction : "");
  const { reveal } = viewport;
  const [moved, setMoved] = useState(false);
  const onMoved = useCallback(() => setMoved(true), []);
  useGestures(scroller, { zoomBy: viewport.zoomBy, onMoved });

  const focus = useFocus(layout, scroller, reveal, selected ?? follow);
  const focusMoved = (id: string) => {
    onMoved();
    focus.to(id);
  };
  useImperativeHandle(ref, () => ({ focus: focusMoved }));
  useShown(layout, reveal, { selected, follow: moved ? undefined : follow, ready: size.width > 0 });

  const onKeyDown = useGraphKeys({ layout, nodes, viewport, onFocus: focusMoved, onOpen, onKey });
  const { connecting, handle } = useConnecting({ layout, editing, scroller, canvas, line });
  const titleOf = (id: string) => byId.get(id)?.title ?? id;
  const sight = culled ? viewport.sight : ALL;
  const placed = nodesIn(layout, sight, new Set([focus.active, selected ?? ""]));
  const plain = viewport.zoom < LEGIBLE;
  return (
    <div className="graph" data-fill={fill || undefined} data-direction={direction} ref={frame}>
      <div className="graph-scroll" ref={scroller} role="group" aria-label={label} aria-describedby={description}
        onClick={withId(onSelect)} onDoubleClick={withId(onOpen)} onFocus={(event) => focus.came(idOf(event.target))} onKeyDown={onKeyDown}
        onContextMenu={(event) => editing && openMenu(event, editing)}>
        <div className="graph-sizer" style={{ width: layout.width * viewport.zoom, height: layout.height * viewport.zoom }}>
          <div className="graph-canvas" ref={canvas} style={{ width: layout.width, height: layout.height, transform: `scale(${viewport.zoom})` }}>
            <GraphEdges layout={layout} sight={sight} nodes={byId} selected={selected} />
            <GraphBoxes placed={placed} nodes={byId} plain={plain} active={focus.active} selected={selected}
              reachable={connecting && editing && ((id) => connecting.from === id || editing.canConnect(connecting.from, id))} />
            {editing && !plain && <GraphHandles {...{ layout, placed, sight, titleOf, selected, editing, handle }} />}
            {connecting && <GraphLine layout={layout} ends={connecting.to !== undefined} line={line} />}
          </div>
        </div>
      </div>
      {nodes.length === 0 && <p className="graph-empty muted">{t("graph.empty")}</p>}
      <p id={description} className="unseen">{t("graph.description", { stages: nodes.length, steps: layout.columns.length })}</p>
      <GraphTools stages={nodes.length} viewport={viewport} onFollow={follow !== undefined && moved ? () => setMoved(false) : undefined} />
    </div>
  );
}

/** Does something with the stage that a click was on. */
function withId(act: (id: string) => void): (event: MouseEvent) => void {
  return (event) => {
    const id = idOf(event.target);
    if (id !== undefined) act(id);
  };
}

function openMenu(event: MouseEvent, editing: GraphEditing): void {
  const id = idOf(event.target);
  if (id === undefined || !(event.target instanceof Element)) return;
  event.preventDefault();
  editing.onNodeMenu(id, event.target.closest("[data-node]")?.getBoundingClientRect() ?? new DOMRect());
}
