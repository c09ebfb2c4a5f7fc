/** Long lists: only the rows in sight are in the page. */
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from "react";

interface Props<Item> {
  items: readonly Item[];
  itemKey: (item: Item) => string;
  /** The height of a row in px; exact heights are measured. */
  estimate: number;
  /** The name of the list for screen readers. */
  label: string;
  render: (item: Item, index: number) => ReactNode;
  /** Called when the end comes into sight: load more. */
  onEnd?: (() => void) | undefined;
}

/** A list in the flow of the page, scrolled by the window. */
export function VirtualList<Item>({ items, itemKey, estimate, label, render, onEnd }: Props<Item>) {
  const ref = useRef<HTMLDivElement>(null);
  const [offset, setOffset] = useState(0);
  useLayoutEffect(() => setOffset(ref.current?.offsetTop ?? 0), []);
  const rows = useWindowVirtualizer({
    count: items.length,
    estimateSize: () => estimate,
    overscan: 8,
    scrollMargin: offset,
    getItemKey: (index) => itemKey(items[index]!),
  });
  const visible = rows.getVirtualItems();
  const last = visible.at(-1)?.index ?? -1;
  useEffect(() => {
    if (last >= items.length - 5) onEnd?.();
  }, [last, items.length, onEnd]);
  return (
    <div ref={ref} role="list" aria-label={label} style={{ height: rows.getTotalSize(), position: "relative" }}>
      {visible.map((row) => (
        <div key={row.key} role="listitem" aria-setsize={items.length} aria-posinset={row.index + 1} ref={rows.measureElement} data-index={row.index}
          style={{ position: "absolute", top: 0, left: 0, right: 0, transform: `translateY(${row.start - offset}px)` }}>
          {render(items[row.index]!, row.index)}
        </div>
      ))}
    </div>
  );
}
