/** JSON values, changed by making new ones: what did not change stays the same object. */
import type { JsonObject, JsonValue } from "@bufbuild/protobuf";

export type { JsonObject, JsonValue } from "@bufbuild/protobuf";

/** A way into a JSON value: keys of objects and indices of lists. */
export type Steps = readonly (string | number)[];

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value as an object; an empty one where it is none. */
export function objectOf(value: JsonValue | undefined): JsonObject {
  return isObject(value) ? value : {};
}

/** The value as a list; an empty one where it is none. */
export function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? value : [];
}

/** What is at the end of a way. */
export function valueAt(value: JsonValue | undefined, steps: Steps): JsonValue | undefined {
  return steps.reduce<JsonValue | undefined>((inside, step) => {
    if (typeof step === "number") return Array.isArray(inside) ? inside[step] : undefined;
    return isObject(inside) && Object.hasOwn(inside, step) ? inside[step] : undefined;
  }, value);
}

/** The value with something else at the end of a way; undefined takes it away. Objects on the way are made. */
export function withValue(value: JsonValue | undefined, steps: Steps, next: JsonValue | undefined): JsonValue | undefined {
  const [step, ...rest] = steps;
  if (step === undefined) return next;
  if (typeof step === "number") {
    const list = [...listOf(value)];
    const element = withValue(list[step], rest, next);
    if (element === undefined) list.splice(step, 1);
    else list[step] = element;
    return list;
  }
  const { [step]: old, ...others } = objectOf(value);
  const inside = withValue(old, rest, next);
  if (inside === undefined) return others;
  // The order of the keys stays, so that a text of it changes in one place.
  return Object.hasOwn(objectOf(value), step) ? { ...objectOf(value), [step]: inside } : { ...others, [step]: inside };
}
