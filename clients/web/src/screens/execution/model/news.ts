/** What a screen reader is told of an execution: only that it waits for somebody, that something failed, and the end. */
import type { Execution, StageExecution } from "@gennaker/client/gen/execution";
import { ExecutionStatus } from "@gennaker/client/gen/status";
import type { TextKey } from "~/i18n/index.tsx";
import { hasFailed, isJudgeable } from "./stages.ts";
import { firstLine } from "./text.ts";

/** Something to say: the key of its text with the values in it. */
export interface News {
  key: TextKey;
  values: Record<string, string>;
}

/** How an execution ended or stopped, by its new status. */
const STATUS_NEWS: Partial<Record<ExecutionStatus, TextKey>> = {
  [ExecutionStatus.SUCCEEDED]: "execution.newsSucceeded",
  [ExecutionStatus.TERMINAL]: "execution.newsFailed",
  [ExecutionStatus.CANCELED]: "execution.newsCanceled",
  [ExecutionStatus.PAUSED]: "execution.newsPaused",
};

/** What is new between two states of an execution, in the order in which it should be said. */
export function newsOf(before: Execution, after: Execution): News[] {
  const known = new Map(before.stages.map((stage) => [stage.id, stage]));
  const changed = after.stages.filter((stage) => known.get(stage.id) !== stage);
  const stages = changed.flatMap((stage) => stageNews(known.get(stage.id), stage));
  const key = before.status === after.status ? undefined : STATUS_NEWS[after.status];
  return key ? [...stages, { key, values: { name: after.displayName } }] : stages;
}

function stageNews(before: StageExecution | undefined, after: StageExecution): News[] {
  if (hasFailed(after) && !(before && hasFailed(before))) {
    return [{ key: "execution.newsStageFailed", values: { name: after.name, reason: firstLine(after.failure?.message ?? "") } }];
  }
  if (isJudgeable(after) && !(before && isJudgeable(before))) return [{ key: "execution.newsJudgment", values: { name: after.name } }];
  return [];
}
