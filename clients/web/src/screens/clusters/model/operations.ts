/** Which executions have to do with which server groups: those that work on one now, and the one that made it. */
import type { Execution, StageExecution } from "@gennaker/client/gen/execution";
import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import type { ServerGroup } from "@gennaker/client/gen/server_group";
import { ExecutionStatus } from "@gennaker/client/gen/status";
import { lastId } from "~/api/names.ts";
import { isObject, listOf } from "~/form/values.ts";
import { hasEnded, isActive } from "~/screens/executions/strip.ts";

/** A stage of an execution that works on a server group, or failed to. */
export interface Work {
  execution: Execution;
  stage: StageExecution;
}

/**
 * What works on server groups now, by `account/region/name`, and by `account/region/cluster` what works on whole clusters. An
 * operation that failed stays until a newer one is there. `executions` come newest first.
 */
export function workOn(executions: readonly Execution[]): Map<string, Work> {
  const found = new Map<string, Work>();
  for (const execution of executions) {
    for (const stage of execution.stages) {
      const isLast = isActive(execution) ? isUnderWay(stage) : execution.pipeline === "";
      if (!isLast) continue;
      for (const key of keysOf(stage)) if (!found.has(key)) found.set(key, { execution, stage });
    }
  }
  for (const [key, { execution }] of found) {
    if (!isActive(execution) && execution.status !== ExecutionStatus.TERMINAL) found.delete(key);
  }
  return found;
}

function isUnderWay(stage: StageExecution): boolean {
  return stage.startTime !== undefined && !hasEnded(stage);
}

/** What works on one server group. */
export function workOf(group: ServerGroup, work: ReadonlyMap<string, Work>): Work | undefined {
  const place = `${group.account}/${group.region}`;
  return work.get(`${place}/${lastId(group.name)}`) ?? work.get(`${place}/${group.cluster}`);
}

/** The execution that made each server group, by `account/region/name`, as far as the executions tell. */
export function makersOf(executions: readonly Execution[]): Map<string, Execution> {
  const makers = new Map<string, Execution>();
  for (const execution of executions) {
    for (const { kind, outputs } of execution.stages) {
      if (kind !== "create_server_group" && kind !== "clone_server_group") continue;
      const key = [outputs?.account, outputs?.region, outputs?.server_group].filter((part) => typeof part === "string").join("/");
      if (key && !makers.has(key)) makers.set(key, execution);
    }
  }
  return makers;
}

/** The key of a server group in these maps. */
export function workKey({ account, region, name }: Pick<ServerGroup, "account" | "region" | "name">): string {
  return `${account}/${region}/${lastId(name)}`;
}

function keysOf({ inputs, outputs }: StageExecution): string[] {
  const target = objectAt(inputs, "target") ?? objectAt(inputs, "source");
  const account = text(target?.account);
  const regions = [text(target?.region), ...listOf(target?.regions).map(text)].filter(Boolean);
  const names = [text(target?.serverGroup), text(target?.cluster), text(inputs?.restoreServerGroup)].filter(Boolean);
  const keys = regions.flatMap((region) => names.map((name) => `${account}/${region}/${name}`));
  const made = [text(outputs?.account), text(outputs?.region), text(outputs?.server_group)];
  return made.every(Boolean) ? [...keys, made.join("/")] : keys;
}

function objectAt(object: JsonObject | undefined, key: string): JsonObject | undefined {
  const value = object?.[key];
  return isObject(value) ? value : undefined;
}

function text(value: JsonValue | undefined): string {
  return typeof value === "string" ? value : "";
}
