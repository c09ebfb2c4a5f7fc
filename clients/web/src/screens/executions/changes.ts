/** When lists of executions must be read again. */
import type { Changes } from "~/live/hooks.ts";
import { isActive } from "./strip.ts";

/** Whether an execution has ended, or may have without anybody being able to tell. */
export function hasAnyEnded(changes: Changes): boolean {
  return changes.missed || changes.changes.some(({ before, after }) => !isActive(after) && (!before || isActive(before)));
}
