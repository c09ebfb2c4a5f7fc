/** Which control a field has: by its type and nothing else. */
import { FieldDescriptor_Type as Type } from "@gennaker/client/gen/kinds";
import type { ReactNode } from "react";
import { ChoicesControl, ListControl, MapControl } from "./collections.tsx";
import { useForm } from "./context.tsx";
import { type ControlProps, takesExpression } from "./control.tsx";
import { BooleanControl, DurationControl, EnumControl, JsonControl, NumberControl, TimestampControl } from "./controls.tsx";
import { ComputedControl, TextControl } from "./text-controls.tsx";
import { Frame } from "./frame.tsx";
import { MessageControl } from "./messages.tsx";
import { writtenDuration } from "./durations.ts";

/** The control of a field. */
export function ValueControl(props: ControlProps & { aside?: ReactNode }) {
  const { field, place, value, text } = props;
  const { expressions } = useForm();
  if (field.outputOnly) return <ShownControl {...props} />;
  if (expressions?.[place.path] !== undefined && takesExpression(field, text)) return <ComputedControl {...props} />;
  if (field.repeated) return field.type === Type.ENUM ? <ChoicesControl {...props} /> : <ListControl {...props} />;
  // A text in the place of another value holds an expression, which only texts show.
  if (text && typeof value === "string" && value.includes("${")) return <TextControl {...props} />;
  switch (field.type) {
    case Type.MESSAGE:
      return <MessageControl {...props} />;
    case Type.MAP:
      return <MapControl {...props} />;
    case Type.BOOLEAN:
      return <BooleanControl {...props} />;
    case Type.ENUM:
      return <EnumControl {...props} />;
    case Type.INTEGER:
    case Type.NUMBER:
      return text ? <TextControl {...props} /> : <NumberControl {...props} />;
    case Type.DURATION:
      return <DurationControl {...props} />;
    case Type.TIMESTAMP:
      return <TimestampControl {...props} />;
    case Type.STRUCT:
    case Type.VALUE:
      return <JsonControl {...props} />;
    case Type.STRING:
    case Type.UNSPECIFIED:
      return <TextControl {...props} />;
  }
}

/** A value that the server sets. */
function ShownControl({ field, value, label }: ControlProps) {
  const text = typeof value === "string" ? (field.type === Type.DURATION ? writtenDuration(value) : value) : JSON.stringify(value);
  return (
    <Frame label={label ?? field.label} help={field.help || undefined}>
      {(wiring) => <input {...wiring} className="input" readOnly value={field.secret ? "••••••" : text} />}
    </Frame>
  );
}
