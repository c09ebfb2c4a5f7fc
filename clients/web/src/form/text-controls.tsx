/** The controls of texts: plain ones, choices, secrets, and texts with expressions. */
import type { FieldDescriptor } from "@gennaker/client/gen/kinds";
import { useState } from "react";
import { ExpressionField } from "~/code/expression-field.tsx";
import { useText } from "~/i18n/index.tsx";
import { useChoices } from "./choices.ts";
import { Combobox } from "./combobox.tsx";
import { useForm } from "./context.tsx";
import { type Common, type ControlProps, useCommon } from "./control.tsx";
import { Frame } from "./frame.tsx";

/** The expression that stands in the place of a value. */
export function ComputedControl(props: ControlProps) {
  const { place } = props;
  const { expressions, edit, context, readOnly } = useForm();
  const common = useCommon(props);
  return (
    <ExpressionField {...common} context={context} value={expressions?.[place.path] ?? ""} readOnly={readOnly}
      onChange={(text) => edit(place, undefined, (all) => ({ ...all, [place.path]: text }))} />
  );
}

/** A text: with choices, secret, an expression, or plain. */
export function TextControl(props: ControlProps) {
  const { field, place, value } = props;
  const { edit, context, readOnly } = useForm();
  const common = useCommon(props);
  const text = typeof value === "string" ? value : value === undefined ? "" : JSON.stringify(value);
  const keep = props.row || field.oneof !== "";
  const change = (next: string) => edit(place, next === "" && !keep ? undefined : next);
  const evaluated = field.expressionAllowed || field.expression;
  const listed = field.choicesFrom !== "" || field.choices.length > 0;
  const [written, setWritten] = useState(false);
  const shared = { value: text, placeholder: field.defaultValue || undefined, readOnly };
  if (field.secret) return <SecretControl common={common} value={text} readOnly={readOnly} onChange={change} />;
  if (listed && !text.includes("${") && !written) {
    return <ChoiceControl field={field} common={common} written={text} onChange={(next) => { setWritten(next.includes("${")); change(next); }} />;
  }
  if (evaluated) {
    return <ExpressionField {...common} {...shared} context={context} multiline={field.multiline} whole={field.expression} takeFocus={written}
      onChange={(next) => { if (listed && next === "") setWritten(false); change(next); }} />;
  }
  return (
    <Frame {...common}>
      {(wiring) => field.multiline
        ? <textarea {...wiring} className="input" rows={3} {...shared} onChange={(event) => change(event.target.value)} />
        : <input {...wiring} className="input" autoComplete="off" {...shared} onChange={(event) => change(event.target.value)} />}
    </Frame>
  );
}

interface ChoiceProps {
  field: FieldDescriptor;
  common: Common;
  written: string;
  onChange: (text: string) => void;
}

function ChoiceControl({ field, common, written, onChange }: ChoiceProps) {
  const t = useText();
  const { readOnly } = useForm();
  const [wanted, setWanted] = useState(false);
  const { options, loading } = useChoices(field, wanted);
  return (
    <Frame {...common}>
      {(wiring) => (
        <Combobox wiring={wiring} value={written} onChange={onChange} options={options} loading={loading} onOpen={() => setWanted(true)} readOnly={readOnly}
          empty={field.expressionAllowed ? t("form.noChoicesWrite") : t("form.noChoices")} placeholder={field.defaultValue || undefined} />
      )}
    </Frame>
  );
}

/** A secret is never shown; a reference to one is none. */
function SecretControl({ common, value, readOnly, onChange }: { common: Common; value: string; readOnly: boolean; onChange: (value: string) => void }) {
  const t = useText();
  const reference = value === "" || /^(env:|file:|\$\{)/.test(value);
  const help = [common.help, t("form.secretHelp")].filter(Boolean).join(" ");
  return (
    <Frame {...common} help={common.hideLabel ? undefined : help}>
      {(wiring) => (
        <input {...wiring} className="input" type={reference ? "text" : "password"} autoComplete="off" spellCheck={false} value={value} readOnly={readOnly}
          placeholder="env:NAME" onChange={(event) => onChange(event.target.value)} />
      )}
    </Frame>
  );
}
