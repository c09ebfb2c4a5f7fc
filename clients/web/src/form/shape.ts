/** What of a message's fields is shown, and in which groups. */
import { type FieldDescriptor, FieldDescriptor_Type as Type } from "@gennaker/client/gen/kinds";
import { jsonName, ownNames } from "./paths.ts";
import { type JsonObject, type JsonValue, valueAt } from "./values.ts";

/** One field, or the fields of a oneof, of which one is chosen. */
export type Part = { field: FieldDescriptor } | { oneof: string; required: boolean; members: readonly FieldDescriptor[] };

/** The parts of a form, in the order of the fields; a oneof stands where its first field does. */
export function partsOf(fields: readonly FieldDescriptor[]): Part[] {
  const parts: Part[] = [];
  const seen = new Set<string>();
  for (const field of fields) {
    if (!field.oneof) parts.push({ field });
    else if (!seen.has(field.oneof)) {
      seen.add(field.oneof);
      const members = fields.filter((other) => other.oneof === field.oneof);
      parts.push({ oneof: field.oneof, required: field.oneofRequired, members });
    }
  }
  return parts;
}

/** The value of a field in the message that holds it. */
export function valueOf(field: FieldDescriptor, parent: string, message: JsonObject): JsonValue | undefined {
  const [name = "", ...keys] = ownNames(field, parent);
  return valueAt(message, [jsonName(name), ...keys]);
}

/** The member of a oneof that is set. */
export function chosen(members: readonly FieldDescriptor[], parent: string, message: JsonObject): FieldDescriptor | undefined {
  return members.find((member) => valueOf(member, parent, message) !== undefined);
}

/** What a form shows for a member of a oneof that was just chosen. */
export function startValue(field: FieldDescriptor): JsonValue {
  if (field.repeated) return [];
  switch (field.type) {
    case Type.MESSAGE:
    case Type.MAP:
    case Type.STRUCT:
      return {};
    case Type.INTEGER:
    case Type.NUMBER:
      return field.min ?? 0;
    case Type.BOOLEAN:
      return false;
    case Type.ENUM:
      return field.choices[0]?.value ?? "";
    case Type.DURATION:
      return "0s";
    default:
      return "";
  }
}

/** Whether a field is shown: its `visible_when` names another field of the message and the value that it must have. */
export function isVisible(field: FieldDescriptor, siblings: readonly FieldDescriptor[], parent: string, message: JsonObject): boolean {
  const rule = /^([a-z0-9_]+)=(.*)$/.exec(field.visibleWhen);
  if (!rule) return true;
  const [, name = "", wanted] = rule;
  const other = siblings.find((sibling) => ownNames(sibling, parent).join(".") === name);
  const value = message[jsonName(name)] ?? (other ? unsetText(other) : "");
  return String(value) === wanted;
}

/** The text of what an unset field counts as. */
function unsetText(field: FieldDescriptor): string {
  if (field.defaultValue) return field.defaultValue;
  switch (field.type) {
    case Type.BOOLEAN:
      return "false";
    case Type.INTEGER:
    case Type.NUMBER:
      return "0";
    default:
      return "";
  }
}

/** Whether a field takes a text as it is: the only ones that hold expressions themselves. */
export function isText(field: FieldDescriptor): boolean {
  return field.type === Type.STRING;
}

/** The descriptor of one element of a list. */
export function elementOf(field: FieldDescriptor): FieldDescriptor {
  return { ...field, repeated: false, required: false };
}

/** A title for the fields of a oneof, whose own name is all that is known of it. */
export function titleOf(oneof: string): string {
  const words = oneof.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
