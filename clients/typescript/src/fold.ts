/**
 * What is known, and what changed, give what is now. Nothing is changed in place, and what did not change keeps its
 * identity: two values can be compared by `===`.
 */
import type { ExecutionEvent } from "./gen/gennaker/v1/execution_event_pb.ts";
import type { Execution } from "./gen/gennaker/v1/execution_pb.ts";
import type { InfrastructureDelta, InfrastructureSnapshot } from "./gen/gennaker/v1/infrastructure_service_pb.ts";
import { ExecutionStatus } from "./gen/gennaker/v1/status_pb.ts";

/** The execution after an event. An event that the execution has in it already gives the same execution back. */
export function applyEvent(execution: Execution, event: ExecutionEvent): Execution {
  if (event.sequence <= execution.sequence) return execution;
  const removed = new Set(event.removedStages);
  const stages = put(execution.stages, event.changed?.stages ?? [], (stage) => stage.id);
  return {
    ...(event.changed ?? execution),
    sequence: event.sequence,
    stages: without(stages, removed, (stage) => stage.id),
    errands: put(execution.errands, event.changed?.errands ?? [], (errand) => errand.id),
  };
}

/** The infrastructure after a delta. A delta that is older than the snapshot gives the same snapshot back. */
export function applyInfrastructure(snapshot: InfrastructureSnapshot, delta: InfrastructureDelta): InfrastructureSnapshot {
  if (delta.revision < snapshot.revision) return snapshot;
  const removed = new Set(delta.removed);
  const fold = <T extends { name: string }>(known: T[], changed: T[]) =>
    without(put(known, changed, nameOf), removed, nameOf);
  return {
    ...snapshot,
    revision: delta.revision,
    serverGroups: fold(snapshot.serverGroups, delta.serverGroups),
    instances: fold(snapshot.instances, delta.instances),
    loadBalancers: fold(snapshot.loadBalancers, delta.loadBalancers),
    firewalls: fold(snapshot.firewalls, delta.firewalls),
    unreachable: delta.unreachable,
  };
}

/** Whether an execution has ended. A retry of one of its stages can open it again. */
export function hasEnded(execution: Pick<Execution, "status">): boolean {
  switch (execution.status) {
    case ExecutionStatus.SUCCEEDED:
    case ExecutionStatus.TERMINAL:
    case ExecutionStatus.CANCELED:
      return true;
    default:
      return false;
  }
}

function nameOf(item: { name: string }): string {
  return item.name;
}

/** Puts each item in the place of the one with the same key, or at the end. */
function put<T, K>(known: T[], changed: T[], keyOf: (item: T) => K): T[] {
  if (changed.length === 0) return known;
  const fresh = new Map(changed.map((item) => [keyOf(item), item]));
  const result = known.slice();
  for (let place = 0; place < known.length && fresh.size > 0; place++) {
    const key = keyOf(result[place]!);
    const item = fresh.get(key);
    if (item === undefined) continue;
    result[place] = item;
    fresh.delete(key);
  }
  for (const item of fresh.values()) result.push(item);
  return result;
}

function without<T, K>(items: T[], removed: ReadonlySet<K>, keyOf: (item: T) => K): T[] {
  if (removed.size === 0 || !items.some((item) => removed.has(keyOf(item)))) return items;
  return items.filter((item) => !removed.has(keyOf(item)));
}
