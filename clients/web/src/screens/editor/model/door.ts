/**
 * The door between the document and the API: proto JSON to messages and back. What a message can't hold is told by its
 * place and left out of what is sent; the document keeps it.
 */
import { type DescField, type DescMessage, fromJson, toBinary, toJson } from "@bufbuild/protobuf";
import { type Pipeline, PipelineSchema } from "@gennaker/client/gen/pipeline";
import { isObject, type JsonObject, type JsonValue, type Path } from "./json.ts";

/** What is not part of the definition: its name, and what the server writes. */
const OUTSIDE = ["name", "etag", "revision", "createTime", "updateTime", "updateActor"];

/** Something that a message can't hold. */
export interface Refusal {
  path: Path;
  why: "unknown" | "wrong" | "both";
  /** The words of the decoder, or the other field of a choice. */
  detail: string;
}

/** A document as a message, and what did not get into it. */
export interface Passed {
  pipeline: Pipeline;
  refusals: Refusal[];
}

/** The document of a pipeline of the server. */
export function documentOf(pipeline: Pipeline): JsonObject {
  const json = toJson(PipelineSchema, pipeline);
  if (!isObject(json)) return {};
  return Object.fromEntries(Object.entries(json).filter(([key]) => !OUTSIDE.includes(key)));
}

/** Whether a pipeline has fields that this page does not know, as one of a newer server may: editing would lose them. */
export function hasUnknownFields(pipeline: Pipeline): boolean {
  const known = fromJson(PipelineSchema, toJson(PipelineSchema, pipeline));
  return toBinary(PipelineSchema, known).length !== toBinary(PipelineSchema, pipeline).length;
}

/** The message of a document. */
export function pass(document: JsonObject, name: string): Passed {
  const refusals: Refusal[] = [];
  const clean = cleaned(PipelineSchema, document, [], refusals);
  const pipeline = fromJson(PipelineSchema, clean);
  pipeline.name = name;
  return { pipeline, refusals };
}

/** The document in the usual order and spelling of fields; as it is where a message can't hold it. */
export function canonical(document: JsonObject): JsonObject {
  const { pipeline, refusals } = pass(document, "");
  return refusals.length > 0 ? document : documentOf(pipeline);
}

/** The object without what its message can't hold. */
function cleaned(message: DescMessage, object: JsonObject, path: Path, refusals: Refusal[]): JsonObject {
  const clean: JsonObject = {};
  const chosen = new Map<string, string>();
  for (const [key, value] of Object.entries(object)) {
    const field = message.fields.find((one) => one.jsonName === key || one.name === key);
    const here = [...path, key];
    if (!field || (path.length === 0 && OUTSIDE.includes(field.jsonName))) {
      refusals.push({ path: here, why: "unknown", detail: key });
      continue;
    }
    const other = field.oneof && value !== null && chosen.get(field.oneof.name);
    if (other) {
      refusals.push({ path: here, why: "both", detail: other });
      continue;
    }
    if (field.oneof) chosen.set(field.oneof.name, key);
    const held = cleanValue(field, key, value, here, refusals);
    if (held !== undefined) clean[key] = held;
  }
  return clean;
}

/** The message inside of a field whose parts are checked one by one; those with a JSON form of their own are not. */
function messageOf(field: DescField): DescMessage | undefined {
  const message = "message" in field ? field.message : undefined;
  return message && !message.typeName.startsWith("google.protobuf.") ? message : undefined;
}

function cleanValue(field: DescField, key: string, value: JsonValue, path: Path, refusals: Refusal[]): JsonValue | undefined {
  const message = messageOf(field);
  if (message && field.fieldKind === "message" && isObject(value)) return cleaned(message, value, path, refusals);
  if (message && field.fieldKind === "list" && Array.isArray(value) && value.every(isObject)) {
    return value.map((one, index) => cleaned(message, one, [...path, index], refusals));
  }
  if (message && field.fieldKind === "map" && isObject(value) && Object.values(value).every(isObject)) {
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, isObject(one) ? cleaned(message, one, [...path, name], refusals) : one]));
  }
  try {
    fromJson(field.parent, { [key]: value });
    return value;
  } catch (error) {
    refusals.push({ path, why: "wrong", detail: error instanceof Error ? error.message : "" });
    return undefined;
  }
}
