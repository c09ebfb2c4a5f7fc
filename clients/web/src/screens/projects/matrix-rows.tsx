/** The rows of a long matrix: only those in sight are in the page, with room for the others before and after them. */
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useRef } from "react";
import { useOffset } from "~/ui/virtual-list.tsx";
import type { Row } from "./matrix.ts";

/** About how high a row is; exact heights are measured. */
const ESTIMATE = 63;

/** What a row of the table gets besides its content. */
export interface RowPlace {
  ref: (row: HTMLTableRowElement | null) => void;
  "data-index": number;
  "aria-rowindex": number;
}

interface Props {
  rows: readonly Row[];
  columns: number;
  render: (row: Row, place: RowPlace) => ReactNode;
}

/** The body of the table, scrolled by the window. */
export function MatrixRows({ rows, columns, render }: Props) {
  const body = useRef<HTMLTableSectionElement>(null);
  const offset = useOffset(body);
  const virtual = useWindowVirtualizer<HTMLTableRowElement>({
    count: rows.length, estimateSize: () => ESTIMATE, overscan: 8, scrollMargin: offset, getItemKey: (index) => rows[index]!.key,
  });
  const shown = virtual.getVirtualItems();
  const before = (shown[0]?.start ?? offset) - offset;
  const after = virtual.getTotalSize() - ((shown.at(-1)?.end ?? offset) - offset);
  return (
    <tbody ref={body}>
      <Room height={before} columns={columns} />
      {shown.map(({ index }) => render(rows[index]!, { ref: virtual.measureElement, "data-index": index, "aria-rowindex": index + 2 }))}
      <Room height={after} columns={columns} />
    </tbody>
  );
}

function Room({ height, columns }: { height: number; columns: number }) {
  return height > 0 ? <tr aria-hidden="true" className="matrix-room"><td colSpan={columns} style={{ height }} /></tr> : null;
}
