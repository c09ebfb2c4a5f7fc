import { type PointerEvent, type RefObject, useCallback, useRef, useState } from "react";
import { idOf } from "./graph-keys.ts";
import type { Layout, Point } from "./layout.ts";
import type { GraphEditing } from "./node.ts";
import { curve } from "./routes.ts";

/** A line that is being drawn: from where, and the stage under the pointer that it may lead to. */
export interface Connecting {
  readonly from: string;
  readonly to: string | undefined;
}

/** How far the pointer may move until a press is a drag. */
const SLACK = 4;

/** How close to the edge of the frame a drag scrolls it, and how far each time. */
const EDGE = 36;
const NUDGE = 14;

interface Parts {
  readonly layout: Layout;
  readonly editing: GraphEditing | undefined;
  readonly scroller: RefObject<HTMLDivElement | null>;
  /** The element whose pixels are those of the layout, but for the zoom. */
  readonly canvas: RefObject<HTMLDivElement | null>;
  readonly line: RefObject<SVGPathElement | null>;
}

/** Draws a line from a stage with the pointer: to another stage to connect them, or anywhere else to add one there. */
export function useConnecting({ layout, editing, scroller, canvas, line }: Parts) {
  const [connecting, setConnecting] = useState<Connecting>();
  const press = useRef<{ from: string; x: number; y: number; moved: boolean } | undefined>(undefined);

  const end = useCallback(() => {
    press.current = undefined;
    setConnecting(undefined);
  }, []);

  const onPointerDown = (event: PointerEvent<HTMLElement>, from: string) => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    press.current = { from, x: event.clientX, y: event.clientY, moved: false };
  };

  const onPointerMove = (event: PointerEvent<HTMLElement>) => {
    const start = press.current;
    if (!start || !editing || !canvas.current) return;
    if (!start.moved && Math.hypot(event.clientX - start.x, event.clientY - start.y) < SLACK) return;
    start.moved = true;
    if (scroller.current) nudge(scroller.current, event.clientX, event.clientY);
    const over = idOf(document.elementFromPoint(event.clientX, event.clientY));
    const to = over !== undefined && over !== start.from && editing.canConnect(start.from, over) ? over : undefined;
    setConnecting((last) => (last?.from === start.from && last.to === to ? last : { from: start.from, to }));
    line.current?.setAttribute("d", lineTo(layout, start.from, pointIn(canvas.current, layout, event.clientX, event.clientY)));
  };

  const onPointerUp = (event: PointerEvent<HTMLElement>) => {
    const start = press.current;
    if (!start || !editing) return;
    const over = idOf(document.elementFromPoint(event.clientX, event.clientY));
    if (!start.moved) editing.onInsertAfter(start.from, event.currentTarget.getBoundingClientRect());
    else if (over === undefined) editing.onInsertAfter(start.from, new DOMRect(event.clientX, event.clientY, 0, 0));
    else if (over !== start.from && editing.canConnect(start.from, over)) editing.onConnect(start.from, over);
    end();
  };

  return { connecting, handle: { onPointerDown, onPointerMove, onPointerUp, onPointerCancel: end, onLostPointerCapture: end } };
}

/** Where a place on the screen is in the picture. */
function pointIn(canvas: HTMLElement, layout: Layout, x: number, y: number): Point {
  const box = canvas.getBoundingClientRect();
  const zoom = box.width / layout.width || 1;
  return { x: (x - box.left) / zoom, y: (y - box.top) / zoom };
}

/** The path from the end of a box to a point. */
function lineTo(layout: Layout, from: string, to: Point): string {
  const port = portOf(layout, from);
  return `M${port.x} ${port.y}${curve(port, to, layout.options.direction)}`;
}

/** Where the lines leave a box. */
export function portOf(layout: Layout, id: string): Point {
  const { direction, node } = layout.options;
  const { x, y } = layout.byId.get(id) ?? { x: 0, y: 0 };
  return direction === "right" ? { x: x + node.width, y: y + node.height / 2 } : { x: x + node.width / 2, y: y + node.height };
}

function nudge(element: HTMLElement, x: number, y: number): void {
  const box = element.getBoundingClientRect();
  const toward = (low: number, high: number, at: number) => (at < low + EDGE ? -NUDGE : at > high - EDGE ? NUDGE : 0);
  element.scrollLeft += toward(box.left, box.right, x);
  element.scrollTop += toward(box.top, box.bottom, y);
}
