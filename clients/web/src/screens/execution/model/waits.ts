/** What an execution waits for, taken from the execution itself, so that it is as live as the rest of the page. */
import { type Execution, type StageExecution, type Waiting, Waiting_Kind } from "@gennaker/client/gen/execution";
import { ExecutionStatus } from "@gennaker/client/gen/status";
import { millis } from "~/ui/index.ts";
import { byParent, isActive } from "./stages.ts";
import { firstLine, plain } from "./text.ts";

/** Something that keeps an execution from going on. */
export interface Wait {
  kind: Waiting_Kind;
  /** The stage that waits; not set for the execution as a whole. */
  stage?: string;
  /** The name of that stage. */
  name: string;
  /** What exactly, as a line of the server. */
  reason: string;
  /** When it ends at the latest, in milliseconds. */
  until: number | undefined;
  /** Who can end it; not the server itself. */
  owners: readonly string[];
  /** For a judgment: how many have approved, of how many. */
  approvals?: { given: number; needed: number };
}

/** People first, then what other things end, then time and work. */
const ORDER: readonly Waiting_Kind[] = [
  Waiting_Kind.RESUME, Waiting_Kind.QUEUE, Waiting_Kind.JUDGMENT, Waiting_Kind.WINDOW, Waiting_Kind.EXECUTION, Waiting_Kind.TIMER, Waiting_Kind.TASK,
  Waiting_Kind.STAGES, Waiting_Kind.UNSPECIFIED,
];

/** What an execution waits for, the most telling first. `explained` is what the server says of the execution as a whole. */
export function waitsOf(execution: Execution, explained?: Waiting): Wait[] {
  const whole = wholeWait(execution, explained);
  const children = byParent(execution.stages);
  const waits = execution.stages.filter((stage) => isActive(stage) && !(children.get(stage.id) ?? []).some(isActive)).map(stageWait);
  return [...(whole ? [whole] : []), ...waits.filter((wait) => wait !== undefined)]
    .sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind));
}

function wholeWait(execution: Execution, explained: Waiting | undefined): Wait | undefined {
  const common = { name: execution.displayName, reason: explained?.reason ?? "", until: millis(explained?.until), owners: people(explained?.owners ?? []) };
  if (execution.status === ExecutionStatus.QUEUED) return { ...common, kind: Waiting_Kind.QUEUE };
  if (execution.status === ExecutionStatus.PAUSED) return { ...common, kind: Waiting_Kind.RESUME };
  return undefined;
}

function stageWait(stage: StageExecution): Wait | undefined {
  const { waiting, judgment } = stage;
  if (!waiting) return undefined;
  const approvals = judgment && {
    given: judgment.verdicts.filter((verdict) => verdict.decision === 1).length,
    needed: Math.max(1, judgment.approvals),
  };
  return {
    kind: waiting.kind, stage: stage.id, name: stage.name, until: millis(waiting.until), owners: people(waiting.owners),
    // A judgment's reason repeats its instructions: their first line is enough here.
    reason: firstLine(plain(judgment ? judgment.instructions : waiting.reason)),
    ...(approvals && { approvals }),
  };
}

function people(owners: readonly string[]): string[] {
  return owners.filter((owner) => owner !== "system");
}
