/** The selected stage: it stands in the address, and the focus comes back to where it was chosen. */
import { type RefCallback, type RefObject, useCallback, useRef } from "react";
import { flushSync } from "react-dom";
import type { GraphHandle } from "~/graph/index.ts";
import { useShortcut } from "~/ui/shortcut.ts";
import type { View } from "./view.ts";

export interface Selection {
  graph: RefObject<GraphHandle | null>;
  /** The heading of the panel. */
  heading: RefCallback<HTMLHeadingElement>;
  /** Shows a stage beside the graph; the focus stays. */
  select: (stage: string) => void;
  /** Shows a stage and goes there. */
  open: (stage: string) => void;
  /** Closes the panel and gives the focus back. */
  close: () => void;
}

/** The selection of a view. `boxOf` gives the stage whose box in the graph stands for a stage. */
export function useSelection({ stage, tab }: View, change: (view: Partial<View>) => void, boxOf: (stage: string) => string): Selection {
  const graph = useRef<GraphHandle>(null);
  const title = useRef<HTMLHeadingElement>(null);
  const goesThere = useRef(false);
  const origin = useRef<Element>(null);
  const select = useCallback((id: string) => {
    if (!document.activeElement?.closest(".stage-panel")) origin.current = document.activeElement;
    change({ stage: id });
  }, [change]);
  const open = useCallback((id: string) => {
    goesThere.current = true;
    flushSync(() => select(id));
    arrive(title.current, goesThere);
  }, [select]);
  const heading = useCallback((element: HTMLHeadingElement | null) => {
    title.current = element;
    // The panel may be loaded first, and is built aside before it stands in the page.
    queueMicrotask(() => arrive(title.current, goesThere));
  }, []);
  const close = useCallback(() => {
    flushSync(() => change({ stage: undefined }));
    if (tab === "graph" && stage !== undefined) graph.current?.focus(boxOf(stage));
    if (tab !== "graph" && origin.current instanceof HTMLElement) origin.current.focus();
  }, [change, stage, tab, boxOf]);
  useShortcut("Escape", close, stage !== undefined);
  return { graph, heading, select, open, close };
}

/** Gives the focus to the panel, once after it was asked for. */
function arrive(title: HTMLElement | null, goesThere: RefObject<boolean>) {
  if (!title?.isConnected || !goesThere.current) return;
  goesThere.current = false;
  title.focus();
}
