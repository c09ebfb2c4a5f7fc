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
  /** The stage that the server would run. */
  stage: JsonObject;
  start: (reason: string) => Promise<Execution | undefined>;
}

/** The operation that does something to a server group. */
export function operationOn(group: ServerGroup, action: Action): Operation {
  return { title: lastId(group.name), stage: stageOf(group, action), start: (reason) => start(group, action, reason) };
}

/** The operation that rolls a cluster back in some of its regions. */
export function clusterRollback(group: ServerGroup, regions: readonly string[]): Operation {
  const { account, cluster } = group;
  return {
    title: cluster,
    stage: { rollbackCluster: { target: { account, cluster, regions: [...regions] } } },
    start: async (reason) => (await api.infrastructure.rollbackCluster({ name: clusterName(group), regions: [...regions], reason, requestId: requestId() })).execution,
  };
}

function stageOf(group: ServerGroup, action: Action): JsonObject {
  const target = { account: group.account, region: group.region, serverGroup: lastId(group.name) };
  switch (action.kind) {
    case "resize": return { resizeServerGroup: { target, resize: resizeJson(action.resize) } };
    case "enable": return { enableServerGroup: { target } };
    case "disable": return { disableServerGroup: { target } };
    case "destroy": return { destroyServerGroup: { target } };
    case "rollback": return { rollbackServerGroup: { target, restoreServerGroup: action.to } };
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
