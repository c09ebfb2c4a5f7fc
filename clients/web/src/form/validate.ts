/** The rules that the server checks, checked as one types. The server is the judge: what can't be told here is left to it. */
import { type FieldDescriptor, FieldDescriptor_Type as Type } from "@gennaker/client/gen/kinds";
import { secondsOfJson } from "./durations.ts";
import { isInstant } from "./instants.ts";
import { isWithin, inside, ownNames, type Place, placeOf, ROOT } from "./paths.ts";
import { matcher } from "./patterns.ts";
import { chosen, partsOf, valueOf } from "./shape.ts";
import { isObject, type JsonObject, type JsonValue, listOf, objectOf } from "./values.ts";

/** A rule that a value does not keep. The text is `form.{rule}`. */
export interface Finding {
  path: string;
  rule: "mustBeSet" | "oneMustBeSet" | "atLeast" | "atMost" | "tooShort" | "tooLong" | "tooFew" | "tooMany" | "noMatch" | "keyNoMatch"
    | "notInteger" | "notNumber" | "notDuration" | "notInstant" | "notChoice" | "wrongType";
  values?: Record<string, string | number>;
}

/** What the form is a part of. */
export interface Scope {
  /** The form is of a stage: texts with `${` are looked at when they were evaluated. */
  stage?: boolean | undefined;
  /** The paths that `Stage.expressions` will set, as they are in the form. */
  expressions?: readonly string[] | undefined;
}

/** What is wrong with the values of a form, in the order of its fields. */
export function validateFields(fields: readonly FieldDescriptor[], value: JsonObject, scope: Scope = {}): Finding[] {
  return new Checker(scope).message(fields, "", value, ROOT);
}

class Checker {
  private readonly findings: Finding[] = [];
  private readonly expressions: readonly string[];

  constructor(private readonly scope: Scope) {
    this.expressions = scope.expressions ?? [];
  }

  message(fields: readonly FieldDescriptor[], parent: string, message: JsonObject, place: Place): Finding[] {
    for (const part of partsOf(fields)) {
      if ("field" in part) {
        this.field(part.field, placeOf(part.field, parent, place), valueOf(part.field, parent, message), inMap(part.field, parent));
        continue;
      }
      const member = chosen(part.members, parent, message);
      if (member) this.field(member, placeOf(member, parent, place), valueOf(member, parent, message), false);
      const left = part.members.some((one) => this.left(placeOf(one, parent, place).path));
      if (!member && part.required && !left) this.report(place.path ? `${place.path}.${part.oneof}` : part.oneof, "oneMustBeSet");
    }
    return this.findings;
  }

  private field(field: FieldDescriptor, place: Place, value: JsonValue | undefined, text: boolean) {
    if (field.outputOnly) return;
    if (isUnset(field, value)) {
      if (field.required && !this.left(place.path)) this.report(place.path, "mustBeSet");
      return;
    }
    if (value === undefined || this.replaced(place.path)) return;
    if (field.repeated) this.elements(field, place, value);
    else if (field.type === Type.MAP) this.entries(field, place, value);
    else this.value(field, place, text ? textValue(field, value) : value);
  }

  private elements(field: FieldDescriptor, place: Place, value: JsonValue) {
    if (!Array.isArray(value)) return this.report(place.path, "wrongType");
    this.count(field, place, value.length);
    value.forEach((element, index) => this.value(field, inside(place, index), element));
  }

  private entries(field: FieldDescriptor, place: Place, value: JsonValue) {
    if (!isObject(value)) return this.report(place.path, "wrongType");
    const entries = Object.entries(value);
    this.count(field, place, entries.length);
    const [described] = field.fields;
    if (!described) return;
    // The rules of a map are for each of its values.
    const { min, max, minLen, maxLen, pattern } = field;
    const rules: FieldDescriptor = { ...described, pattern, ...defined({ min, max, minLen, maxLen }) };
    for (const [key, entry] of entries) {
      const at = inside(place, key);
      if (field.keyPattern && matcher(field.keyPattern)?.test(key) === false) this.report(at.path, "keyNoMatch", { pattern: field.keyPattern });
      this.value(rules, at, entry);
    }
  }

  private count({ minItems, maxItems }: FieldDescriptor, place: Place, count: number) {
    if (minItems !== undefined && count < minItems) this.report(place.path, "tooFew", { min: minItems, count });
    else if (maxItems !== undefined && count > maxItems) this.report(place.path, "tooMany", { max: maxItems, count });
  }

