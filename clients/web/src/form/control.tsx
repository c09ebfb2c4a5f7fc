/** What all controls have in common: their props, their frame, and the button that puts an expression in the place of a value. */
import { type FieldDescriptor, FieldDescriptor_Type as Type } from "@gennaker/client/gen/kinds";
import type { ReactNode } from "react";
import { useText } from "~/i18n/index.tsx";
import { IconButton } from "~/ui/index.ts";
import { useForm } from "./context.tsx";
import type { Place } from "./paths.ts";
import type { JsonValue } from "./values.ts";

export interface ControlProps {
  field: FieldDescriptor;
  place: Place;
  value: JsonValue | undefined;
  /** The label is for screen readers only, as in the rows of lists; help is then said once for all rows. */
  label?: string | undefined;
  row?: boolean | undefined;
  /** The value is kept as a text, whatever it is. */
  text?: boolean | undefined;
}

/** What the frame of a control takes. */
export interface Common {
  label: string;
  help: string | undefined;
  problems: readonly string[] | undefined;
  required: boolean;
  hideLabel: boolean;
  aside: ReactNode;
}

/** What the frames of all controls take. */
export function useCommon({ field, place, label, row, text }: ControlProps): Common {
  const { problems } = useForm();
  return {
    label: label ?? field.label,
    help: row || !field.help ? undefined : field.help,
    problems: problems.get(place.path),
    required: field.required,
    hideLabel: row ?? false,
    aside: row || !takesExpression(field, text) ? undefined : <ExpressionToggle field={field} place={place} label={label ?? field.label} />,
  };
}

/** Whether an expression can be put in the place of the value. */
export function takesExpression(field: FieldDescriptor, text: boolean | undefined): boolean {
  return field.expressionAllowed && !text && (field.repeated || (field.type !== Type.STRING && field.type !== Type.MESSAGE && field.type !== Type.MAP));
}

/** Puts an expression in the place of a value that is no text, or a value in the place of the expression. */
export function ExpressionToggle({ field, place, label }: { field: FieldDescriptor; place: Place; label: string }) {
  const t = useText();
  const { expressions, edit, readOnly } = useForm();
  if (!expressions || readOnly || !takesExpression(field, false)) return null;
  const on = expressions[place.path] !== undefined;
  const toggle = () => edit(place, undefined, (all) => {
    const { [place.path]: _, ...others } = all;
    return on ? others : { ...all, [place.path]: "${  }" };
  });
  return <IconButton small icon="bolt" label={`${t(on ? "form.useValue" : "form.useExpression")}: ${label}`} aria-pressed={on} onClick={toggle} />;
}
