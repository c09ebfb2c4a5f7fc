/** When lists of executions must be read again. */
import type { QueryKey } from "@tanstack/react-query";
import { useEffect } from "react";
import { queryClient } from "~/api/queries.ts";
import { type Changes, useReady } from "~/live/hooks.ts";
import { isActive } from "./strip.ts";

/** Whether an execution has ended, or may have without anybody being able to tell. */
export function hasAnyEnded(changes: Changes): boolean {
  return changes.missed || changes.changes.some(({ before, after }) => !isActive(after) && (!before || isActive(before)));
}

/** Reads a list again once its executions are followed: what ended between the first reading and then is told by nobody. */
export function useCaughtUp(subject: string, queryKey: QueryKey): void {
  const ready = useReady(`executions:${subject}`);
  const key = JSON.stringify(queryKey);
  useEffect(() => {
    if (ready) void queryClient.invalidateQueries({ queryKey: JSON.parse(key) });
  }, [ready, key]);
}