  private value(field: FieldDescriptor, place: Place, value: JsonValue) {
    if (this.replaced(place.path)) return;
    switch (field.type) {
      case Type.MESSAGE:
        if (isObject(value)) this.message(field.fields, field.path, value, place);
        else this.report(place.path, "wrongType");
        return;
      case Type.STRING:
        return this.text(field, place, value);
      case Type.INTEGER:
      case Type.NUMBER:
        return this.number(field, place, value);
      case Type.DURATION:
        return this.duration(field, place, value);
      case Type.TIMESTAMP:
        if (typeof value !== "string" || !isInstant(value)) this.report(place.path, "notInstant");
        return;
      case Type.ENUM:
        if (typeof value === "string" && !field.choices.some((choice) => choice.value === value)) this.report(place.path, "notChoice");
        return;
      case Type.BOOLEAN:
        if (typeof value !== "boolean") this.report(place.path, "wrongType");
        return;
      case Type.STRUCT:
        if (!isObject(value)) this.report(place.path, "wrongType");
        return;
      default:
    }
  }

  private text(field: FieldDescriptor, place: Place, value: JsonValue) {
    if (typeof value !== "string") return this.report(place.path, "wrongType");
    if (value === "" || (this.scope.stage && field.expressionAllowed && value.includes("${"))) return;
    const { minLen, maxLen, pattern, choices } = field;
    const length = [...value].length;
    if (minLen !== undefined && length < minLen) this.report(place.path, "tooShort", { min: minLen, length });
    else if (maxLen !== undefined && length > maxLen) this.report(place.path, "tooLong", { max: maxLen, length });
    else if (pattern && matcher(pattern)?.test(value) === false) this.report(place.path, "noMatch", { pattern });
    else if (choices.length > 0 && !choices.some((choice) => choice.value === value)) this.report(place.path, "notChoice");
  }

  private number(field: FieldDescriptor, place: Place, value: JsonValue) {
    // JSON of the API also writes large whole numbers as texts.
    if (typeof value === "string" && value.includes("${") && this.scope.stage) return;
    const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
    const whole = field.type === Type.INTEGER;
    if (typeof number !== "number" || Number.isNaN(number)) this.report(place.path, whole ? "notInteger" : "notNumber");
    else if (whole && !Number.isInteger(number)) this.report(place.path, "notInteger");
    else this.range(field, place, number, "");
  }

  private duration(field: FieldDescriptor, place: Place, value: JsonValue) {
    const seconds = typeof value === "string" ? secondsOfJson(value) : undefined;
    if (seconds === undefined) this.report(place.path, "notDuration");
    else this.range(field, place, seconds, "s");
  }

  private range({ min, max }: FieldDescriptor, place: Place, number: number, unit: string) {
    if (min !== undefined && number < min) this.report(place.path, "atLeast", { min: `${min}${unit}` });
    else if (max !== undefined && number > max) this.report(place.path, "atMost", { max: `${max}${unit}` });
  }

  /** An expression sets what is at the path, or what it is a part of. */
  private replaced(path: string): boolean {
    return this.expressions.some((expression) => isWithin(path, expression));
  }

  /** The same, or an expression sets a part of it. */
  private left(path: string): boolean {
    return this.expressions.some((expression) => isWithin(path, expression) || isWithin(expression, path));
  }

  private report(path: string, rule: Finding["rule"], values?: Finding["values"]) {
    this.findings.push(values ? { path, rule, values } : { path, rule });
  }
}

/** Whether the server sees the field as not set. */
function isUnset(field: FieldDescriptor, value: JsonValue | undefined): boolean {
  if (value === undefined || value === null) return true;
  if (field.repeated) return listOf(value).length === 0 && Array.isArray(value);
  if (field.type === Type.MAP) return isObject(value) && Object.keys(objectOf(value)).length === 0;
  return value === "" && (field.type === Type.STRING || field.type === Type.ENUM);
}

/** The fields of a kind that the operator defined lie in a map of texts. */
export function inMap(field: FieldDescriptor, parent: string): boolean {
  return ownNames(field, parent).length > 1;
}

/** The value that a text in such a map stands for; the text itself where it stands for none, or is an expression. */
function textValue(field: FieldDescriptor, value: JsonValue): JsonValue {
  if (typeof value !== "string" || value.includes("${")) return value;
  if (field.type === Type.BOOLEAN && (value === "true" || value === "false")) return value === "true";
  return value;
}

function defined(values: Record<string, number | undefined>): Record<string, number> {
  const found: Record<string, number> = {};
  for (const [key, value] of Object.entries(values)) if (value !== undefined) found[key] = value;
  return found;
}
