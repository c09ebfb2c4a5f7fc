import type { Timestamp } from "@bufbuild/protobuf/wkt";
import type { Look } from "~/ui/index.ts";

/**
 * A stage as the graph shows it. Give an unchanged stage as the same object again: only boxes whose object is another
 * one are drawn anew.
 */
export interface GraphNode {
  readonly id: string;
  readonly title: string;
  /** The kind, as a word to show. */
  readonly subtitle: string;
  readonly dependsOn: readonly string[];
  /** The status: one of the tables in `~/ui/looks`. Not given while the pipeline is only being edited. */
  readonly look?: Look | undefined;
  /** When it started, and ended: a running clock while there is no end. */
  readonly elapsed?: { readonly start: Timestamp | undefined; readonly end?: Timestamp | undefined } | undefined;
  /** How much is done, from 0 to 100. */
  readonly percent?: number | undefined;
  /** One line that matters more than the kind: why it failed, or what it waits for. */
  readonly note?: string | undefined;
  /** A word or two in the corner, as "attempt 2". */
  readonly badge?: string | undefined;
  /** How many stages it made, which the graph does not show. */
  readonly inner?: number | undefined;
  /** It is one of several that are chosen together; say so in words too, by the badge. */
  readonly chosen?: boolean | undefined;
  /** How many things are wrong with its definition. */
  readonly problems?: number | undefined;
}

/** An edge: the stage before, and the one after. */
export interface GraphEdge {
  readonly from: string;
  readonly to: string;
}

/** What can be done to the graph with a pointer. The same by keyboard is up to who gives these: see `onKey`. */
export interface GraphEditing {
  /** Whether `to` may come after `from`. Stages that may not are dimmed while a line is drawn. */
  readonly canConnect: (from: string, to: string) => boolean;
  readonly onConnect: (from: string, to: string) => void;
  /** A line was let go over nothing, or the handle after a stage was pressed. */
  readonly onInsertAfter: (from: string, anchor: DOMRect) => void;
  readonly onInsertOnEdge: (edge: GraphEdge, anchor: DOMRect) => void;
  /** The menu of a stage was asked for: by a right click, the menu key, or the button in the box. */
  readonly onNodeMenu: (id: string, anchor: DOMRect) => void;
}

/** What the picture depends on besides sizes: two lists with the same shape are laid out alike. */
export function shapeOf(nodes: readonly GraphNode[]): string {
  return nodes.map((node) => `${node.id}\u0001${node.dependsOn.join("\u0002")}`).join("\u0003");
}
