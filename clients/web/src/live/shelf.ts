/** The executions that a page has, with sorted lists of them by subject. */
import { hasEnded } from "@gennaker/client";
import type { Execution, StageExecution } from "@gennaker/client/gen/execution";
import { isAbout } from "./protocol.ts";

const NONE: readonly Execution[] = [];

/** The executions that a page has. */
export class Shelf {
  readonly #executions = new Map<string, Execution>();
  /** Those that lists don't show: they had ended before anybody watched, and were asked for one by one. */
  readonly #unlisted = new Set<string>();
  readonly #lists = new Map<string, readonly Execution[]>();
  readonly #stages = new WeakMap<Execution, Map<string, StageExecution>>();

  get(name: string): Execution | undefined {
    return this.#executions.get(name);
  }

  all(): Execution[] {
    return [...this.#executions.values()];
  }

  /** Puts an execution in the place of what was known of it. */
  put(execution: Execution, isAsked: boolean): void {
    const { name } = execution;
    if (!hasEnded(execution)) this.#unlisted.delete(name);
    else if (isAsked && !this.#executions.has(name)) this.#unlisted.add(name);
    this.#executions.set(name, execution);
    this.#touch(execution);
  }

  remove(name: string): void {
    const execution = this.#executions.get(name);
    if (!execution) return;
    this.#executions.delete(name);
    this.#unlisted.delete(name);
    this.#touch(execution);
  }

  /** The executions of a subject, newest first; the same array as long as nothing in it has changed. */
  list(subject: string): readonly Execution[] {
    const known = this.#lists.get(subject);
    if (known) return known;
    const found = [...this.#executions.values()].filter(
      (execution) => isAbout(subject, execution) && !this.#unlisted.has(execution.name),
    );
    const list = found.length > 0 ? found.sort(newestFirst) : NONE;
    this.#lists.set(subject, list);
    return list;
  }

  stage(name: string, id: string): StageExecution | undefined {
    const execution = this.#executions.get(name);
    return execution && this.#stagesOf(execution).get(id);
  }

  /** The ids of the stages that differ between two states of an execution. */
  changedStages(before: Execution | undefined, after: Execution): string[] {
    const [old, now] = [before && this.#stagesOf(before), this.#stagesOf(after)];
    const changed = after.stages.filter((stage) => old?.get(stage.id) !== stage).map((stage) => stage.id);
    const gone = before?.stages.filter((stage) => !now.has(stage.id)).map((stage) => stage.id) ?? [];
    return [...changed, ...gone];
  }

  #stagesOf(execution: Execution): Map<string, StageExecution> {
    const known = this.#stages.get(execution);
    if (known) return known;
    const stages = new Map(execution.stages.map((stage) => [stage.id, stage]));
    this.#stages.set(execution, stages);
    return stages;
  }

  #touch(execution: Execution): void {
    for (const subject of this.#lists.keys()) {
      if (isAbout(subject, execution)) this.#lists.delete(subject);
    }
  }
}

/** The ids are ULIDs: they sort by time. */
function newestFirst(one: Execution, other: Execution): number {
  return idOf(one) < idOf(other) ? 1 : -1;
}

function idOf({ name }: Execution): string {
  return name.slice(name.lastIndexOf("/") + 1);
}
