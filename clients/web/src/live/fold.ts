/** The fold: an execution or infrastructure, and what changed, give what it is now. What did not change keeps its identity. */
import type { Execution } from "@gennaker/client/gen/execution";
import type { ExecutionEvent } from "@gennaker/client/gen/execution_event";
import type { InfrastructureDelta, InfrastructureSnapshot } from "@gennaker/client/gen/infrastructure_service";

export function applyEvent(execution: Execution, event: ExecutionEvent): Execution {
  if (event.sequence <= execution.sequence) return execution;
  const changed = event.changed ?? execution;
  const removed = new Set(event.removedStages);
  const stages = event.changed ? put(execution.stages, event.changed.stages, (stage) => stage.id) : execution.stages;
  const errands = event.changed ? put(execution.errands, event.changed.errands, (errand) => errand.id) : execution.errands;
  return {
    ...changed,
    sequence: event.sequence,
    stages: removed.size > 0 ? stages.filter((stage) => !removed.has(stage.id)) : stages,
    errands,
  };
}

export function applyInfrastructure(known: InfrastructureSnapshot, delta: InfrastructureDelta): InfrastructureSnapshot {
  const removed = new Set(delta.removed);
  const fold = <T extends { name: string }>(old: T[], changed: T[]) =>
    put(removed.size > 0 ? old.filter(({ name }) => !removed.has(name)) : old, changed, ({ name }) => name);
  return {
    ...known,
    revision: delta.revision,
    serverGroups: fold(known.serverGroups, delta.serverGroups),
    instances: fold(known.instances, delta.instances),
    loadBalancers: fold(known.loadBalancers, delta.loadBalancers),
    firewalls: fold(known.firewalls, delta.firewalls),
    unreachable: delta.unreachable,
  };
}

function put<T, K>(old: T[], changed: T[], key: (item: T) => K): T[] {
  if (changed.length === 0) return old;
  const fresh = new Map(changed.map((item) => [key(item), item]));
  const kept = old.map((item) => {
    const now = fresh.get(key(item));
    fresh.delete(key(item));
    return now ?? item;
  });
  return [...kept, ...fresh.values()];
}
