import type { Layout, PlacedNode } from "./layout.ts";

/** A way to move the focus in the graph. */
export type Move = "next" | "previous" | "above" | "below" | "first" | "last";

/** What the keys do where stages follow one another to the right; downwards the two pairs of arrows change roles. */
const KEYS = {
  right: { ArrowRight: "next", ArrowLeft: "previous", ArrowUp: "above", ArrowDown: "below", Home: "first", End: "last" },
  down: { ArrowDown: "next", ArrowUp: "previous", ArrowLeft: "above", ArrowRight: "below", Home: "first", End: "last" },
} as const satisfies Record<string, Record<string, Move>>;

/** The move of a key, if it is one. */
export function moveOf(key: string, direction: Layout["options"]["direction"]): Move | undefined {
  const moves: Record<string, Move> = KEYS[direction];
  return Object.hasOwn(moves, key) ? moves[key] : undefined;
}

/** The stage that a move leads to: along the edges, or within the column; where there is none, the same one. */
export function destination(layout: Layout, id: string, move: Move): string {
  const here = layout.byId.get(id);
  if (!here) return layout.columns[0]?.[0] ?? id;
  switch (move) {
    case "first":
      return layout.columns[0]?.[0] ?? id;
    case "last":
      return layout.columns.at(-1)?.at(-1) ?? id;
    case "above":
      return layout.columns[here.column]?.[here.place - 1] ?? id;
    case "below":
      return layout.columns[here.column]?.[here.place + 1] ?? id;
    case "next":
      return nearest(layout, here, layout.edges.filter((edge) => edge.from === id).map((edge) => edge.to));
    case "previous":
      return nearest(layout, here, layout.edges.filter((edge) => edge.to === id).map((edge) => edge.from));
  }
}

/** The nearest of some stages: first by columns, then across. */
function nearest(layout: Layout, here: PlacedNode, ids: readonly string[]): string {
  const across = (node: PlacedNode) => (layout.options.direction === "right" ? node.y : node.x);
  const distance = (node: PlacedNode) => Math.abs(node.column - here.column) * 1e6 + Math.abs(across(node) - across(here));
  let best: PlacedNode | undefined;
  for (const id of ids) {
    const node = layout.byId.get(id);
    if (node && node !== here && (!best || distance(node) < distance(best))) best = node;
  }
  return best?.id ?? here.id;
}

/** The next stage after `from` whose name begins with what was typed; the same letter again goes on to the next one. */
export function jump(names: readonly { id: string; title: string }[], from: string, typed: string): string | undefined {
  const single = new Set(typed).size === 1;
  const wanted = (single ? typed.slice(0, 1) : typed).toLocaleLowerCase();
  const here = names.findIndex(({ id }) => id === from);
  const start = single ? here + 1 : Math.max(0, here);
  const turned = [...names.slice(start), ...names.slice(0, start)];
  return turned.find(({ title }) => title.toLocaleLowerCase().startsWith(wanted))?.id;
}
