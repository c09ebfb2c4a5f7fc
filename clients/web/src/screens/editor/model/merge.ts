/**
 * Merging two changed documents with the one that both began from. Stages are told apart by their ids, parameters by
 * their names; what only one side changed is taken, and what both changed differently is a conflict.
 */
import { equal, isObject, type JsonObject, type JsonValue } from "./json.ts";

/** Which side is taken in a conflict. */
export type Side = "mine" | "theirs";

/** Something that both sides changed, differently. `path` names elements by their ids. */
export interface Conflict {
  path: string;
  base: JsonValue | undefined;
  mine: JsonValue | undefined;
  theirs: JsonValue | undefined;
}

/** What a merge gave. */
export interface Merged {
  document: JsonObject;
  conflicts: Conflict[];
}

type Value = JsonValue | undefined;

/** Merges. Conflicts without a choice keep mine. */
export function merge(base: JsonObject, mine: JsonObject, theirs: JsonObject, choices: ReadonlyMap<string, Side> = new Map()): Merged {
  const merger = new Merger(choices);
  const document = merger.value("", base, mine, theirs);
  return { document: isObject(document) ? document : {}, conflicts: merger.conflicts };
}

class Merger {
  readonly conflicts: Conflict[] = [];
  readonly #choices: ReadonlyMap<string, Side>;

  constructor(choices: ReadonlyMap<string, Side>) {
    this.#choices = choices;
  }

  value(path: string, base: Value, mine: Value, theirs: Value): Value {
    if (equal(mine, theirs) || equal(theirs, base)) return mine;
    if (equal(mine, base)) return theirs;
    if (isObject(mine) && isObject(theirs)) return this.#object(path, isObject(base) ? base : {}, mine, theirs);
    const [before, left, right] = [keyed(base ?? []), keyed(mine), keyed(theirs)];
    if (before && left && right) return this.#list(path, before, left, right);
    this.conflicts.push({ path, base, mine, theirs });
    return this.#choices.get(path) === "theirs" ? theirs : mine;
  }

  #object(path: string, base: JsonObject, mine: JsonObject, theirs: JsonObject): JsonObject {
    const merged: JsonObject = {};
    for (const key of new Set([...Object.keys(mine), ...Object.keys(theirs)])) {
      const value = this.value(path === "" ? key : `${path}.${key}`, own(base, key), own(mine, key), own(theirs, key));
      if (value !== undefined) merged[key] = value;
    }
    return merged;
  }

  #list(path: string, base: Keyed, mine: Keyed, theirs: Keyed): Value {
    const merged: JsonValue[] = [];
    for (const key of order(base, mine, theirs)) {
      const value = this.value(`${path}[${key}]`, base.get(key), mine.get(key), theirs.get(key));
      if (value !== undefined) merged.push(value);
    }
    return merged.length > 0 ? merged : undefined;
  }
}

function own(object: JsonObject, key: string): Value {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

type Keyed = ReadonlyMap<string, JsonValue>;

/** The elements of a list by what tells them apart: an id, a name, or the text itself. Undefined where nothing does. */
function keyed(value: Value): Keyed | undefined {
  if (!Array.isArray(value)) return undefined;
  const elements = new Map<string, JsonValue>();
  for (const element of value) {
    const key = isObject(element) ? (element.id ?? element.name) : element;
    if (typeof key !== "string" || key === "" || elements.has(key)) return undefined;
    elements.set(key, element);
  }
  return elements;
}

/** The keys of both sides: in the order of mine where only mine moved them, and in that of theirs otherwise. */
function order(base: Keyed, mine: Keyed, theirs: Keyed): string[] {
  const common = [...base.keys()].filter((key) => mine.has(key) && theirs.has(key));
  const moved = [...theirs.keys()].filter((key) => common.includes(key)).some((key, index) => key !== common[index]);
  const [first, second] = moved ? [theirs, mine] : [mine, theirs];
  const keys = [...first.keys()];
  let after = -1;
  for (const key of second.keys()) {
    const index = keys.indexOf(key);
    if (index >= 0) after = index;
    else keys.splice(++after, 0, key);
  }
  return keys;
}
