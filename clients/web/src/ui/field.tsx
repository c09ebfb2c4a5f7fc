/** Fields of forms: a label that is always seen, help, and what is wrong under it. */
import { type ComponentProps, type ReactNode, useId } from "react";
import { useText } from "~/i18n/index.tsx";
import { Icon } from "./icon.tsx";
import "./field.css";

interface Framed {
  label: ReactNode;
  help?: ReactNode;
  /** What is wrong with the value. */
  problem?: string | undefined;
  required?: boolean | undefined;
  /** The label is there for screen readers only. */
  hideLabel?: boolean | undefined;
}

interface Wiring {
  id: string;
  "aria-describedby"?: string | undefined;
  "aria-invalid"?: true | undefined;
}

/** The frame of a field; the child gets what ties it to label, help and problem. */
export function Field({ label, help, problem, required, hideLabel, children }: Framed & { children: (wiring: Wiring) => ReactNode }) {
  const id = useId();
  const t = useText();
  const described = [help && `${id}-help`, problem && `${id}-problem`].filter(Boolean).join(" ") || undefined;
  return (
    <div className="field">
      <label htmlFor={id} className={hideLabel ? "unseen" : undefined}>{label}{required && <span className="muted"> ({t("common.required")})</span>}</label>
      {children({ id, "aria-describedby": described, "aria-invalid": problem ? true : undefined })}
      {problem && <span className="field-problem" id={`${id}-problem`}><Icon name="warning" size={14} />{problem}</span>}
      {help && <span className="field-help" id={`${id}-help`}>{help}</span>}
    </div>
  );
}

type Text = Framed & Omit<ComponentProps<"input">, "onChange" | "value"> & { value: string; onChange: (value: string) => void };

/** A line of text. */
export function TextField({ label, help, problem, required, hideLabel, value, onChange, ...rest }: Text) {
  return (
    <Field label={label} help={help} problem={problem} required={required} hideLabel={hideLabel}>
      {(wiring) => <input className="input" required={required} value={value} onChange={(event) => onChange(event.target.value)} {...rest} {...wiring} />}
    </Field>
  );
}

type Area = Framed & Omit<ComponentProps<"textarea">, "onChange" | "value"> & { value: string; onChange: (value: string) => void };

/** Several lines of text. */
export function TextArea({ label, help, problem, required, hideLabel, value, onChange, ...rest }: Area) {
  return (
    <Field label={label} help={help} problem={problem} required={required} hideLabel={hideLabel}>
      {(wiring) => <textarea className="input" required={required} value={value} onChange={(event) => onChange(event.target.value)} {...rest} {...wiring} />}
    </Field>
  );
}

/** One of the values to choose from. */
export interface Option {
  value: string;
  label: string;
}

type Choice = Framed & Omit<ComponentProps<"select">, "onChange" | "value"> & { value: string; options: readonly Option[]; onChange: (value: string) => void };

/** A choice of a few values. */
export function Select({ label, help, problem, required, hideLabel, value, options, onChange, ...rest }: Choice) {
  return (
    <Field label={label} help={help} problem={problem} required={required} hideLabel={hideLabel}>
      {(wiring) => (
        <select className="input" required={required} value={value} onChange={(event) => onChange(event.target.value)} {...rest} {...wiring}>
          {options.map((option) => <option key={option.value} value={option.value}>{option.label}</option>)}
        </select>
      )}
    </Field>
  );
}

interface CheckProps {
  label: ReactNode;
  help?: ReactNode;
  checked: boolean;
  disabled?: boolean | undefined;
  onChange: (checked: boolean) => void;
}

/** Yes or no. */
export function Checkbox({ label, help, checked, disabled, onChange }: CheckProps) {
  const id = useId();
  return (
    <div className="field">
      <div className="check">
        <input id={id} type="checkbox" checked={checked} disabled={disabled} aria-describedby={help ? `${id}-help` : undefined}
          onChange={(event) => onChange(event.target.checked)} />
        <label htmlFor={id}>{label}</label>
      </div>
      {help && <span className="field-help" id={`${id}-help`}>{help}</span>}
    </div>
  );
}

/** A field to search or filter by text. */
export function SearchBox({ label, value, onChange, ...rest }: Omit<ComponentProps<"input">, "onChange" | "value"> & { label: string; value: string; onChange: (value: string) => void }) {
  return (
    <span className="search-box">
      <Icon name="search" />
      <input className="input" type="search" aria-label={label} placeholder={label} value={value} onChange={(event) => onChange(event.target.value)} {...rest} />
    </span>
  );
}
