/** An execution's stages as a strip of marks, one a stage of the pipeline, in the order in which they run. */
import { type Execution, Judgment_Decision, type StageExecution } from "@gennaker/client/gen/execution";
import { ExecutionStatus, StageStatus } from "@gennaker/client/gen/status";
import type { Look } from "~/ui/badge.tsx";
import { JUDGMENT_LOOK, STAGE_LOOKS } from "~/ui/looks.ts";

/** One mark. */
export interface Mark {
  id: string;
  name: string;
  look: Look;
}

/** Whether a stage waits for a person now. */
export function awaitsJudgment(stage: StageExecution): boolean {
  return stage.status === StageStatus.RUNNING && stage.judgment?.decision === Judgment_Decision.UNSPECIFIED;
}

/** How a stage looks: one that waits for a person looks so. */
export function stageLook(stage: StageExecution): Look {
  return awaitsJudgment(stage) ? JUDGMENT_LOOK : STAGE_LOOKS[stage.status];
}

/** The marks of the pipeline's own stages. O(stages + dependencies). */
export function marks(execution: Execution): Mark[] {
  const own = execution.stages.filter((stage) => stage.parent === "");
  return inOrder(own).map((stage) => ({ id: stage.id, name: stage.name, look: stageLook(stage) }));
}

/** Stages after those that they depend on; else as they come. O(stages + dependencies). */
export function inOrder(stages: readonly StageExecution[]): StageExecution[] {
  const byId = new Map(stages.map((stage) => [stage.id, stage]));
  const entered = new Set<StageExecution>();
  const ordered: StageExecution[] = [];
  // An explicit stack: pipelines may be a thousand stages deep.
  for (const root of stages) {
    const stack = [{ stage: root, next: 0 }];
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      if (top.next === 0 && entered.has(top.stage)) {
        stack.pop();
        continue;
      }
      entered.add(top.stage);
      const before = byId.get(top.stage.dependsOn[top.next++] ?? "");
      if (before && !entered.has(before)) stack.push({ stage: before, next: 0 });
      else if (top.next > top.stage.dependsOn.length) {
        ordered.push(top.stage);
        stack.pop();
      }
    }
  }
  return ordered;
}

/** Whether a stage has ended, one way or the other. */
export function hasEnded(stage: StageExecution): boolean {
  return ![StageStatus.UNSPECIFIED, StageStatus.NOT_STARTED, StageStatus.WAITING, StageStatus.RUNNING, StageStatus.PAUSED].includes(stage.status);
}

/** Whether an execution has not ended. */
export function isActive(execution: Execution): boolean {
  return [ExecutionStatus.QUEUED, ExecutionStatus.RUNNING, ExecutionStatus.PAUSED].includes(execution.status);
}
