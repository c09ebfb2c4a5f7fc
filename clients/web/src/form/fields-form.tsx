/** A form from the descriptions of its fields, for any kind: the server says what there is. */
import type { FieldDescriptor } from "@gennaker/client/gen/kinds";
import { useMemo, useRef } from "react";
import { useText } from "~/i18n/index.tsx";
import { type Form, type FormContext, FormProvider, type Rewrite } from "./context.tsx";
import { Fields } from "./messages.tsx";
import { isWithin, pathAfter, type Place, ROOT } from "./paths.ts";
import { NO_PROBLEMS, type Problems, problemsOf, together, within } from "./problems.ts";
import { validateFields } from "./validate.ts";
import { type JsonObject, type JsonValue, objectOf, withValue } from "./values.ts";
import "./form.css";

export interface FieldsFormProps {
  /** The descriptions of the fields. */
  fields: readonly FieldDescriptor[];
  /** The value, as JSON of the API. */
  value: JsonObject;
  /** Called with the new value, and the new expressions where there are any. */
  onChange: (value: JsonObject, expressions: Record<string, string>) => void;
  /** What the server says, by the path of the field. */
  problems?: Problems | undefined;
  /** Where the value is, in the paths of `problems` and `expressions`: `deploy` for the configuration of a stage. */
  path?: string | undefined;
  context?: FormContext | undefined;
  /** The expressions for fields that are no texts. Given, every such field can have one. */
  expressions?: Record<string, string> | undefined;
  readOnly?: boolean | undefined;
  /** The rules of the fields are not checked here: somebody else does it. */
  unchecked?: boolean | undefined;
  /** Told of a field whose text is no value yet, which `value` therefore does not have; undefined when it is one. */
  onDraftProblem?: ((path: string, message: string | undefined) => void) | undefined;
}

const NOTHING: FormContext = {};

/** The form. */
export function FieldsForm({ fields, value, onChange, problems = NO_PROBLEMS, path = "", context = NOTHING, expressions, readOnly = false, unchecked, onDraftProblem }: FieldsFormProps) {
  const t = useText();
  const computed = useMemo(() => expressions && inner(expressions, path), [expressions, path]);
  const found = useMemo(() => {
    const findings = unchecked ? [] : validateFields(fields, value, { stage: expressions !== undefined, expressions: Object.keys(computed ?? {}) });
    const own = problemsOf(findings, t);
    // What is known here is newer than what the server said, and in the user's language.
    return together(own, new Map([...within(problems, path)].filter(([at]) => !own.has(at))));
  }, [unchecked, fields, value, computed, problems, path, t, expressions]);

  // Two changes in one event build on each other.
  const current = useRef({ value, expressions: expressions ?? {} });
  current.current = { value, expressions: expressions ?? {} };
  const edit = (place: Place, next: JsonValue | undefined, rewrite?: Rewrite) => {
    const { value: old, expressions: all } = current.current;
    const changed = objectOf(withValue(old, place.steps, next) ?? {});
    const written = rewrite ? { ...outer(all, path), ...prefixed(rewrite(inner(all, path)), path) } : all;
    current.current = { value: changed, expressions: written };
    onChange(changed, written);
  };
  const form: Form = {
    context, problems: found, expressions: computed, readOnly, edit,
    draftProblem: (at, message) => onDraftProblem?.(path ? `${path}.${at}` : at, message),
  };
  return (
    <FormProvider value={form}>
      <div className="form-fields">
        <Fields fields={fields} parent="" message={value} place={ROOT} />
      </div>
    </FormProvider>
  );
}

function inner(expressions: Record<string, string>, path: string): Record<string, string> {
  return Object.fromEntries(Object.entries(expressions).filter(([key]) => isWithin(key, path)).map(([key, text]) => [pathAfter(key, path), text]));
}

function outer(expressions: Record<string, string>, path: string): Record<string, string> {
  return Object.fromEntries(Object.entries(expressions).filter(([key]) => !isWithin(key, path)));
}

function prefixed(expressions: Record<string, string>, path: string): Record<string, string> {
  return Object.fromEntries(Object.entries(expressions).map(([key, text]) => [path ? `${path}.${key}` : key, text]));
}
