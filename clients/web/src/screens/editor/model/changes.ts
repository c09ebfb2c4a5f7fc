/** What is different in two documents, field by field. Paths are those that the server uses for revisions. */
import { equal, isObject, type JsonObject, type JsonValue } from "./json.ts";

/** A field that is different. Undefined means that it wasn't there, or isn't any more. */
export interface Change {
  path: string;
  before: JsonValue | undefined;
  after: JsonValue | undefined;
}

export function changes(before: JsonObject, after: JsonObject): Change[] {
  const found: Change[] = [];
  compare("", before, after, found);
  return found;
}

function compare(path: string, before: JsonValue | undefined, after: JsonValue | undefined, found: Change[]) {
  if (equal(before, after)) return;
  const [old, fresh] = [parts(before), parts(after)];
  if (!old || !fresh) {
    found.push({ path, before, after });
    return;
  }
  for (const key of [...new Set([...old.keys(), ...fresh.keys()])].sort()) {
    const dot = path === "" || key.startsWith("[") ? "" : ".";
    compare(`${path}${dot}${key}`, old.get(key), fresh.get(key), found);
  }
}

/** The parts of an object or a list, by what follows the path to it; undefined for what has no parts to tell apart. */
function parts(value: JsonValue | undefined): Map<string, JsonValue> | undefined {
  if (isObject(value)) return new Map(Object.entries(value));
  if (!Array.isArray(value)) return undefined;
  const found = new Map<string, JsonValue>();
  value.forEach((element, index) => {
    const name = isObject(element) ? [element.id, element.name].find((one) => typeof one === "string") : undefined;
    found.set(`[${typeof name === "string" ? name : index}]`, element);
  });
  return found.size === value.length ? found : undefined;
}

/** The documents with a definition like this one, as a file that can be applied. */
export function asFile(document: JsonObject, name: string): JsonObject {
  return { kind: "Pipeline", name, ...document };
}
