/** A text that may hold expressions: a plain field, and an editor with completion while one writes an expression in it. */
import { type FocusEvent, lazy, Suspense, useLayoutEffect, useRef, useState } from "react";
import { useText } from "~/i18n/index.tsx";
import { Icon, IconButton } from "~/ui/index.ts";
import type { FormContext } from "~/form/context.tsx";
import { Frame, type Wiring } from "~/form/frame.tsx";
import type { CodeDiagnostic } from "./code-editor.tsx";
import { placeOfMistake } from "./expression-world.ts";
import { type Tried, useTried } from "./language-queries.ts";
import "./code.css";

export interface ExpressionFieldProps {
  label: string;
  help?: string | undefined;
  problems?: readonly string[] | undefined;
  required?: boolean | undefined;
  hideLabel?: boolean | undefined;
  value: string;
  onChange: (value: string) => void;
  /** What can be named, and the execution in which it is tried. */
  context: FormContext;
  multiline?: boolean | undefined;
  /** The text is an expression also without `${ }`. */
  whole?: boolean | undefined;
  placeholder?: string | undefined;
  readOnly?: boolean | undefined;
  /** Takes the focus when it is first shown: it stands for another field that had it. */
  takeFocus?: boolean | undefined;
  /** More buttons at the label. */
  aside?: React.ReactNode;
}

const Writer = lazy(() => import("./expression-writer.tsx"));

/** The field with its frame. */
export function ExpressionField({ label, help, problems, required, hideLabel, aside, ...rest }: ExpressionFieldProps) {
  return (
    <Frame label={label} help={help} problems={problems} required={required} hideLabel={hideLabel} aside={aside}>
      {(wiring) => <ExpressionInput wiring={wiring} label={label} {...rest} />}
    </Frame>
  );
}

type InputProps = Omit<ExpressionFieldProps, "help" | "problems" | "required" | "hideLabel" | "aside"> & { wiring: Wiring };

/** The field alone, for a frame of its own. */
export function ExpressionInput({ wiring, label, value, onChange, context, multiline, whole = false, placeholder, readOnly, takeFocus }: InputProps) {
  const t = useText();
  const plain = useRef<HTMLInputElement & HTMLTextAreaElement>(null);
  const [focused, setFocused] = useState(false);
  const [ready, setReady] = useState(false);
  const holds = whole || value.includes("${");
  // Once it is there, the editor stays until the field is left, whatever the text becomes.
  const [kept, setKept] = useState(false);
  const rich = focused && (holds || kept) && !readOnly;
  // It stays when the field is left: nothing moves under a pointer that is being pressed.
  const tried = useTried(context.previewExecution, value, focused && holds && value !== "");

  const started = useRef(takeFocus);
  useLayoutEffect(() => {
    const field = plain.current;
    if (!started.current || !field) return;
    field.focus();
    field.setSelectionRange(field.value.length, field.value.length);
  }, []);
  const leave = (event: FocusEvent<HTMLElement>) => {
    if (event.currentTarget.contains(event.relatedTarget)) return;
    setFocused(false);
    setReady(false);
    setKept(false);
  };
  const insert = () => {
    const at = value.length + 3;
    onChange(`${value}\${  }`);
    const field = plain.current;
    // The cursor goes between the braces once the text is there.
    requestAnimationFrame(() => { field?.focus(); field?.setSelectionRange(at, at); });
  };
  const field = {
    ...wiring, ref: plain, className: "input", value, placeholder, readOnly, hidden: rich && ready, "data-expression": holds || undefined, spellCheck: !holds,
    onChange: (event: { target: { value: string } }) => onChange(event.target.value),
  };
  return (
    <div className="expression-field" onFocus={() => setFocused(true)} onBlur={leave}>
      <div className="expression-line">
        {multiline ? <textarea rows={3} {...field} /> : <input autoComplete="off" {...field} />}
        {rich && (
          <Suspense fallback={null}>
            <Writer label={label} describedBy={wiring["aria-describedby"]} invalid={wiring["aria-invalid"]} value={value} onChange={onChange} context={context}
              multiline={multiline} whole={whole} placeholder={placeholder} field={plain} diagnostics={mistakesIn(value, tried)} onReady={() => { setReady(true); setKept(true); }} />
          </Suspense>
        )}
        {!readOnly && !holds && !rich && <IconButton small icon="bolt" label={`${t("code.insert")}: ${label}`} onClick={insert} />}
      </div>
      {holds && value !== "" && tried && (
        <output className="expression-value" data-state={tried.state}>
          <Icon name={tried.state === "value" ? "check" : tried.state === "failed" ? "warning" : "clock"} size={14} />
          {tried.state === "value" && <><span className="unseen">{t("code.value")}: </span><code title={t("code.value")}>{tried.json}</code></>}
          {tried.state === "failed" && <span>{tried.message}</span>}
          {tried.state === "unknown" && <span>{t("code.unknown")}</span>}
        </output>
      )}
    </div>
  );
}

/** What was wrong with a text, at its place. */
function mistakesIn(text: string, tried: Tried | undefined): CodeDiagnostic[] {
  const place = tried?.state === "failed" ? placeOfMistake(text, tried.message) : undefined;
  return tried?.state === "failed" && place ? [{ ...place, message: tried.message, severity: "error" }] : [];
}
