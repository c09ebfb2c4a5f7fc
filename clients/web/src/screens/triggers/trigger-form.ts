/** The form of a trigger: its fields as JSON of the API, and how they become a trigger again. */
import { fromJson, type JsonObject, type JsonValue, toJson } from "@bufbuild/protobuf";
import type { FieldDescriptor } from "@gennaker/client/gen/kinds";
import { type Trigger, TriggerSchema } from "@gennaker/client/gen/trigger";
import { jsonName } from "~/form/index.ts";

/** What a form holds. */
export interface TriggerForm {
  id: string;
  kind: string;
  /** The fields that every trigger has. */
  common: JsonObject;
  /** The fields of the kind. */
  source: JsonObject;
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}

/** Fields that people write; the others are the server's, or said elsewhere in the form. */
export function writable(fields: readonly FieldDescriptor[]): FieldDescriptor[] {
  return fields.filter((field) => !field.outputOnly && field.path !== "name" && field.path !== "etag");
}

function only(value: JsonObject, fields: readonly FieldDescriptor[]): JsonObject {
  const names = new Set(writable(fields).map((field) => jsonName(field.path)));
  return Object.fromEntries(Object.entries(value).filter(([name]) => names.has(name)));
}

/** The form of a trigger that is there. */
export function formOf(trigger: Trigger, id: string, common: readonly FieldDescriptor[], source: readonly FieldDescriptor[]): TriggerForm {
  const json = objectOf(toJson(TriggerSchema, trigger));
  const kind = trigger.source.case ?? "";
  return { id, kind, common: only(json, common), source: only(objectOf(json[kind]), source) };
}

/** The trigger of a form. */
export function triggerOf({ common, kind, source }: TriggerForm, name: string, etag: string): Trigger {
  return fromJson(TriggerSchema, { ...common, [kind]: source, ...(name && { name }), ...(etag && { etag }) });
}
