import { type RefObject, useLayoutEffect, useState } from "react";
import type { Sight } from "./culling.ts";
import type { Layout } from "./layout.ts";

type Reveal = (box: Sight, centred: boolean) => void;

/** The one box that Tab reaches, and moving it. */
export function useFocus(layout: Layout, scroller: RefObject<HTMLElement | null>, reveal: Reveal, first: string | undefined) {
  const [last, setLast] = useState<string>();
  const [wanted, setWanted] = useState<{ id: string }>();
  const known = [last, first].find((id) => id !== undefined && layout.byId.has(id));
  const active = known ?? layout.columns[0]?.[0] ?? "";
  useLayoutEffect(() => {
    if (!wanted) return;
    const boxes = scroller.current?.querySelectorAll("[data-node]") ?? [];
    for (const box of boxes) if (box instanceof HTMLElement && box.dataset.node === wanted.id) box.focus({ preventScroll: true });
    const bounds = boxOf(layout, wanted.id);
    if (bounds) reveal(bounds, false);
  }, [wanted]);
  return {
    active,
    to: (id: string) => {
      setLast(id);
      setWanted({ id });
    },
    came: (id: string | undefined) => id !== undefined && setLast(id),
  };
}

function boxOf(layout: Layout, id: string): Sight | undefined {
  const node = layout.byId.get(id);
  const { width, height } = layout.options.node;
  return node && { left: node.x, top: node.y, right: node.x + width, bottom: node.y + height };
}

/** Brings the selected stage into sight when it becomes another one, else the followed one to the middle, and else begins at the beginning. */
export function useShown(
  layout: Layout,
  reveal: Reveal,
  { selected, follow, ready }: { selected: string | undefined; follow: string | undefined; ready: boolean },
) {
  const shown = selected ?? follow;
  useLayoutEffect(() => {
    const box = ready && shown !== undefined ? boxOf(layout, shown) : undefined;
    if (box) reveal(box, selected === undefined);
  }, [shown, layout, ready]);
  const begun = ready && layout.nodes.length > 0;
  useLayoutEffect(() => {
    const box = begun && shown === undefined ? boxOf(layout, layout.columns[0]?.[0] ?? "") : undefined;
    if (box) reveal(box, true);
  }, [begun, layout.options.direction]);
}
