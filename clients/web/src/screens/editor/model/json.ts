/** JSON values, read and changed without ever touching the original. */
import type { JsonObject, JsonValue } from "@bufbuild/protobuf";

export type { JsonObject, JsonValue } from "@bufbuild/protobuf";

/** A place in a document: the keys and indices that lead to it. */
export type Path = readonly (string | number)[];

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The objects of a list; empty where there is no list. */
export function objects(value: JsonValue | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** The texts of a list; empty where there is no list. */
export function texts(value: JsonValue | undefined): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}

/** A text; empty where there is none. */
export function text(value: JsonValue | undefined): string {
  return typeof value === "string" ? value : "";
}

/** The object with a field set, or without it when the value is undefined. The order of the fields stays. */
export function withField(object: JsonObject, key: string, value: JsonValue | undefined): JsonObject {
  if (value !== undefined) return { ...object, [key]: value };
  const { [key]: _, ...rest } = object;
  return rest;
}

/** What is at a place; undefined where there is nothing. */
export function at(value: JsonValue | undefined, path: Path): JsonValue | undefined {
  let here = value;
  for (const step of path) {
    if (Array.isArray(here) && typeof step === "number") here = here[step];
    else if (isObject(here) && Object.hasOwn(here, step)) here = here[step];
    else return undefined;
  }
  return here;
}

/** Whether two values are the same JSON; the order of fields does not matter. */
export function equal(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((one, index) => equal(one, b[index]));
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && equal(a[key], b[key]));
}

/** Changes every text inside a value. A value without a changed text is given back as it is. */
export function mapTexts(value: JsonValue, change: (text: string, path: Path) => string, path: Path = []): JsonValue {
  if (typeof value === "string") return change(value, path);
  if (Array.isArray(value)) {
    const mapped = value.map((one, index) => mapTexts(one, change, [...path, index]));
    return mapped.some((one, index) => one !== value[index]) ? mapped : value;
  }
  if (!isObject(value)) return value;
  const mapped = Object.entries(value).map(([key, one]) => [key, mapTexts(one, change, [...path, key])] as const);
  return mapped.some(([key, one]) => one !== value[key]) ? Object.fromEntries(mapped) : value;
}
