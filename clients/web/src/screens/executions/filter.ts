/** Which executions a list shows: as people choose it, as the server is asked for it, and as what is live is sorted by it. */
import { Cause_Kind, type Execution } from "@gennaker/client/gen/execution";
import { ExecutionStatus } from "@gennaker/client/gen/status";
import { lastId } from "~/api/names.ts";
import { millis } from "~/ui/time.ts";

/** The causes that can be asked for, by their names in the API. */
export const CAUSES = ["MANUAL", "TRIGGER", "PARENT", "OPERATION"] as const;

/** A filter; what is empty leaves everything. */
export interface ExecutionFilter {
  statuses: readonly ExecutionStatus[];
  /** The id of a pipeline. */
  pipeline: string;
  cause: string;
  /** The id of a trigger. */
  trigger: string;
  actor: string;
  text: string;
  from?: number | undefined;
  before?: number | undefined;
}

const HOUR = 3_600_000;
const SPANS: Record<string, number> = { hour: HOUR, day: 24 * HOUR, week: 168 * HOUR };

/** The time of a filter: `hour`, `day` and `week` reach back from now, `2026-11-24T08:00Z..2026-11-25T08:00Z` is itself. */
export function timeRange(since: string, now: number): { from?: number | undefined; before?: number | undefined } {
  const span = SPANS[since];
  // Whole minutes: what is asked for stays the same for a while.
  if (span) return { from: Math.floor((now - span) / 60_000) * 60_000 };
  const [from, before] = since.split("..").map((text) => Date.parse(text));
  return { from: from || undefined, before: before || undefined };
}

const ACTIVE: readonly ExecutionStatus[] = [ExecutionStatus.QUEUED, ExecutionStatus.RUNNING, ExecutionStatus.PAUSED];
const ENDED: readonly ExecutionStatus[] = [ExecutionStatus.SUCCEEDED, ExecutionStatus.TERMINAL, ExecutionStatus.CANCELED];
/** The statuses to choose from, in the order to show them in. */
export const STATUSES = [...ACTIVE, ...ENDED];

/** The statuses of an address: `running,terminal`. What is none is left out. */
export function readStatuses(text: string): ExecutionStatus[] {
  const words = text.toUpperCase().split(",");
  return STATUSES.filter((status) => words.includes(ExecutionStatus[status]));
}

/** The same as a part of an address. */
export function writeStatuses(statuses: readonly ExecutionStatus[]): string {
  return STATUSES.filter((status) => statuses.includes(status)).map((status) => ExecutionStatus[status].toLowerCase()).join(",");
}

/** A value as the server reads it. It has no way to write a double quote. */
function quoted(value: string): string {
  return `"${value.replaceAll('"', "")}"`;
}

/** What the server is asked for: the executions that have ended. Undefined where the filter wants none of those. */
export function endedTerms(filter: ExecutionFilter): string | undefined {
  const statuses = filter.statuses.filter((status) => ENDED.includes(status));
  if (filter.statuses.length > 0 && statuses.length === 0) return undefined;
  return [
    "active=false",
    statuses.length > 0 && `status=${statuses.map((status) => ExecutionStatus[status]).join(",")}`,
    filter.pipeline && `pipeline=${filter.pipeline}`,
    filter.cause && `cause=${filter.cause}`,
    filter.trigger && `trigger=${filter.trigger}`,
    filter.actor && `actor=${quoted(filter.actor)}`,
    filter.text && `text=${quoted(filter.text)}`,
    filter.from && `created>=${new Date(filter.from).toISOString()}`,
    filter.before && `created<${new Date(filter.before).toISOString()}`,
  ].filter(Boolean).join(" ");
}

/** Whether an execution is one that the server would find. */
export function matches(filter: ExecutionFilter, execution: Execution): boolean {
  const { cause } = execution;
  const created = millis(execution.createTime) ?? 0;
  return (filter.statuses.length === 0 || filter.statuses.includes(execution.status))
    && fits(filter.pipeline, execution.pipeline)
    && (!filter.cause || (cause !== undefined && Cause_Kind[cause.kind] === filter.cause))
    && fits(filter.trigger, cause?.trigger ?? "")
    && (!filter.actor || cause?.actor === filter.actor)
    && created >= (filter.from ?? 0) && created < (filter.before ?? Infinity)
    && hasText(execution, filter.text.toLowerCase());
}

function fits(wanted: string, name: string): boolean {
  return !wanted || wanted === name || (name !== "" && wanted === lastId(name));
}

function hasText(execution: Execution, text: string): boolean {
  if (!text) return true;
  const { name, displayName, pipeline, cause, parameters } = execution;
  const texts = [displayName, lastId(name), lastId(pipeline), lastId(cause?.trigger ?? ""), cause?.actor ?? "", cause?.reason ?? "", ...Object.values(parameters)];
  return texts.some((one) => one.toLowerCase().includes(text));
}

/** Whether anything is filtered at all. */
export function isFiltered(filter: ExecutionFilter): boolean {
  const { statuses, ...rest } = filter;
  return statuses.length > 0 || Object.values(rest).some(Boolean);
}
