/** The controls of single values that are no texts: numbers, times, choices, JSON. */
import { FieldDescriptor_Type as Type } from "@gennaker/client/gen/kinds";
import { useId, useState } from "react";
import { CodeEditor } from "~/code/code-editor.tsx";
import { useText } from "~/i18n/index.tsx";
import { useForm } from "./context.tsx";
import { type ControlProps, ExpressionToggle, useCommon } from "./control.tsx";
import { durationJson, secondsOf, secondsOfJson, writtenDuration } from "./durations.ts";
import { Frame, Help } from "./frame.tsx";
import { instantOf, localInput } from "./instants.ts";
import type { JsonValue } from "./values.ts";

/** A value that is shown in another form than it is written in: what is being typed stays as it is until the field is left. */
function useDraft(shown: string, onText: (text: string) => void) {
  const [draft, setDraft] = useState<string>();
  return {
    value: draft ?? shown,
    onChange: (event: { target: { value: string } }) => { setDraft(event.target.value); onText(event.target.value); },
    onBlur: () => setDraft(undefined),
  };
}

/** A number. What is none is kept as it was written, and said to be wrong. */
export function NumberControl(props: ControlProps) {
  const { field, place, value } = props;
  const { edit, readOnly } = useForm();
  const common = useCommon(props);
  const draft = useDraft(value === undefined || value === null ? "" : String(value), (text) => {
    const written = text.trim();
    const number = Number(written);
    if (written === "") edit(place, props.row || field.oneof ? "" : undefined);
    else edit(place, props.text || Number.isNaN(number) ? written : number);
  });
  return (
    <Frame {...common}>
      {(wiring) => (
        <input {...wiring} className="input form-number" inputMode={field.type === Type.INTEGER ? "numeric" : "decimal"} autoComplete="off" readOnly={readOnly}
          placeholder={field.defaultValue || undefined} {...draft} />
      )}
    </Frame>
  );
}

/** A length of time, written as `90`, `1m30s` or `2h`. */
export function DurationControl(props: ControlProps) {
  const t = useText();
  const { field, place, value } = props;
  const { edit, readOnly } = useForm();
  const common = useCommon(props);
  const json = typeof value === "string" ? value : "";
  const draft = useDraft(writtenDuration(json), (text) => {
    const seconds = secondsOf(text);
    edit(place, text.trim() === "" ? undefined : seconds === undefined ? text : durationJson(seconds));
  });
  const seconds = secondsOfJson(json);
  const note = useId();
  return (
    <Frame {...common}>
      {(wiring) => (
        <span className="form-unit">
          <input {...wiring} aria-describedby={[wiring["aria-describedby"], note].filter(Boolean).join(" ")} className="input form-number" autoComplete="off"
            readOnly={readOnly} placeholder={field.defaultValue ? writtenDuration(field.defaultValue) : "1m30s"} {...draft} />
          <span className="muted" id={note}>{seconds === undefined ? t("form.durationHelp") : t("form.seconds", { count: seconds })}</span>
        </span>
      )}
    </Frame>
  );
}

/** A point in time, written in local time. */
export function TimestampControl(props: ControlProps) {
  const { place, value } = props;
  const { edit, readOnly } = useForm();
  const common = useCommon(props);
  const json = typeof value === "string" ? value : "";
  return (
    <Frame {...common}>
      {(wiring) => (
        <span className="form-unit">
          <input {...wiring} className="input form-time" type="datetime-local" step={1} readOnly={readOnly} value={localInput(json)}
            onChange={(event) => edit(place, instantOf(event.target.value))} />
          {json && <span className="muted">{json}</span>}
        </span>
      )}
    </Frame>
  );
}

