/** What a key does to a row of the tree: arrows move, open and close; Enter opens; Space selects. */
import type { ServerGroup } from "@gennaker/client/gen/server_group";
import type { Row } from "../model/tree.ts";

/** What a key asks for. */
export type Step =
  | { kind: "focus"; index: number }
  | { kind: "toggle"; key: string }
  | { kind: "open" | "select"; group: ServerGroup };

export function step(rows: readonly Row[], index: number, key: string): Step | undefined {
  const row = rows[index];
  if (!row) return undefined;
  const to = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: rows.length - 1 }[key];
  if (to !== undefined) return to >= 0 && to < rows.length ? { kind: "focus", index: to } : undefined;
  if (row.kind === "group") {
    if (key === "ArrowLeft") return toParent(rows, row);
    if (key === "Enter") return { kind: "open", group: row.group };
    return key === " " ? { kind: "select", group: row.group } : undefined;
  }
  if (key === "Enter" || key === " " || (key === "ArrowRight" && !row.open) || (key === "ArrowLeft" && row.open)) return { kind: "toggle", key: row.key };
  if (key === "ArrowRight") return { kind: "focus", index: index + 1 };
  return key === "ArrowLeft" ? toParent(rows, row) : undefined;
}

function toParent(rows: readonly Row[], { parent }: Row): Step | undefined {
  const index = rows.findIndex((row) => row.kind !== "group" && row.key === parent);
  return index < 0 ? undefined : { kind: "focus", index };
}
