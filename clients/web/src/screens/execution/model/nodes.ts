/** The stages of an execution as boxes of the graph. */
import type { Timestamp } from "@bufbuild/protobuf/wkt";
import type { StageExecution } from "@gennaker/client/gen/execution";
import { TaskStatus } from "@gennaker/client/gen/status";
import type { GraphNode } from "~/graph/node.ts";
import type { Look } from "~/ui/badge.tsx";
import { JUDGMENT_LOOK, STAGE_LOOKS } from "~/ui/looks.ts";
import { byParent, hasFailed, isActive, isJudgeable } from "./stages.ts";
import { firstLine, plain } from "./text.ts";

/** The words that boxes need. */
export interface NodeWords {
  /** The name of a kind of stage. */
  readonly kind: (kind: string) => string;
  readonly attempt: (number: number) => string;
}

/** What a box shows besides its own stage: it comes from the stages inside. */
interface Inside {
  count: number;
  line: string;
  percent: number | undefined;
  /** When the clock was stopped: the past stands still. */
  stopped: Timestamp | undefined;
}

/** How a stage looks: a judgment that waits for a person is told from other work. */
export function lookOf(stage: StageExecution): Look {
  return isJudgeable(stage) ? JUDGMENT_LOOK : STAGE_LOOKS[stage.status];
}

/**
 * Makes boxes of stages. It gives the same box again for a stage in which nothing has changed that the box shows, so that of a
 * thousand boxes only those are drawn anew that have news.
 */
export class NodeMaker {
  readonly #words: NodeWords;
  readonly #made = new Map<string, { stage: StageExecution; inside: Inside; node: GraphNode }>();

  constructor(words: NodeWords) {
    this.#words = words;
  }

  /** The boxes of the pipeline's own stages; what is inside them is counted, and tells its progress through them. For a state of the
   * past, `stopped` is its time. */
  nodes(stages: readonly StageExecution[], stopped?: Timestamp): GraphNode[] {
    const children = byParent(stages);
    return (children.get("") ?? []).map((stage) => this.#node(stage, { ...insideOf(stage, children), stopped: isActive(stage) ? stopped : undefined }));
  }

  #node(stage: StageExecution, inside: Inside): GraphNode {
    const known = this.#made.get(stage.id);
    if (known && known.stage === stage && same(known.inside, inside)) return known.node;
    const node = this.#make(stage, inside);
    this.#made.set(stage.id, { stage, inside, node });
    return node;
  }

  #make(stage: StageExecution, inside: Inside): GraphNode {
    return {
      id: stage.id, title: stage.name, subtitle: this.#words.kind(stage.kind), dependsOn: stage.dependsOn, look: lookOf(stage),
      elapsed: { start: stage.startTime, end: stage.endTime ?? inside.stopped },
      percent: isActive(stage) ? inside.percent : undefined,
      note: noteOf(stage, inside) || undefined,
      badge: stage.attempt > 1 ? this.#words.attempt(stage.attempt) : undefined,
      inner: inside.count || undefined,
    };
  }
}

function same(a: Inside, b: Inside): boolean {
  return a.count === b.count && a.line === b.line && a.percent === b.percent && a.stopped === b.stopped;
}

/** Why a stage failed or was skipped, what it waits for, or what it does now. */
function noteOf(stage: StageExecution, inside: Inside): string {
  if (stage.failure) return firstLine(stage.failure.message);
  if (stage.skip?.reason) return firstLine(stage.skip.reason);
  if (!isActive(stage)) return "";
  if (stage.judgment) return firstLine(plain(stage.judgment.instructions));
  return inside.line;
}

/** What goes on in a stage and the stages inside it: the innermost that is under way, or that failed, tells. */
function insideOf(stage: StageExecution, children: ReadonlyMap<string, readonly StageExecution[]>): Omit<Inside, "stopped"> {
  const inner = children.get(stage.id) ?? [];
  const count = inner.reduce((sum, child) => sum + 1 + insideOf(child, children).count, 0);
  const telling = inner.find(hasFailed) ?? inner.find(isActive);
  if (telling && isActive(stage)) {
    const told = insideOf(telling, children);
    return { count, line: told.line || telling.name, percent: told.percent };
  }
  const task = stage.tasks.find((one) => one.status === TaskStatus.RUNNING);
  return { count, line: firstLine(task?.message || stage.waiting?.reason || ""), percent: task?.percent };
}
