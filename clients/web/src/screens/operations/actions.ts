/** What people did, as executions, pipelines and triggers tell it. */
import { Cause_Kind, type Execution, Judgment_Decision, type StageExecution } from "@gennaker/client/gen/execution";
import type { Pipeline } from "@gennaker/client/gen/pipeline";
import type { Trigger } from "@gennaker/client/gen/trigger";
import type { Timestamp } from "@bufbuild/protobuf/wkt";
import { lastId, screenOf, stageScreen } from "~/api/names.ts";
import { millis } from "~/ui/time.ts";

/** The sorts of actions. */
export type ActionKind = "started" | "operated" | "canceled" | "paused" | "approved" | "rejected" | "skipped" | "savedPipeline" | "savedTrigger";

/** Something that somebody did. */
export interface Action {
  key: string;
  kind: ActionKind;
  actor: string;
  /** In milliseconds. */
  time: number;
  /** What it was done to: its name, and the address of its screen. */
  label: string;
  to: string;
  /** The resource that it belongs to. */
  name: string;
  /** Why, in the person's words. */
  reason: string;
}

/** Actions of the server itself, for a condition that did not hold for instance, are nobody's. */
const NOBODY = new Set(["", "system"]);

/** The actions on executions, pipelines and triggers, the last first. */
export function actionsOf(executions: readonly Execution[], pipelines: readonly Pipeline[], triggers: readonly Trigger[]): Action[] {
  const actions = [
    ...executions.flatMap(ofExecution),
    ...pipelines.map((pipeline) => saved("savedPipeline", pipeline)),
    ...triggers.map((trigger) => saved("savedTrigger", trigger)),
  ];
  return actions.filter(({ actor, time }) => !NOBODY.has(actor) && time > 0).sort((a, b) => b.time - a.time);
}

function ofExecution(execution: Execution): Action[] {
  const { name, cause, cancellation, pause, createTime } = execution;
  const about = { name, label: execution.displayName || lastId(execution.pipeline) || lastId(name), to: screenOf(name) };
  const action = (kind: ActionKind, actor: string, time: Timestamp | undefined, reason = ""): Action =>
    ({ ...about, key: `${name} ${kind}`, kind, actor, time: millis(time) ?? 0, reason });
  const actions = execution.stages.flatMap((stage) => ofStage(about, stage));
  if (cause?.kind === Cause_Kind.MANUAL) actions.push(action("started", cause.actor, createTime, cause.reason));
  if (cause?.kind === Cause_Kind.OPERATION) actions.push(action("operated", cause.actor, createTime, cause.reason));
  if (cancellation) actions.push(action("canceled", cancellation.actor, cancellation.time, cancellation.reason));
  if (pause) actions.push(action("paused", pause.actor, pause.time));
  return actions;
}

function ofStage({ name, label }: { name: string; label: string }, stage: StageExecution): Action[] {
  const about = { name, label: `${label} / ${stage.name || stage.id}`, to: stageScreen(name, stage.id) };
  const actions = (stage.judgment?.verdicts ?? []).map(({ decision, judge, time, input, comment }, index): Action => ({
    ...about, key: `${name} ${stage.id} verdict ${index}`, actor: judge, time: millis(time) ?? 0,
    kind: decision === Judgment_Decision.STOP ? "rejected" : "approved", reason: [input, comment].filter(Boolean).join(": "),
  }));
  if (stage.skip) {
    const { actor, time, reason } = stage.skip;
    actions.push({ ...about, key: `${name} ${stage.id} skip`, kind: "skipped", actor, time: millis(time) ?? 0, reason });
  }
  return actions;
}

function saved(kind: ActionKind, { name, displayName, updateActor, updateTime, revision }: Pipeline | Trigger): Action {
  return { key: `${name} ${revision}`, kind, actor: updateActor, time: millis(updateTime) ?? 0, label: displayName || lastId(name), to: screenOf(name), name, reason: "" };
}

/** The people who did something, by name. */
export function actorsOf(actions: readonly Action[]): string[] {
  return [...new Set(actions.map(({ actor }) => actor))].sort((a, b) => a.localeCompare(b));
}
