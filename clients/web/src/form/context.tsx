/** What a form knows about the place that it stands in, and how its controls change the value. */
import { createContext, use } from "react";
import type { Place } from "./paths.ts";
import type { Problems } from "./problems.ts";
import type { JsonObject, JsonValue } from "./values.ts";

/** A stage of the pipeline, as far as other stages refer to it. */
export interface StageSummary {
  id: string;
  name?: string | undefined;
  /** The kind: `deploy`, or `custom/NAME` for one that the operator defined. */
  kind?: string | undefined;
  dependsOn?: readonly string[] | undefined;
}

/** Something with an id and what it is called. */
export interface Named {
  id: string;
  label?: string | undefined;
  help?: string | undefined;
}

/** What is around the form: for the choices of fields, the completion of expressions and their preview. */
export interface FormContext {
  /** The id of the application. */
  application?: string | undefined;
  /** The stages of the pipeline. */
  stages?: readonly StageSummary[] | undefined;
  /** The id of the stage that the form is of. */
  stage?: string | undefined;
  /** The parameters of the pipeline. */
  parameters?: readonly Named[] | undefined;
  /** The expected artifacts of the pipeline and of its stages. */
  expectedArtifacts?: readonly Named[] | undefined;
  /** The name of an execution with which expressions are tried. */
  previewExecution?: string | undefined;
}

/** Changes the paths of expressions together with the values that they belong to. */
export type Rewrite = (expressions: Record<string, string>) => Record<string, string>;

/** What the controls of a form share. */
export interface Form {
  context: FormContext;
  problems: Problems;
  /** The expressions for fields that are no texts, by path; undefined where there can't be any. */
  expressions: Record<string, string> | undefined;
  readOnly: boolean;
  /** Sets the value of a field; undefined takes it away. */
  edit: (place: Place, value: JsonValue | undefined, rewrite?: Rewrite) => void;
  /** Keeps a text that is no value yet from being forgotten. */
  draftProblem: (path: string, message: string | undefined) => void;
}

const Shared = createContext<Form | undefined>(undefined);
export const FormProvider = Shared;

/** The form that a control is in. */
export function useForm(): Form {
  const form = use(Shared);
  if (!form) throw new Error("there is no FieldsForm above");
  return form;
}

/** The messages that a control is in, the nearest first: an account chosen in one of them says whose regions to list. */
export const ScopeContext = createContext<readonly JsonObject[]>([]);

/** A text of the nearest message that has it. */
export function nearest(scope: readonly JsonObject[], ...names: string[]): string {
  for (const message of scope) {
    for (const name of names) {
      const value = message[name];
      const text = Array.isArray(value) ? value[0] : value;
      if (typeof text === "string" && text && !text.includes("${")) return text;
    }
  }
  return "";
}
