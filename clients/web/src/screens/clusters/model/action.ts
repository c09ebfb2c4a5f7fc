/** What can be done to server groups: as a stage for the server's plan, and as a call. */
import type { JsonObject } from "@bufbuild/protobuf";
import type { Execution } from "@gennaker/client/gen/execution";
import type { ServerGroup } from "@gennaker/client/gen/server_group";
import { api, lastId, requestId } from "~/api/index.ts";
import { clusterName } from "./names.ts";

/** How a capacity is changed. */
export type Resize =
  | { mode: "exact"; min: number; desired: number; max: number }
  | { mode: "up" | "down"; unit: "count" | "percent"; by: number };

/** Something to do to one server group. */
export type Action =
  | { kind: "resize"; resize: Resize }
  | { kind: "enable" }
  | { kind: "disable" }
  | { kind: "destroy" }
  | { kind: "rollback"; to: string };

/** An operation: what it does, to what, and how it is begun. */
export interface Operation {
  /** What it is about, for people. */
  title: string;
  /** What it does, as stages, each with the name of what it is about. */
  stages: readonly JsonObject[];
  start: (reason: string) => Promise<Execution | undefined>;
}

/** The operation that does something to a server group. */
export function operationOn(group: ServerGroup, action: Action): Operation {
  return { title: lastId(group.name), stages: stagesOf(group, action), start: (reason) => start(group, action, reason) };
}

/** The operation that rolls a cluster back in some of its regions, which are the steps that it takes one after the other. */
export function clusterRollback(group: ServerGroup, regions: readonly string[], steps: readonly { group: ServerGroup; action: Action }[]): Operation {
  return {
    title: group.cluster,
    stages: steps.flatMap((step) => stagesOf(step.group, step.action)),
    start: async (reason) => (await api.infrastructure.rollbackCluster({ name: clusterName(group), regions: [...regions], reason, requestId: requestId() })).execution,
  };
}

/** A rollback is what it consists of: its own plan would depend on what only a run finds out. */
function stagesOf(group: ServerGroup, action: Action): JsonObject[] {
  const { account, region, capacity } = group;
  const name = lastId(group.name);
  const at = (serverGroup: string) => ({ account, region, serverGroup });
  switch (action.kind) {
    case "resize": return [{ name, resizeServerGroup: { target: at(name), resize: resizeJson(action.resize) } }];
    case "enable": return [{ name, enableServerGroup: { target: at(name) } }];
    case "disable": return [{ name, disableServerGroup: { target: at(name) } }];
    case "destroy": return [{ name, destroyServerGroup: { target: at(name) } }];
    case "rollback": return [
      { name: action.to, enableServerGroup: { target: at(action.to) } },
      { name: action.to, resizeServerGroup: { target: at(action.to), resize: { exact: { min: capacity?.min ?? 0, desired: capacity?.desired ?? 0, max: capacity?.max ?? 0 } } } },
      { name, disableServerGroup: { target: at(name) } },
    ];
  }
}

function resizeJson(resize: Resize): JsonObject {
  if (resize.mode === "exact") return { exact: { min: resize.min, desired: resize.desired, max: resize.max } };
  return { [resize.mode === "up" ? "scaleUp" : "scaleDown"]: { [resize.unit]: resize.by } };
}

async function start({ name }: ServerGroup, action: Action, reason: string): Promise<Execution | undefined> {
  const call = { name, reason, requestId: requestId() };
  switch (action.kind) {
    case "resize": return (await api.infrastructure.resizeServerGroup({ ...call, resize: { action: resizeMessage(action.resize) } })).execution;
    case "enable": return (await api.infrastructure.enableServerGroup(call)).execution;
    case "disable": return (await api.infrastructure.disableServerGroup(call)).execution;
    case "destroy": return (await api.infrastructure.destroyServerGroup(call)).execution;
    case "rollback": return (await api.infrastructure.rollbackServerGroup({ ...call, restoreServerGroup: action.to })).execution;
  }
}

function resizeMessage(resize: Resize) {
  if (resize.mode === "exact") return { case: "exact" as const, value: { min: resize.min, desired: resize.desired, max: resize.max } };
  return { case: resize.mode === "up" ? "scaleUp" as const : "scaleDown" as const, value: { by: { case: resize.unit, value: resize.by } } };
}
