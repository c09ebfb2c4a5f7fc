import type { ExecutionEvent } from "@gennaker/client/gen/execution_event";
import { type StageExecution, Waiting_Kind } from "@gennaker/client/gen/execution";
import { StageStatus } from "@gennaker/client/gen/status";
import { millis, STAGE_LOOKS, type Tone } from "~/ui/index.ts";

/** What a stage does for a while: it waits (for its window, a person, a time), it runs, or it is paused. */
export interface Phase {
  readonly doing: "wait" | "run" | "pause";
  readonly start: number;
  /** Not given while it goes on. */
  readonly end?: number | undefined;
  readonly attempt: number;
  /** How it ended, when it did and the stage is known to have ended with it. */
  readonly tone?: Tone | undefined;
  /** What it waits for, in the server's words. */
  readonly reason?: string | undefined;
}

/** What people have to wait for is a wait; the work of the server and of other executions is none. */
const WAITS: readonly Waiting_Kind[] = [Waiting_Kind.WINDOW, Waiting_Kind.TIMER, Waiting_Kind.JUDGMENT, Waiting_Kind.RESUME];

function doing(stage: StageExecution): Phase["doing"] | undefined {
  switch (stage.status) {
    case StageStatus.WAITING:
      return "wait";
    case StageStatus.PAUSED:
      return "pause";
    case StageStatus.RUNNING:
      return stage.waiting && WAITS.includes(stage.waiting.kind) ? "wait" : "run";
    default:
      return undefined;
  }
}

/** The phases of a stage as far as it tells them itself: one, from its start to its end. The events know more. */
export function phasesOf(stage: StageExecution): Phase[] {
  const start = millis(stage.startTime);
  if (start === undefined) return [];
  const now = doing(stage);
  const phase: Phase = { doing: now ?? "run", start, end: now ? undefined : (millis(stage.endTime) ?? start), attempt: stage.attempt };
  const reason = stage.waiting?.reason;
  return [now ? { ...phase, ...(reason ? { reason } : {}) } : { ...phase, tone: STAGE_LOOKS[stage.status].tone }];
}

/** The phases of all stages, by id, as the events tell them: earlier attempts and waits too. */
export function phasesFrom(events: readonly ExecutionEvent[]): Map<string, Phase[]> {
  const phases = new Map<string, Phase[]>();
  for (const event of events) {
    const time = millis(event.time);
    if (time === undefined) continue;
    for (const stage of event.changed?.stages ?? []) {
      const list = phases.get(stage.id) ?? [];
      phases.set(stage.id, list);
      advance(list, stage, time);
    }
  }
  return phases;
}

/** Goes on with a stage's phases to what it does now. */
function advance(list: Phase[], stage: StageExecution, time: number): void {
  const last = list.at(-1);
  const open = last && last.end === undefined ? last : undefined;
  const now = doing(stage);
  if (open && open.doing === now && open.attempt === stage.attempt) return;
  if (open) list[list.length - 1] = { ...open, end: time, ...(now || stage.status === StageStatus.NOT_STARTED ? {} : { tone: STAGE_LOOKS[stage.status].tone }) };
  if (!now) return;
  const reason = stage.waiting?.reason;
  list.push({ doing: now, start: time, attempt: stage.attempt, ...(reason ? { reason } : {}) });
}

/** How long a stage waited, ran and was paused, in milliseconds. */
export function spent(phases: readonly Phase[], now: number): Record<Phase["doing"], number> {
  const sums = { wait: 0, run: 0, pause: 0 };
  for (const phase of phases) sums[phase.doing] += Math.max(0, (phase.end ?? now) - phase.start);
  return sums;
}
