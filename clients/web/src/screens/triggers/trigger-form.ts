/** The form of a trigger: its fields as JSON of the API, and how they become a trigger again. */
import { fromJson, type JsonObject, toJson } from "@bufbuild/protobuf";
import type { FieldDescriptor } from "@gennaker/client/gen/kinds";
import { type Trigger, TriggerSchema } from "@gennaker/client/gen/trigger";
import { objectOf } from "~/form/values.ts";
import { writableValue } from "~/form/writable.ts";

/** What a form holds. */
export interface TriggerForm {
  id: string;
  kind: string;
  /** The fields that every trigger has. */
  common: JsonObject;
  /** The fields of the kind. */
  source: JsonObject;
}

/** The form of a trigger that is there. */
export function formOf(trigger: Trigger, id: string, common: readonly FieldDescriptor[], source: readonly FieldDescriptor[]): TriggerForm {
  const json = objectOf(toJson(TriggerSchema, trigger));
  const kind = trigger.source.case ?? "";
  return { id, kind, common: writableValue(json, common), source: writableValue(json[kind], source) };
}

/** The trigger of a form. */
export function triggerOf({ common, kind, source }: TriggerForm, name: string, etag: string): Trigger {
  return fromJson(TriggerSchema, { ...common, [kind]: source, ...(name && { name }), ...(etag && { etag }) });
}
