/** The field of a parameter of a pipeline. */
import type { Parameter } from "@gennaker/client/gen/pipeline";
import { useText } from "~/i18n/index.tsx";
import { Checkbox, Markdown, type Option, Select, TextField } from "~/ui/index.ts";
import { askedAs } from "../model/run-form.ts";

interface Props {
  parameter: Parameter;
  value: string;
  problem: string | undefined;
  autoFocus: boolean;
  onChange: (value: string) => void;
}

export function ParameterField({ parameter, value, problem, autoFocus, onChange }: Props) {
  const t = useText();
  const asked = askedAs(parameter);
  const label = parameter.label || parameter.name;
  const help = parameter.description ? <Markdown text={parameter.description} /> : undefined;
  const common = { label, help, problem, required: parameter.required && parameter.defaultValue === undefined, value, onChange };
  if (asked === "boolean" && (value === "true" || value === "false")) {
    return <Checkbox label={label} help={help} checked={value === "true"} onChange={(checked) => onChange(String(checked))} />;
  }
  if (asked === "boolean") return <Select {...common} options={[{ value: "", label: "–" }, { value: "true", label: t("common.yes") }, { value: "false", label: t("common.no") }]} />;
  if (asked === "choice") return <Select {...common} options={choices(parameter, value)} />;
  const look = { text: {}, integer: { inputMode: "numeric", step: 1 }, number: { inputMode: "decimal" }, date: { type: "date" } } as const;
  return <TextField {...common} {...look[asked]} autoFocus={autoFocus} placeholder={parameter.defaultValue ?? ""} autoComplete="off" />;
}

/** The options; none, where none is needed; and the value, where it is no option any more. */
function choices(parameter: Parameter, value: string): Option[] {
  const options = parameter.options.map((option) => ({ value: option, label: option }));
  const gone = value !== "" && !parameter.options.includes(value) ? [{ value, label: value }] : [];
  return [...(value === "" || !parameter.required ? [{ value: "", label: "–" }] : []), ...gone, ...options];
}
