/** What an action would do to the server groups as they are now: capacity and traffic before and after, and what to beware of. */
import type { TrafficGuard } from "@gennaker/client/gen/application";
import type { ServerGroup } from "@gennaker/client/gen/server_group";
import { lastId } from "~/api/names.ts";
import type { TextKey } from "~/i18n/index.tsx";
import type { Action, Resize } from "./action.ts";
import { placeOf } from "./names.ts";
import { siblings } from "./tree.ts";

/** The weight of a server group that gets traffic again; servers begin with it. */
const WEIGHT = 100;

/** The numbers of instances. */
export interface Numbers {
  min: number;
  desired: number;
  max: number;
}

/** A server group with what would become of it. */
export interface Change {
  group: ServerGroup;
  /** Undefined when it is gone then. */
  capacity: Numbers | undefined;
  disabled: boolean;
  /** The parts of the traffic before and after. */
  shareBefore: number;
  share: number;
}

/** Something to know before it is done. */
export interface Warning {
  tone: "failed" | "waiting" | "idle";
  text: TextKey;
  values: Record<string, string | number>;
}

/** What would become of everything that is touched. */
export interface Effect {
  changes: readonly Change[];
  warnings: readonly Warning[];
}

/** A step of it: an action on one server group. */
export interface Step {
  group: ServerGroup;
  action: Action;
}

/** The effect of steps, if nothing else happens. */
export function effectOf(steps: readonly Step[], all: readonly ServerGroup[], guards: readonly TrafficGuard[]): Effect {
  const places = new Map(steps.map(({ group }) => [placeOf(group), siblings(group, all)]));
  const changes = [...places.values()].flatMap((groups) => {
    const after = groups.map((group) => changeOf(group, steps));
    const weights = after.map(({ group, disabled, capacity }) => (disabled || !capacity ? 0 : group.weight || WEIGHT));
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return after.map((change, index) => ({ ...change, share: sum === 0 ? 0 : (weights[index] ?? 0) / sum }));
  });
  return { changes: changes.filter((change) => isTouched(change, steps)), warnings: [...inertWarnings(steps), ...placeWarnings(places, changes, guards)] };
}

/** The other server group of the cluster that a rollback goes to by itself: the newest. */
export function previousOf(group: ServerGroup, all: readonly ServerGroup[]): ServerGroup | undefined {
  return siblings(group, all).find(({ name }) => name !== group.name);
}

/** What a rollback of a cluster does in each region: from the newest enabled server group to the newest other one. */
export function rollbackSteps(groups: readonly ServerGroup[], regions: readonly string[]): Step[] {
  return regions.flatMap((region) => {
    const here = groups.filter((group) => group.region === region);
    const from = here[0] && siblings(here[0], here).find(({ disabled }) => !disabled);
    const to = from && previousOf(from, here);
    return from && to ? [{ group: from, action: { kind: "rollback" as const, to: lastId(to.name) } }] : [];
  });
}

/** A capacity after a change, as the server reckons it. */
export function resized({ min, desired, max }: Numbers, resize: Resize): Numbers {
  if (resize.mode === "exact") return { min: resize.min, desired: Math.min(Math.max(resize.desired, resize.min), resize.max), max: resize.max };
  const step = (value: number) => (resize.unit === "count" ? resize.by : Math.ceil((value * resize.by) / 100));
  const apply = (value: number) => Math.max(0, resize.mode === "up" ? value + step(value) : value - step(value));
  return { min: apply(min), desired: apply(desired), max: apply(max) };
}

/** The capacity of a server group. */
export function capacityOf({ capacity }: ServerGroup): Numbers {
  return { min: capacity?.min ?? 0, desired: capacity?.desired ?? 0, max: capacity?.max ?? 0 };
}

function changeOf(group: ServerGroup, steps: readonly Step[]): Change {
  const before = { group, capacity: capacityOf(group), disabled: group.disabled, shareBefore: group.disabled ? 0 : group.trafficShare, share: 0 };
  const own = steps.find((step) => step.group.name === group.name)?.action;
  const backTo = steps.find((step) => step.action.kind === "rollback" && placeOf(step.group) === placeOf(group) && step.action.to === lastId(group.name));
  if (backTo) return { ...before, capacity: largest(before.capacity, capacityOf(backTo.group)), disabled: false };
  switch (own?.kind) {
    case "resize": return { ...before, capacity: resized(before.capacity, own.resize) };
    case "enable": return { ...before, disabled: false };
    case "disable": return { ...before, disabled: true };
    case "rollback": return { ...before, disabled: true };
    case "destroy": return { ...before, capacity: undefined, disabled: true };
    case undefined: return before;
  }
}

function largest(a: Numbers, b: Numbers): Numbers {
  return { min: Math.max(a.min, b.min), desired: Math.max(a.desired, b.desired), max: Math.max(a.max, b.max) };
}

function isTouched({ group, share, shareBefore }: Change, steps: readonly Step[]): boolean {
  return Math.abs(share - shareBefore) > 0.001 || steps.some((step) => step.group.name === group.name || (step.action.kind === "rollback" && step.action.to === lastId(group.name)));
}

/** Steps that change nothing. */
function inertWarnings(steps: readonly Step[]): Warning[] {
  return steps.flatMap(({ group, action }): Warning[] => {
    if (action.kind === "enable" && !group.disabled) return [{ tone: "idle", text: "clusters.alreadyEnabled", values: { name: lastId(group.name) } }];
    if (action.kind === "disable" && group.disabled) return [{ tone: "idle", text: "clusters.alreadyDisabled", values: { name: lastId(group.name) } }];
    return [];
  });
}

/** What becomes of the traffic of each cluster and region. */
function placeWarnings(places: ReadonlyMap<string, readonly ServerGroup[]>, changes: readonly Change[], guards: readonly TrafficGuard[]): Warning[] {
  return [...places.values()].flatMap((groups): Warning[] => {
    const [any] = groups;
    const before = groups.filter(serves).length;
    const here = changes.filter(({ group }) => groups.includes(group));
    if (!any || before === 0 || here.some(({ group, capacity, disabled }) => capacity && !disabled && (serves(group) ? capacity.desired > 0 : group.disabled))) return [];
    const values = { cluster: any.cluster, region: any.region };
    const guarded = guards.some((guard) => isGuarded(guard, any));
    return [guarded ? { tone: "failed", text: "clusters.guardRefuses", values } : { tone: "waiting", text: "clusters.leavesNone", values }];
  });
}

/** Whether it has healthy instances that take traffic. */
function serves({ disabled, instanceCounts }: ServerGroup): boolean {
  return !disabled && (instanceCounts?.up ?? 0) > 0;
}

/** Whether a traffic guard is about the cluster of a server group. */
function isGuarded(guard: TrafficGuard, { account, region, moniker }: ServerGroup): boolean {
  const is = (wanted: string, value: string) => wanted === "*" || wanted === value;
  return !guard.disabled && is(guard.account, account) && is(guard.region, region) && is(guard.stack, moniker?.stack ?? "") && is(guard.detail, moniker?.detail ?? "");
}