/** Yes or no. Where the default is yes, a box that was never touched is ticked. */
export function BooleanControl(props: ControlProps) {
  const { field, place, value } = props;
  const id = useId();
  const { edit, problems, readOnly } = useForm();
  const wrong = problems.get(place.path) ?? [];
  const unset = field.defaultValue === "true";
  const checked = value === undefined ? unset : value === true || value === "true";
  const change = (next: boolean) => {
    if (props.text) edit(place, String(next));
    else edit(place, next === unset && !field.oneof && !props.row ? undefined : next);
  };
  const described = [wrong.length > 0 && `${id}-problem`, field.help && !props.row && `${id}-help`].filter(Boolean).join(" ") || undefined;
  return (
    <div className="field form-field">
      <div className="form-label">
        <div className="check">
          <input id={id} type="checkbox" checked={checked} disabled={readOnly} aria-describedby={described} onChange={(event) => change(event.target.checked)} />
          <label htmlFor={id}>{props.label ?? field.label}</label>
        </div>
        {!props.text && <ExpressionToggle field={field} place={place} label={field.label} />}
      </div>
      {wrong.length > 0 && <span className="field-problem" id={`${id}-problem`}>{wrong.join(" · ")}</span>}
      {field.help && !props.row && <span className="field-help" id={`${id}-help`}><Help text={field.help} /></span>}
    </div>
  );
}

/** One of a few values. */
export function EnumControl(props: ControlProps) {
  const t = useText();
  const { field, place, value } = props;
  const { edit, readOnly } = useForm();
  const common = useCommon(props);
  const text = typeof value === "string" ? value : "";
  const standard = field.choices.find((choice) => choice.value === field.defaultValue);
  const known = text === "" || field.choices.some((choice) => choice.value === text);
  const meaning = field.choices.find((choice) => choice.value === (text || field.defaultValue))?.help;
  return (
    <Frame {...common} help={[common.help, meaning && !props.row ? meaning : ""].filter(Boolean).join(" ") || undefined}>
      {(wiring) => (
        <select {...wiring} className="input" value={text} disabled={readOnly} onChange={(event) => edit(place, event.target.value || undefined)}>
          {!field.oneof && <option value="">{standard ? t("form.standard", { value: standard.label }) : t("form.choose")}</option>}
          {!known && <option value={text}>{text}</option>}
          {field.choices.map((choice) => <option key={choice.value} value={choice.value}>{choice.label}</option>)}
        </select>
      )}
    </Frame>
  );
}

/** Any JSON, in a field for code. What is no JSON yet stays in the field. */
export function JsonControl(props: ControlProps) {
  const t = useText();
  const { field, place, value } = props;
  const { edit, readOnly, draftProblem } = useForm();
  const common = useCommon(props);
  const [draft, setDraft] = useState<{ text: string; of: JsonValue | undefined }>();
  const shown = draft && same(draft.of, value) ? draft.text : value === undefined ? "" : JSON.stringify(value, null, 2);
  const parsed = parse(shown, field.type === Type.STRUCT);
  const wrong = parsed.problem === undefined ? [] : [parsed.problem || t("form.notObject")];
  const change = (text: string) => {
    const next = parse(text, field.type === Type.STRUCT);
    setDraft({ text, of: next.problem === undefined ? next.value : value });
    draftProblem(place.path, next.problem === undefined ? undefined : next.problem || t("form.notObject"));
    if (next.problem === undefined) edit(place, next.value);
  };
  return (
    <Frame {...common} problems={[...(common.problems ?? []), ...wrong]}>
      {(wiring) => (
        <CodeEditor language="json" id={wiring.id} label={common.label} describedBy={wiring["aria-describedby"]} invalid={wiring["aria-invalid"]} value={shown}
          onChange={change} readOnly={readOnly} />
      )}
    </Frame>
  );
}

/** The value of a JSON text, or why it has none; an empty text is no value. */
function parse(text: string, object: boolean): { value?: JsonValue; problem?: string } {
  if (text.trim() === "") return {};
  try {
    const value: JsonValue = JSON.parse(text);
    return object && (typeof value !== "object" || value === null || Array.isArray(value)) ? { problem: "" } : { value };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

function same(one: JsonValue | undefined, other: JsonValue | undefined): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}
