/** The parameters of a run as fields. One that is left empty is not sent, and has its default. */
import { useText } from "~/i18n/index.tsx";
import { Select, TextField } from "~/ui/index.ts";
import { type JsonObject, text, texts } from "../model/json.ts";

interface Props {
  parameters: readonly JsonObject[];
  values: Record<string, string>;
  onChange: (values: Record<string, string>) => void;
}

const KEYBOARDS = { TYPE_INTEGER: "numeric", TYPE_NUMBER: "decimal" } as const;

export function ParameterFields({ parameters, values, onChange }: Props) {
  const t = useText();
  const set = (name: string, value: string) => {
    const { [name]: _, ...others } = values;
    onChange(value === "" ? others : { ...others, [name]: value });
  };
  return (
    <div className="field-grid">
      {parameters.map((parameter) => {
        const name = text(parameter.name);
        const options = parameter.type === "TYPE_BOOLEAN" ? ["true", "false"] : texts(parameter.options);
        const common = { label: text(parameter.label) || name, help: text(parameter.description), required: parameter.required === true, value: values[name] ?? "", onChange: (value: string) => set(name, value) };
        const standard = text(parameter.defaultValue);
        if (options.length > 0) {
          const none = { value: "", label: standard ? t("editor.defaultIs", { value: standard }) : "–" };
          return <Select key={name} {...common} required={false} options={[none, ...options.map((value) => ({ value, label: value }))]} />;
        }
        return <TextField key={name} {...common} placeholder={standard} autoComplete="off" type={parameter.type === "TYPE_DATE" ? "date" : "text"} inputMode={parameter.type === "TYPE_INTEGER" || parameter.type === "TYPE_NUMBER" ? KEYBOARDS[parameter.type] : "text"} />;
      })}
    </div>
  );
}
