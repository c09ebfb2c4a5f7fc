/** Tells typing in one field from other changes, for the history. */
import { changes } from "./changes.ts";
import type { JsonObject } from "./json.ts";

/** What is being typed in, if that is all that has changed: a single value that is no object and no list. */
export function typedIn(before: JsonObject, after: JsonObject): string | undefined {
  const [first, ...others] = changes(before, after);
  if (!first || others.length > 0) return undefined;
  const plain = [first.before, first.after].every((value) => value === undefined || typeof value === "string" || typeof value === "number");
  return plain ? first.path : undefined;
}
