/** Edits that are not saved yet, kept in the browser by pipeline, so that none is lost. */
import type { Format } from "./text.ts";
import { isObject, type JsonObject, type JsonValue } from "./json.ts";

/** An unsaved document, and what it began from. */
export interface Draft {
  document: JsonObject;
  base: JsonObject;
  /** The etag of the pipeline that it began from; empty for one that is to be made. */
  etag: string;
  /** A text that could not be read, with its language. */
  text?: { format: Format; content: string } | undefined;
  /** When it was changed last, in milliseconds. */
  when: number;
}

const KEY = "gennaker.draft.";

/** The draft of a pipeline. */
export function draftOf(name: string, storage: Storage = localStorage): Draft | undefined {
  try {
    const value: JsonValue = JSON.parse(storage.getItem(KEY + name) ?? "null");
    if (!isObject(value)) return undefined;
    const { document, base, etag, when, text } = value;
    if (!isObject(document) || !isObject(base) || typeof etag !== "string" || typeof when !== "number") return undefined;
    return { document, base, etag, when, text: textOf(text) };
  } catch {
    return undefined;
  }
}

function textOf(value: JsonValue | undefined): Draft["text"] {
  if (!isObject(value) || typeof value.content !== "string") return undefined;
  return { format: value.format === "yaml" ? "yaml" : "json", content: value.content };
}

/** Keeps a draft; says whether the browser had room for it. */
export function keepDraft(name: string, draft: Draft, storage: Storage = localStorage): boolean {
  try {
    storage.setItem(KEY + name, JSON.stringify(draft));
    return true;
  } catch {
    return false;
  }
}

export function dropDraft(name: string, storage: Storage = localStorage): void {
  try {
    storage.removeItem(KEY + name);
  } catch {
    // A browser that keeps nothing has nothing to remove.
  }
}
