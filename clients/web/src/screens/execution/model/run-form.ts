/** The form that starts a pipeline: what it holds, and how it becomes a request. */
import { fromJson, type JsonValue } from "@bufbuild/protobuf";
import { type Artifact, ArtifactSchema } from "@gennaker/client/gen/artifact";
import { type Parameter, Parameter_Type } from "@gennaker/client/gen/pipeline";

/** The values of a form, as people typed them. */
export interface RunForm {
  parameters: Readonly<Record<string, string>>;
  /** A list of artifacts as JSON; empty for none. */
  artifacts: string;
  reason: string;
}

/** How a parameter is asked for. */
export type Asked = "choice" | "boolean" | "text" | "integer" | "number" | "date";

export function askedAs(parameter: Parameter): Asked {
  if (parameter.options.length > 0) return "choice";
  switch (parameter.type) {
    case Parameter_Type.BOOLEAN: return "boolean";
    case Parameter_Type.INTEGER: return "integer";
    case Parameter_Type.NUMBER: return "number";
    case Parameter_Type.DATE: return "date";
    default: return "text";
  }
}

/** The values that a form begins with: those of another run, as far as the pipeline still has the parameters, over the defaults. */
export function beginForm(parameters: readonly Parameter[], values: Readonly<Record<string, string>> = {}, artifacts = ""): RunForm {
  return { parameters: Object.fromEntries(parameters.map((one) => [one.name, values[one.name] ?? one.defaultValue ?? ""])), artifacts, reason: "" };
}

/** The values to send. A field that is left empty is not sent where it has no default: the server says what is missing. */
export function sent(parameters: readonly Parameter[], form: RunForm): Record<string, string> {
  const given = parameters.map((one): [Parameter, string] => [one, form.parameters[one.name] ?? ""]);
  return Object.fromEntries(given.filter(([one, value]) => value !== "" || (askedAs(one) === "text" && one.defaultValue)).map(([one, value]) => [one.name, value]));
}

/** The artifacts of the form; throws what is wrong with the text. */
export function readArtifacts(text: string): Artifact[] {
  if (text.trim() === "") return [];
  const value: JsonValue = JSON.parse(text);
  return (Array.isArray(value) ? value : [value]).map((one) => fromJson(ArtifactSchema, one));
}

/** What the server did not accept, by field: `reason`, `artifacts`, or the name of a parameter under `parameters`. */
export interface FormProblems {
  parameters: Readonly<Record<string, string>>;
  artifacts?: string;
  reason?: string;
  /** What belongs to no field of the form. */
  others: readonly string[];
}

/** Sorts violations to the fields of the form. */
export function problemsOf(violations: readonly { field: string; description: string }[], parameters: readonly Parameter[]): FormProblems {
  const names = new Set(parameters.map((one) => one.name));
  const found: { parameters: Record<string, string>; artifacts?: string; reason?: string; others: string[] } = { parameters: {}, others: [] };
  for (const { field, description } of violations) {
    const name = parameterOf(field);
    if (name !== undefined && names.has(name)) found.parameters[name] ??= description;
    else if (/^artifacts\b/.test(field)) found.artifacts ??= `${field}: ${description}`;
    else if (field === "reason") found.reason ??= description;
    else found.others.push(field ? `${field}: ${description}` : description);
  }
  return found;
}

/** The name of a parameter in the path of a field: `parameters.size`, `parameters["image.tag"]`. */
function parameterOf(field: string): string | undefined {
  return /^parameters\.(.+)$/.exec(field)?.[1] ?? /^parameters\["?(.+?)"?\]$/.exec(field)?.[1];
}
