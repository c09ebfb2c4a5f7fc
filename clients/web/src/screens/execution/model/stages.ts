/** The stages of an execution as a tree, and which of them matter first. */
import type { Execution, StageExecution } from "@gennaker/client/gen/execution";
import { StageStatus } from "@gennaker/client/gen/status";

const ACTIVE: ReadonlySet<StageStatus> = new Set([StageStatus.WAITING, StageStatus.RUNNING, StageStatus.PAUSED]);
const FAILED: ReadonlySet<StageStatus> = new Set([StageStatus.TERMINAL, StageStatus.STOPPED]);

/** Whether a stage is under way. */
export function isActive(stage: StageExecution): boolean {
  return ACTIVE.has(stage.status);
}

/** Whether a stage failed in a way that is not ignored. */
export function hasFailed(stage: StageExecution): boolean {
  return FAILED.has(stage.status);
}

/** The stages by their ids. */
export function byId(stages: readonly StageExecution[]): ReadonlyMap<string, StageExecution> {
  return new Map(stages.map((stage) => [stage.id, stage]));
}

/** A stage and the stages that it is in, outermost first; empty where there is no such stage. */
export function pathTo(stages: ReadonlyMap<string, StageExecution>, id: string): StageExecution[] {
  const path: StageExecution[] = [];
  for (let stage = stages.get(id); stage && !path.includes(stage); stage = stages.get(stage.parent)) path.unshift(stage);
  return path;
}

/** The id of the pipeline's stage that a stage belongs to: itself, or the outermost one around it. */
export function outermost(stages: ReadonlyMap<string, StageExecution>, id: string): string | undefined {
  return pathTo(stages, id)[0]?.id;
}

/** The stages that stages have made, by who made them; the pipeline's own are under the empty id. */
export function byParent(stages: readonly StageExecution[]): ReadonlyMap<string, readonly StageExecution[]> {
  const children = new Map<string, StageExecution[]>();
  for (const stage of stages) {
    const known = children.get(stage.parent);
    if (known) known.push(stage);
    else children.set(stage.parent, [stage]);
  }
  return children;
}

/** The stage to look at first: the one that failed first, else one that a person has to decide, else one under way. */
export function firstOfInterest(execution: Execution): string | undefined {
  const { failure, stages } = execution;
  if (failure?.stage && stages.some((stage) => stage.id === failure.stage)) return failure.stage;
  const found = stages.find(hasFailed) ?? stages.find(isJudgeable) ?? stages.find(isActive);
  return found?.id;
}

/** Whether a stage waits for a person's decision now. */
export function isJudgeable(stage: StageExecution): boolean {
  return stage.judgment !== undefined && stage.judgment.decision === 0 && isActive(stage);
}
