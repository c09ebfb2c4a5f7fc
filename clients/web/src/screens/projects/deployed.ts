/** When what stands where has changed: executions that have ended, and stages that have changed clusters while others still run. */
import type { Execution, StageExecution } from "@gennaker/client/gen/execution";
import { idOf } from "~/api/names.ts";
import type { Change } from "~/live/hooks.ts";
import { hasEnded, isActive } from "~/screens/executions/strip.ts";

/** The kinds of stages that change clusters; what those of the operator's own do is seen when their execution ends. */
const CHANGES_CLUSTERS = /deploy|server_group|cluster/;

/** The applications, by name, whose server groups may be others now. */
export function deployedIn(changes: readonly Change[]): Set<string> {
  const changed = changes.filter(({ before, after }) => hasJustEnded(before, after) || hasDeployed(before, after));
  return new Set(changed.map(({ after }) => `applications/${idOf(after.name, "applications")}`));
}

function hasJustEnded(before: Execution | undefined, after: Execution): boolean {
  return !isActive(after) && (!before || isActive(before));
}

/** A stage that is the same object has not changed. */
function hasDeployed(before: Execution | undefined, after: Execution): boolean {
  const known = new Set(before?.stages);
  return after.stages.some((now) => !known.has(now) && isDone(now) && !before?.stages.some((stage) => stage.id === now.id && isDone(stage)));
}

function isDone(stage: StageExecution): boolean {
  return CHANGES_CLUSTERS.test(stage.kind) && hasEnded(stage);
}
