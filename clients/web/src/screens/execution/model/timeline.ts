/** The stages of an execution as rows of the timeline, and its events as positions of the scrubber. */
import type { StageExecution } from "@gennaker/client/gen/execution";
import { ExecutionEventType as Type } from "@gennaker/client/gen/execution_event";
import type { EventRow } from "~/live/index.ts";
import { type Phase, phasesOf } from "~/timeline/phases.ts";
import type { TimelineStage } from "~/timeline/rows.ts";
import { lookOf } from "./nodes.ts";
import { isActive } from "./stages.ts";

/** Makes rows of stages, the same one again for a stage that has not changed. */
export class RowMaker {
  readonly #made = new Map<string, { stage: StageExecution; earlier: number; stopped: number | undefined; row: TimelineStage }>();

  readonly #kind: (kind: string) => string;

  /** `kind` gives the name of a kind of stage. */
  constructor(kind: (kind: string) => string) {
    this.#kind = kind;
  }

  /** The rows. `earlier` are the phases before the last start of each stage; `stopped` is the time of a state of the past. */
  rows(stages: readonly StageExecution[], earlier: ReadonlyMap<string, readonly Phase[]>, stopped: number | undefined): TimelineStage[] {
    return stages.map((stage) => {
      const before = earlier.get(stage.id) ?? [];
      const end = isActive(stage) ? stopped : undefined;
      const known = this.#made.get(stage.id);
      if (known && known.stage === stage && known.earlier === before.length && known.stopped === end) return known.row;
      const now = phasesOf(stage).map((phase) => ({ ...phase, end: phase.end ?? end }));
      const row = { id: stage.id, parent: stage.parent || undefined, title: stage.name, subtitle: this.#kind(stage.kind), look: lookOf(stage), phases: [...before, ...now] };
      this.#made.set(stage.id, { stage, earlier: before.length, stopped: end, row });
      return row;
    });
  }
}

const ENDS: ReadonlySet<Type> = new Set([Type.STAGE_COMPLETED, Type.STAGE_SKIPPED]);

/** What stages did before they were started the last time, as the log tells it. */
export function earlierPhases(rows: readonly EventRow[]): Map<string, Phase[]> {
  const phases = new Map<string, Phase[]>();
  const begun = new Map<string, { start: number; end?: number; attempt: number }>();
  for (const { stage, type, time } of rows) {
    const last = begun.get(stage);
    if (last && ENDS.has(type)) last.end = time;
    if (type !== Type.STAGE_STARTED) continue;
    if (last) {
      const list = phases.get(stage) ?? [];
      phases.set(stage, [...list, { doing: "run", start: last.start, end: last.end ?? time, attempt: last.attempt }]);
    }
    begun.set(stage, { start: time, attempt: (last?.attempt ?? 0) + 1 });
  }
  return phases;
}

/** How many events have happened up to a number. Events come in order, and old ones may be gone. */
export function positionOf(rows: readonly EventRow[], sequence: number): number {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rows[middle]?.sequence ?? 0) <= sequence) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The number of the event at a position, from 1; before the first there is nothing to show, so that it is the first. */
export function sequenceAt(rows: readonly EventRow[], position: number): number | undefined {
  return rows[Math.min(Math.max(position, 1), rows.length) - 1]?.sequence;
}
