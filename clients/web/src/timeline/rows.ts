import type { Look } from "~/ui/index.ts";
import type { Phase } from "./phases.ts";

/** A stage as the timeline shows it. */
export interface TimelineStage {
  readonly id: string;
  readonly title: string;
  /** The kind, as a word to show. */
  readonly subtitle: string;
  /** The id of the stage that made it. */
  readonly parent?: string | undefined;
  readonly look: Look;
  readonly phases: readonly Phase[];
}

/** A stage in its place in the tree. */
export interface Row {
  readonly stage: TimelineStage;
  /** From 1. */
  readonly level: number;
  /** Its place among its siblings, from 1, and how many these are. */
  readonly place: number;
  readonly siblings: number;
  /** Not given for a stage that nothing is inside of. */
  readonly open?: boolean | undefined;
}

/** The rows of the timeline from above: each stage followed by those inside it, unless it is closed. */
export function rowsOf(stages: readonly TimelineStage[], closed: ReadonlySet<string>): Row[] {
  const ids = new Set(stages.map((stage) => stage.id));
  const inside = new Map<string, TimelineStage[]>();
  for (const stage of stages) {
    const parent = stage.parent !== undefined && ids.has(stage.parent) ? stage.parent : "";
    const list = inside.get(parent);
    if (list) list.push(stage);
    else inside.set(parent, [stage]);
  }
  const rows: Row[] = [];
  const add = (parent: string, level: number) => {
    const list = inside.get(parent) ?? [];
    list.forEach((stage, at) => {
      const open = inside.has(stage.id) ? !closed.has(stage.id) : undefined;
      rows.push({ stage, level, place: at + 1, siblings: list.length, open });
      if (open) add(stage.id, level + 1);
    });
  };
  add("", 1);
  return rows;
}

/** The stages that have to be open for a stage to be seen. */
export function ancestorsOf(stages: readonly TimelineStage[], id: string): string[] {
  const byId = new Map(stages.map((stage) => [stage.id, stage]));
  const ancestors: string[] = [];
  for (let parent = byId.get(id)?.parent; parent !== undefined && !ancestors.includes(parent); parent = byId.get(parent)?.parent) ancestors.push(parent);
  return ancestors;
}
