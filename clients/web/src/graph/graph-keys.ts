import { type KeyboardEvent, useRef } from "react";
import type { Layout } from "./layout.ts";
import { destination, jump, moveOf } from "./navigation.ts";
import type { GraphNode } from "./node.ts";
import type { Viewport } from "./viewport.ts";

interface Keys {
  readonly layout: Layout;
  readonly nodes: readonly GraphNode[];
  readonly viewport: Viewport;
  readonly onFocus: (id: string) => void;
  readonly onOpen: (id: string) => void;
  /** Sees each key first; what it keeps from its default is not looked at any further. */
  readonly onKey: ((event: KeyboardEvent, id: string) => void) | undefined;
}

/** How long a pause ends a word that is typed to jump to a stage. */
const TYPING = 700;

/** What the keys do while a stage has the focus. */
export function useGraphKeys({ layout, nodes, viewport, onFocus, onOpen, onKey }: Keys): (event: KeyboardEvent) => void {
  const typed = useRef({ text: "", time: 0 });
  return (event) => {
    const id = idOf(event.target);
    if (id === undefined) return;
    onKey?.(event, id);
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const before = event.timeStamp - typed.current.time < TYPING ? typed.current.text : "";
    // In the middle of a name, `0` and the space belong to it.
    const isLetter = event.key.length === 1 && (before !== "" || event.key !== " ");
    const move = moveOf(event.key, layout.options.direction);
    const action = move ? () => onFocus(destination(layout, id, move)) : before === "" ? zoomOf(event.key, viewport) : undefined;
    if (action) {
      event.preventDefault();
      action();
    } else if (event.key === "Enter") {
      event.preventDefault();
      onOpen(id);
    } else if (isLetter) {
      typed.current = { text: before + event.key, time: event.timeStamp };
      const to = jump(nodes, id, typed.current.text);
      if (to === undefined) return;
      event.preventDefault();
      onFocus(to);
    }
  };
}

/** The stage that an element of the page belongs to. */
export function idOf(element: EventTarget | null): string | undefined {
  const box = element instanceof Element ? element.closest("[data-node]") : null;
  return box instanceof HTMLElement ? box.dataset.node : undefined;
}

function zoomOf(key: string, viewport: Viewport): (() => void) | undefined {
  switch (key) {
    case "+":
    case "=":
      return () => viewport.zoomBy(1.25);
    case "-":
      return () => viewport.zoomBy(0.8);
    case "0":
      return viewport.fit;
    default:
      return undefined;
  }
}
