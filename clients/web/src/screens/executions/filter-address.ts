/** The filter of a list of executions as it stands in the address, so that it can be kept and passed on. */
import { useMemo } from "react";
import { useSearchParams } from "wouter";
import { type ExecutionFilter, readStatuses, timeRange } from "./filter.ts";

/** The names in the address. */
export const FILTER_NAMES = ["status", "pipeline", "cause", "trigger", "actor", "text", "since"] as const;
export type FilterName = (typeof FILTER_NAMES)[number];

/** The filter, and how one part or all of it is changed. The filter is the same object as long as the address is the same. */
export function useExecutionFilter(): { filter: ExecutionFilter; values: Record<FilterName, string>; set: (changes: Partial<Record<FilterName, string>>) => void } {
  const [parameters, setParameters] = useSearchParams();
  const key = FILTER_NAMES.map((name) => parameters.get(name) ?? "").join("\n");
  return useMemo(() => {
    const [status = "", pipeline = "", cause = "", trigger = "", actor = "", text = "", since = ""] = key.split("\n");
    const filter = { statuses: readStatuses(status), pipeline, cause, trigger, actor, text, ...timeRange(since, Date.now()) };
    const set = (changes: Partial<Record<FilterName, string>>) => setParameters((before) => {
      const next = new URLSearchParams(before);
      for (const [name, value] of Object.entries(changes)) {
        if (value) next.set(name, value);
        else next.delete(name);
      }
      return next;
    }, { replace: true });
    return { filter, values: { status, pipeline, cause, trigger, actor, text, since }, set };
  }, [key, setParameters]);
}
