/** What a list of executions consists of, one item a line: flat by time, or in groups by pipeline. */
import type { Execution } from "@gennaker/client/gen/execution";
import type { HistoryRow } from "./history.ts";

/** How many executions of a group are shown at first. */
export const GROUP_SHOWN = 5;

/** A line of the list. */
export type Item =
  | { kind: "heading"; key: string; text: "running" | "ended"; count: number }
  | { kind: "execution"; key: string; execution: Execution | undefined }
  | { kind: "group"; key: string; group: Group; open: boolean }
  | { kind: "rest"; key: string; pipeline: string; count: number };

/** The executions of a pipeline. */
export interface Group {
  /** The pipeline's name; empty for operations, which have none. */
  pipeline: string;
  title: string;
  active: readonly Execution[];
  ended: readonly HistoryRow[];
}

/** Those that run on top, then the others by time. */
export function flat(active: readonly Execution[], ended: readonly HistoryRow[]): Item[] {
  const items: Item[] = [];
  if (active.length > 0) items.push({ kind: "heading", key: "running", text: "running", count: active.length }, ...active.map(itemOf));
  if (ended.length > 0) items.push({ kind: "heading", key: "ended", text: "ended", count: ended.length });
  for (const { name, execution } of ended) items.push({ kind: "execution", key: name, execution });
  return items;
}

function itemOf(execution: Execution): Item {
  return { kind: "execution", key: execution.name, execution };
}

/** The groups: those with something that runs first, then by what ended last. */
export function groupsOf(active: readonly Execution[], ended: readonly HistoryRow[]): Group[] {
  const groups = new Map<string, { active: Execution[]; ended: HistoryRow[]; title: string }>();
  const of = (pipeline: string, title: string) => {
    const known = groups.get(pipeline) ?? { active: [], ended: [], title };
    groups.set(pipeline, known);
    return known;
  };
  for (const execution of active) of(execution.pipeline, execution.pipeline ? execution.displayName : "").active.push(execution);
  for (const row of ended) {
    if (row.execution) of(row.execution.pipeline, row.execution.pipeline ? row.execution.displayName : "").ended.push(row);
  }
  const all = [...groups].map(([pipeline, group]) => ({ pipeline, ...group }));
  return [...all.filter((group) => group.active.length > 0), ...all.filter((group) => group.active.length === 0)];
}

/** The lines of groups. `closed` are the pipelines of closed ones, `whole` of those of which everything is shown. */
export function grouped(groups: readonly Group[], closed: ReadonlySet<string>, whole: ReadonlySet<string>): Item[] {
  return groups.flatMap((group): Item[] => {
    const open = !closed.has(group.pipeline);
    const head: Item = { kind: "group", key: `group ${group.pipeline}`, group, open };
    if (!open) return [head];
    const shown = whole.has(group.pipeline) ? group.ended : group.ended.slice(0, GROUP_SHOWN);
    const rest = group.ended.length - shown.length;
    return [
      head,
      ...group.active.map(itemOf),
      ...shown.map(({ name, execution }): Item => ({ kind: "execution", key: name, execution })),
      ...(rest > 0 ? [{ kind: "rest" as const, key: `rest ${group.pipeline}`, pipeline: group.pipeline, count: rest }] : []),
    ];
  });
}
