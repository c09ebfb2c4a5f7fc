/** The form of a stage: what every stage has, and what its kind has. */
import type { StageKindDescriptor } from "@gennaker/client/gen/kinds";
import { useState } from "react";
import { useText } from "~/i18n/index.tsx";
import { Icon, Spinner } from "~/ui/index.ts";
import type { FormContext } from "./context.tsx";
import { FieldsForm } from "./fields-form.tsx";
import { pick, useResourceFields, useStageKinds, without } from "./kinds.ts";
import { jsonName } from "./paths.ts";
import { countWithin, type Problems } from "./problems.ts";
import { isObject, type JsonObject, objectOf } from "./values.ts";

export interface StageFormProps {
  /** The stage, as JSON of the API. */
  stage: JsonObject;
  onChange: (stage: JsonObject) => void;
  /** What the server says, by paths in the stage: `wait.duration`, `depends_on[0]`. */
  problems?: Problems | undefined;
  context: FormContext;
  readOnly?: boolean | undefined;
  onDraftProblem?: ((path: string, message: string | undefined) => void) | undefined;
  /** Fields of every stage that are shown elsewhere: `id` for instance, where renaming changes other stages too. */
  hide?: readonly string[] | undefined;
}

/** The parts of what every stage has, by the names of their fields. What is in none of them comes in the last one. */
const PARTS = [
  { title: "form.partRun", fields: ["depends_on", "condition", "window"] },
  { title: "form.partFailure", fields: ["on_failure", "timeout", "succeed_on_timeout"] },
  { title: "form.partMore", fields: [] },
] as const;
const HEAD = ["id", "name"];

/** The kind of a stage: `deploy`, or `custom/NAME` for one that the operator defined. */
export function kindOfStage(stage: JsonObject, kinds: readonly StageKindDescriptor[]): StageKindDescriptor | undefined {
  const custom = isObject(stage.custom) ? stage.custom.kind : undefined;
  return (typeof custom === "string" ? kinds.find(({ kind }) => kind === `custom/${custom}`) : undefined)
    ?? kinds.find(({ kind }) => stage[jsonName(kind)] !== undefined);
}

/** The whole form. */
export function StageForm({ stage, onChange, problems, context, readOnly, onDraftProblem, hide = [] }: StageFormProps) {
  const t = useText();
  const kinds = useStageKinds().data;
  const general = useResourceFields("stage");
  if (!kinds || !general) return <Spinner />;
  const fields = without(general, [...hide, "expressions"]);
  const kind = kindOfStage(stage, kinds);
  const named = [...HEAD, ...PARTS.flatMap((part) => [...part.fields])];
  const shared = { value: stage, onChange, problems, context, readOnly, onDraftProblem };
  return (
    <div className="stage-form">
      <FieldsForm {...shared} fields={pick(fields, HEAD)} />
      {kind && <KindForm {...shared} kind={kind} />}
      {PARTS.map(({ title, fields: names }) => {
        const own = names.length > 0 ? pick(fields, names) : without(fields, named);
        const wrong = own.reduce((sum, field) => sum + (problems ? countWithin(problems, field.path) : 0), 0);
        const used = own.filter((field) => stage[jsonName(field.path)] !== undefined).length;
        return (
          <Part key={title} title={t(title)} used={used} wrong={wrong}>
            <FieldsForm {...shared} fields={own} />
          </Part>
        );
      })}
    </div>
  );
}

interface PartProps {
  title: string;
  /** How many of its fields have a value. */
  used: number;
  wrong: number;
  children: React.ReactNode;
}

/** A part that is folded as long as there is nothing in it. */
function Part({ title, used, wrong, children }: PartProps) {
  const t = useText();
  const [open, setOpen] = useState(used > 0);
  return (
    <details className="form-part" open={open || wrong > 0} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <Icon name="chevron" /><span>{title}</span>
        {used > 0 && <span className="muted">{t("form.used", { count: used })}</span>}
        {wrong > 0 && <span className="field-problem"><Icon name="warning" size={14} />{t("form.wrong", { count: wrong })}</span>}
      </summary>
      {open || wrong > 0 ? children : null}
    </details>
  );
}

type KindFormProps = Omit<StageFormProps, "stage" | "hide"> & { value: JsonObject; kind: StageKindDescriptor };

/** What the kind of the stage has, with expressions in the place of values. */
function KindForm({ value, onChange, kind, ...shared }: KindFormProps) {
  const t = useText();
  const [name = ""] = kind.kind.split("/");
  const key = jsonName(name);
  const expressions: Record<string, string> = {};
  for (const [path, text] of Object.entries(objectOf(value.expressions))) if (typeof text === "string") expressions[path] = text;
  const change = (config: JsonObject, written: Record<string, string>) => {
    const { expressions: _, ...rest } = value;
    onChange({ ...rest, ...(Object.keys(written).length > 0 && { expressions: written }), [key]: config });
  };
  return (
    <section className="form-kind" aria-label={kind.label}>
      <h3>{kind.label}</h3>
      <p className="muted">{kind.description}</p>
      {kind.fields.length === 0
        ? <p className="muted">{t("form.noFields")}</p>
        : <FieldsForm {...shared} fields={kind.fields} value={objectOf(value[key])} onChange={change} path={name} expressions={expressions} />}
    </section>
  );
}
