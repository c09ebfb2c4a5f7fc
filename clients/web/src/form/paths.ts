/** The two names of a field: in the API's files and paths `max_remaining`, in JSON `maxRemaining`. */
import type { FieldDescriptor } from "@gennaker/client/gen/kinds";
import type { Steps } from "./values.ts";

/** The name of a field in JSON. */
export function jsonName(name: string): string {
  return name.replace(/_+([a-z0-9]?)/g, (_, letter: string) => letter.toUpperCase());
}

/** Where a field is: the way to it in the JSON of the form, and its path as the server writes it. */
export interface Place {
  steps: Steps;
  path: string;
}

/** The place of the form itself. */
export const ROOT: Place = { steps: [], path: "" };

/** What a descriptor's path adds to the path of the descriptor that holds it. */
export function ownNames(field: FieldDescriptor, parent: string): string[] {
  return (parent ? field.path.slice(parent.length + 1) : field.path).split(".");
}

/** The place of a field in a message. What follows its first name is the key of a map, whose names stay as they are. */
export function placeOf(field: FieldDescriptor, parent: string, within: Place): Place {
  const [name = "", ...keys] = ownNames(field, parent);
  const own = [name, ...keys].join(".");
  return { steps: [...within.steps, jsonName(name), ...keys], path: within.path ? `${within.path}.${own}` : own };
}

/** The place of an element of a list, or of an entry of a map. */
export function inside(place: Place, key: string | number): Place {
  const own = typeof key === "number" ? `[${key}]` : `.${key}`;
  return { steps: [...place.steps, key], path: place.path + own };
}

/** Whether a path is another one or leads into it. */
export function isWithin(inner: string, outer: string): boolean {
  if (outer === "") return true;
  return inner.startsWith(outer) && (inner.length === outer.length || ".[".includes(inner.charAt(outer.length)));
}

/** What is left of a path after another that it leads into. */
export function pathAfter(path: string, outer: string): string {
  return outer === "" ? path : path.slice(outer.length).replace(/^\./, "");
}

/** The paths of expressions after the elements of a list were moved: `to` gives the new index of each, or undefined for one
 * that is gone. */
export function moveExpressions(expressions: Record<string, string>, list: string, to: (index: number) => number | undefined): Record<string, string> {
  const moved: Record<string, string> = {};
  for (const [path, text] of Object.entries(expressions)) {
    const match = path.startsWith(`${list}[`) ? /^\[(\d+)\]/.exec(path.slice(list.length)) : null;
    if (!match) {
      moved[path] = text;
      continue;
    }
    const index = to(Number(match[1]));
    if (index !== undefined) moved[`${list}[${index}]${path.slice(list.length + match[0].length)}`] = text;
  }
  return moved;
}

/** The expressions without those of a field and what is in it. */
export function withoutExpressions(expressions: Record<string, string>, path: string): Record<string, string> {
  return Object.fromEntries(Object.entries(expressions).filter(([key]) => !isWithin(key, path)));
}
