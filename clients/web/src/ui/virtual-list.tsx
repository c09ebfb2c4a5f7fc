/** Long lists: only the rows in sight are in the page. */
import { useWindowVirtualizer, type Virtualizer } from "@tanstack/react-virtual";
import { type ReactNode, type RefObject, useEffect, useEffectEvent, useLayoutEffect, useRef, useState } from "react";

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
  /** Called when other rows come into sight. */
  onRange?: ((first: number, last: number) => void) | undefined;
}

/** A list in the flow of the page, scrolled by the window. What is looked at stays where it is when rows come or go above it. */
export function VirtualList<Item>({ items, itemKey, estimate, label, render, onEnd, onRange }: Props<Item>) {
  const ref = useRef<HTMLDivElement>(null);
  const offset = useOffset(ref);
  const rows = useWindowVirtualizer({
    count: items.length,
    estimateSize: () => estimate,
    overscan: 8,
    scrollMargin: offset,
    getItemKey: (index) => itemKey(items[index]!),
  });
  const visible = rows.getVirtualItems();
  const first = visible[0]?.index ?? 0;
  const last = visible.at(-1)?.index ?? -1;
  useEffect(() => {
    if (last >= items.length - 5) onEnd?.();
  }, [last, items.length, onEnd]);
  const tellRange = useEffectEvent(() => onRange?.(first, last));
  useEffect(tellRange, [first, last]);
  useAnchor(rows, items, itemKey);
  return (
    <div ref={ref} role="list" aria-label={label} style={{ height: rows.getTotalSize(), position: "relative", overflowAnchor: "none" }}>
      {visible.map((row) => (
        <div key={row.key} role="listitem" aria-setsize={items.length} aria-posinset={row.index + 1} ref={rows.measureElement} data-index={row.index}
          style={{ position: "absolute", top: 0, left: 0, right: 0, transform: `translateY(${row.start - offset}px)` }}>
          {render(items[row.index]!, row.index)}
        </div>
      ))}
    </div>
  );
}

/** Where the list begins on the page, which changes with what stands above it. */
export function useOffset(ref: RefObject<HTMLElement | null>): number {
  const [offset, setOffset] = useState(0);
  useLayoutEffect(() => {
    const measure = () => {
      if (ref.current) setOffset(Math.round(ref.current.getBoundingClientRect().top + window.scrollY));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(document.body);
    return () => observer.disconnect();
  }, [ref]);
  return offset;
}

/** Scrolls with the first row in sight when it gets another place. Nothing is done at the top, where people want to see what is new. */
function useAnchor<Item>(rows: Virtualizer<Window, Element>, items: readonly Item[], itemKey: (item: Item) => string): void {
  const anchor = useRef<{ items: readonly Item[]; key: string; start: number }>(undefined);
  const before = anchor.current;
  const margin = rows.options.scrollMargin;
  // Where it is drawn now. Rows that turn out to be higher than thought while this is drawn are made up for by the virtualizer itself.
  const place = before && before.items !== items ? rows.measurementsCache[items.findIndex((item) => itemKey(item) === before.key)]?.start : undefined;
  useLayoutEffect(() => {
    if (before && place !== undefined && place - margin !== before.start && window.scrollY > margin) {
      window.scrollBy({ top: place - margin - before.start, behavior: "instant" });
      // The virtualizer would hear of it a frame later, and until then scroll from where it was.
      rows.scrollOffset = window.scrollY;
    }
    const first = rows.getVirtualItems().find((row) => row.end > window.scrollY);
    anchor.current = first && { items, key: String(first.key), start: first.start - margin };
  });
}
