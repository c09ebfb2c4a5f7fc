import type { KeyboardEvent } from "react";
import type { Row } from "./rows.ts";

/** What the keys of the timeline do. */
export interface TimelineActions {
  readonly onFocus: (id: string) => void;
  readonly onSelect: (id: string) => void;
  readonly onToggle: (id: string) => void;
  readonly onZoom: (factor: number) => void;
  readonly onWhole: () => void;
}

const BEFORE = ["ArrowUp", "k"];
const AFTER = ["ArrowDown", "j"];
const PAGE = 10;

/** What a key does on a row, as in every tree: up and down, into and out of what is inside, to the ends. */
export function onTimelineKey(event: KeyboardEvent, rows: readonly Row[], id: string, actions: TimelineActions): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const action = actionOf(event.key, rows, rows.findIndex(({ stage }) => stage.id === id), actions);
  if (!action) return;
  event.preventDefault();
  action();
}

function actionOf(key: string, rows: readonly Row[], at: number, actions: TimelineActions): (() => void) | undefined {
  const row = rows[at];
  if (!row) return undefined;
  const { id, parent } = row.stage;
  const go = (to: number) => () => actions.onFocus(rows[Math.min(rows.length - 1, Math.max(0, to))]?.stage.id ?? id);
  if (BEFORE.includes(key)) return go(at - 1);
  if (AFTER.includes(key)) return go(at + 1);
  switch (key) {
    case "Home":
      return go(0);
    case "End":
      return go(rows.length - 1);
    case "PageUp":
      return go(at - PAGE);
    case "PageDown":
      return go(at + PAGE);
    case "ArrowRight":
      return row.open === false ? () => actions.onToggle(id) : row.open ? go(at + 1) : undefined;
    case "ArrowLeft":
      if (row.open) return () => actions.onToggle(id);
      return row.level > 1 && parent !== undefined ? () => actions.onFocus(parent) : undefined;
    case "Enter":
    case " ":
      return () => actions.onSelect(id);
    case "+":
    case "=":
      return () => actions.onZoom(0.5);
    case "-":
      return () => actions.onZoom(2);
    case "0":
      return actions.onWhole;
    default:
      return undefined;
  }
}
