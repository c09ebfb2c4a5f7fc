/** Which events of an execution are shown. */
import { ExecutionEventType as Type } from "@gennaker/client/gen/execution_event";
import type { TextKey } from "~/i18n/index.tsx";
import type { EventRow } from "~/live/index.ts";
import type { IconName } from "~/ui/icon.tsx";

/** The sorts of events that one can choose. */
export const EVENT_GROUPS = ["execution", "stages", "tasks", "judgments", "errands"] as const;
export type EventGroup = (typeof EVENT_GROUPS)[number];

/** What is looked for; empty texts take all. */
export interface EventFilter {
  text: string;
  group: EventGroup | "";
  /** The ids of stages. Not set takes all. */
  stages?: ReadonlySet<string>;
  /** Only what a person or a program has done. */
  people: boolean;
}

export function eventGroup(type: Type): EventGroup {
  if (type >= Type.ERRAND_ADDED) return "errands";
  if (type === Type.JUDGMENT_SUBMITTED) return "judgments";
  if (type >= Type.TASK_STARTED && type <= Type.TASK_COMPLETED) return "tasks";
  return type >= Type.STAGE_STARTED ? "stages" : "execution";
}

/** The events that match, oldest first. */
export function matching(rows: readonly EventRow[], filter: EventFilter, nameOf: (stage: string) => string): readonly EventRow[] {
  const wanted = filter.text.trim().toLowerCase();
  return rows.filter((row) => {
    if (filter.people && row.actor === "") return false;
    if (filter.group && eventGroup(row.type) !== filter.group) return false;
    if (filter.stages && !filter.stages.has(row.stage)) return false;
    return !wanted || [row.message, row.actor, row.stage, row.stage && nameOf(row.stage), row.task].some((text) => text.toLowerCase().includes(wanted));
  });
}

/** How each sort of event looks. */
export const EVENT_LOOKS: Record<EventGroup, { icon: IconName; text: TextKey }> = {
  execution: { icon: "pipeline", text: "execution.eventExecution" },
  stages: { icon: "split", text: "execution.eventStages" },
  tasks: { icon: "list", text: "execution.eventTasks" },
  judgments: { icon: "hand", text: "execution.eventJudgments" },
  errands: { icon: "bolt", text: "execution.eventErrands" },
};
