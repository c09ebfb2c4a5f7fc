/** The document as JSON and YAML text, and back; and where in the text a place of the document is. */
import { isMap, isNode, isPair, isScalar, isSeq, type Node, parseDocument, stringify } from "yaml";
import { isObject, type JsonObject, type JsonValue, type Path } from "./json.ts";

/** A language of the text. */
export type Format = "json" | "yaml";

/** A part of a text, by offsets. */
export interface Range {
  from: number;
  to: number;
}

/** What a text says, or why it says nothing. */
export type Read = { document: JsonObject } | { error: Range & { message: string } };

export function write(document: JsonObject, format: Format): string {
  if (format === "json") return `${JSON.stringify(document, null, 2)}\n`;
  return Object.keys(document).length === 0 ? "" : stringify(document, { lineWidth: 100, aliasDuplicateObjects: false });
}

/** Reads a text. An empty one is an empty document. A file's `kind: Pipeline` is no part of the definition. */
export function read(text: string, format: Format): Read {
  if (text.trim() === "") return { document: {} };
  const parsed = format === "json" ? readJson(text) : readYaml(text);
  if ("error" in parsed) return parsed;
  if (!isObject(parsed.value)) return { error: { from: 0, to: text.length, message: "" } };
  const { kind, ...document } = parsed.value;
  return { document: kind === "Pipeline" || kind === undefined ? document : parsed.value };
}

type Parsed = { value: JsonValue } | { error: Range & { message: string } };

function readJson(text: string): Parsed {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    const message = error instanceof Error ? error.message : "";
    const place = readYaml(text);
    const position = /position (\d+)/.exec(message)?.[1];
    const from = position ? Number(position) : "error" in place ? place.error.from : text.trimEnd().length;
    return { error: { from: Math.min(from, text.length), to: Math.min(from + 1, text.length), message } };
  }
}

function readYaml(text: string): Parsed {
  const parsed = parseDocument(text, { prettyErrors: false });
  const [error] = parsed.errors;
  if (error) return { error: { from: Math.min(error.pos[0], text.length), to: Math.min(error.pos[1], text.length), message: error.message } };
  try {
    return { value: parsed.toJS({ maxAliasCount: 100 }) };
  } catch (failure) {
    return { error: { from: 0, to: text.length, message: failure instanceof Error ? failure.message : "" } };
  }
}

/** Finds places in a text, for as long as it stays the same. JSON is read as the YAML that it is. */
export class Locator {
  readonly #root: Node | null;

  constructor(text: string) {
    this.#root = parseDocument(text, { prettyErrors: false }).contents;
  }

  /** Where a place is; where it isn't in the text, the nearest thing around it. */
  find(path: Path): Range {
    let here: unknown = this.#root;
    let range = rangeOf(here) ?? { from: 0, to: 0 };
    for (const step of path) {
      const next = child(here, step);
      if (!next) return range;
      here = next.value;
      range = next.range ?? range;
    }
    return range;
  }
}

function child(node: unknown, step: string | number): { value: unknown; range: Range | undefined } | undefined {
  if (isSeq(node) && typeof step === "number") {
    const item = node.items[step];
    return item === undefined ? undefined : { value: item, range: firstLine(item) };
  }
  if (!isMap(node)) return undefined;
  const pair = node.items.find((one) => isScalar(one.key) && String(one.key.value) === step);
  if (!pair) return undefined;
  return { value: pair.value, range: isScalar(pair.value) ? rangeOf(pair.value) : rangeOf(pair.key) };
}

/** What stands for a whole object: its first key. */
function firstLine(node: unknown): Range | undefined {
  const [first] = isMap(node) ? node.items : [];
  return isPair(first) ? rangeOf(first.key) : rangeOf(node);
}

function rangeOf(node: unknown): Range | undefined {
  return isNode(node) && node.range ? { from: node.range[0], to: node.range[1] } : undefined;
}
