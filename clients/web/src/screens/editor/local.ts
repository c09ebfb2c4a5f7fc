/** What the rules of fields say about a whole document, known as soon as it is typed. */
import type { FieldDescriptor, StageKindDescriptor } from "@gennaker/client/gen/kinds";
import { type Finding, jsonName, type Scope, validateFields } from "~/form/index.ts";
import { isObject, type JsonObject } from "./model/json.ts";
import { descriptorOf, type StageJson, stagesOf } from "./model/pipeline.ts";

/** The descriptions of what is in a pipeline. */
export interface Rules {
  kinds: readonly StageKindDescriptor[];
  /** What every stage has. */
  stage: readonly FieldDescriptor[] | undefined;
  /** What a pipeline has besides its stages. */
  pipeline: readonly FieldDescriptor[] | undefined;
}

/** The fields of a pipeline that a form shows: not what is in its address, and not its stages. */
export function settingsOf(fields: readonly FieldDescriptor[]): FieldDescriptor[] {
  return fields.filter((field) => !field.outputOnly && !["name", "etag", "stages"].includes(field.path));
}

/** What the fields of a document break, each with its path in the document as the server writes it. */
export function localFindings(document: JsonObject, rules: Rules): Finding[] {
  const settings = rules.pipeline ? validateFields(settingsOf(rules.pipeline), document) : [];
  return [...settings, ...stagesOf(document).flatMap((stage, index) => under(`stages[${index}]`, ofStage(stage, rules)))];
}

function ofStage(stage: StageJson, rules: Rules): Finding[] {
  const general = rules.stage ? validateFields(rules.stage.filter((field) => field.path !== "expressions"), stage) : [];
  const kind = rules.kinds.find((one) => one.kind === descriptorOf(stage));
  if (!kind) return general;
  const [name = ""] = kind.kind.split("/");
  const content = stage[jsonName(name)];
  return [...general, ...under(name, validateFields(kind.fields, isObject(content) ? content : {}, scopeOf(stage, name)))];
}

/** The expressions that set fields of the kind. */
function scopeOf(stage: StageJson, name: string): Scope {
  const paths = Object.keys(isObject(stage.expressions) ? stage.expressions : {});
  return { stage: true, expressions: paths.filter((path) => path.startsWith(`${name}.`)).map((path) => path.slice(name.length + 1)) };
}

function under(outer: string, findings: readonly Finding[]): Finding[] {
  return findings.map((one) => ({ ...one, path: `${outer}.${one.path}` }));
}
