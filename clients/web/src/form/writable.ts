/** Resources as the value of a form: only what people write. */
import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import type { FieldDescriptor } from "@gennaker/client/gen/kinds";
import { jsonName } from "./paths.ts";
import { objectOf } from "./values.ts";

/** The fields that people write: the others are the server's, or say which resource it is and which version of it. */
export function writableFields(fields: readonly FieldDescriptor[]): FieldDescriptor[] {
  return fields.filter((field) => !field.outputOnly && field.path !== "name" && field.path !== "etag");
}

/** Of a resource's JSON what its form holds. */
export function writableValue(json: JsonValue | undefined, fields: readonly FieldDescriptor[]): JsonObject {
  const names = new Set(writableFields(fields).map((field) => jsonName(field.path)));
  return Object.fromEntries(Object.entries(objectOf(json)).filter(([name]) => names.has(name)));
}
