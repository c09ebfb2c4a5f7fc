/** The inputs of a stage beside the expressions that they came from. */
import type { JsonObject, JsonValue } from "@bufbuild/protobuf";

/** One value that a stage got, by its path in the kind's message. */
export interface InputRow {
  path: string;
  value: JsonValue;
  /** The text with expressions that the value came from; not set where the value was written as it is. */
  source?: string;
}

/** The inputs with their sources, leaf by leaf. `defined` is the kind's message as it was saved, as JSON, and `expressions`
 * are the stage's computed fields, `wait.duration` for instance. */
export function inputRows(inputs: JsonObject, defined: JsonValue | undefined, expressions: Readonly<Record<string, string>>): InputRow[] {
  const computed = new Map(Object.entries(expressions).map(([path, source]) => [camel(path.slice(path.indexOf(".") + 1)), source]));
  const sources = new Map(leaves(defined ?? null, "").filter(([, value]) => isExpression(value)).map(([path, value]) => [path, String(value)]));
  const sourceOf = (path: string) => computed.get(path) ?? sources.get(path) ?? variable(defined, path);
  const rows = leaves(inputs, "").filter(([path, value]) => !isEmpty(value) || sourceOf(path)).map(([path, value]) => row(path, value, sourceOf(path)));
  return foldComputed(rows, inputs, computed);
}

function row(path: string, value: JsonValue, source: string | undefined): InputRow {
  return source === undefined ? { path, value } : { path, value, source };
}

/** A computed field may be a whole message or list: it is one row then, not one a leaf. */
function foldComputed(rows: readonly InputRow[], inputs: JsonObject, computed: ReadonlyMap<string, string>): InputRow[] {
  const folded = [...computed.keys()].filter((path) => !rows.some((one) => one.path === path) && at(inputs, path) !== undefined);
  const inside = (path: string) => folded.some((parent) => path.startsWith(`${parent}.`) || path.startsWith(`${parent}[`));
  return [...rows.filter((one) => !inside(one.path)), ...folded.map((path) => row(path, at(inputs, path) ?? null, computed.get(path)))];
}

/** What `evaluateVariables` calls by name was written as a list. */
function variable(defined: JsonValue | undefined, path: string): string | undefined {
  const name = /^variables\.([^.[]+)$/.exec(path)?.[1];
  const list = name !== undefined && isObject(defined) ? defined.variables : undefined;
  if (!Array.isArray(list)) return undefined;
  const found = list.find((one) => isObject(one) && one.name === name);
  return isObject(found) && isExpression(found.value ?? null) ? String(found.value) : undefined;
}

/** Every value that holds no other, with its path: `clusters[0].image`. Empty lists and messages are values too. */
export function leaves(value: JsonValue, path: string): [path: string, value: JsonValue][] {
  if (Array.isArray(value) && value.length > 0) return value.flatMap((item, index) => leaves(item, `${path}[${index}]`));
  if (isObject(value) && Object.keys(value).length > 0) {
    return Object.entries(value).flatMap(([key, item]) => leaves(item, path ? `${path}.${key}` : key));
  }
  return path ? [[path, value]] : [];
}

/** Whether a text has an expression in it. */
export function isExpression(value: JsonValue): boolean {
  return typeof value === "string" && value.includes("${");
}

function at(value: JsonValue | undefined, path: string): JsonValue | undefined {
  return path.split(/[.[\]]+/).filter(Boolean).reduce<JsonValue | undefined>((inner, key) => {
    if (Array.isArray(inner)) return inner[Number(key)];
    return isObject(inner) ? inner[key] : undefined;
  }, value);
}

/** Paths of computed fields are written as in the schema, values as in JSON. */
function camel(path: string): string {
  return path.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function isEmpty(value: JsonValue): boolean {
  return value === null || value === "" || (typeof value === "object" && Object.keys(value).length === 0);
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
