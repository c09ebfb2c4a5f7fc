/** Between what was read and what is live there is a moment in which an execution can end unseen. */
import type { Execution } from "@gennaker/client/gen/execution";
import { useEffect, useRef } from "react";
import { queryClient } from "~/api/index.ts";
import { useReady } from "~/live/hooks.ts";
import { isActive } from "./strip.ts";

/** Those that were running when they were read, and of which the live ones know nothing: they have ended by now. */
export function forgotten(live: readonly Execution[], read: readonly Execution[]): string[] {
  const known = new Set(live.map(({ name }) => name));
  return read.filter((execution) => isActive(execution) && !known.has(execution.name)).map(({ name }) => name);
}

/** Reads a list again when it has such executions; not twice for the same one. */
export function useForgotten(subject: string, live: readonly Execution[], read: readonly Execution[] | undefined, queryKey: readonly string[]): void {
  const ready = useReady(`executions:${subject}`);
  const asked = useRef(new Set<string>());
  useEffect(() => {
    if (!ready || !read) return;
    const names = forgotten(live, read).filter((name) => !asked.current.has(name));
    if (names.length === 0) return;
    for (const name of names) asked.current.add(name);
    void queryClient.invalidateQueries({ queryKey });
  });
}
