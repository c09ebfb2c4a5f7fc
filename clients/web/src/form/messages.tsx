/** The controls of messages: the fields inside, and oneofs of which one field is chosen. */
import { type FieldDescriptor, FieldDescriptor_Type as Type } from "@gennaker/client/gen/kinds";
import { type ReactNode, use, useRef } from "react";
import { useText } from "~/i18n/index.tsx";
import { Button, IconButton } from "~/ui/index.ts";
import { ScopeContext, useForm } from "./context.tsx";
import type { ControlProps } from "./control.tsx";
import { Frame, Group } from "./frame.tsx";
import { isWithin, type Place, placeOf, withoutExpressions } from "./paths.ts";
import { chosen, isVisible, partsOf, startValue, titleOf, valueOf } from "./shape.ts";
import { inMap } from "./validate.ts";
import { ValueControl } from "./value-control.tsx";
import { type JsonObject, type JsonValue, objectOf } from "./values.ts";

interface FieldsProps {
  fields: readonly FieldDescriptor[];
  /** The path of the descriptor that holds them. */
  parent: string;
  message: JsonObject;
  place: Place;
}

/** The fields of a message, one after the other. */
export function Fields({ fields, parent, message, place }: FieldsProps) {
  const scope = use(ScopeContext);
  const { problems } = useForm();
  const wrong = (at: Place) => [...problems.keys()].some((path) => isWithin(path, at.path));
  return (
    <ScopeContext value={[message, ...scope]}>
      {partsOf(fields).map((part) => {
        if (!("field" in part)) return <OneofControl key={part.oneof} {...part} parent={parent} message={message} place={place} />;
        const { field } = part;
        const at = placeOf(field, parent, place);
        const value = valueOf(field, parent, message);
        if (!isVisible(field, fields, parent, message) && !wrong(at)) return null;
        if (field.outputOnly && value === undefined) return null;
        return <ValueControl key={field.path} field={field} place={at} value={value} text={inMap(field, parent)} />;
      })}
    </ScopeContext>
  );
}

/** A message in a frame. One that need not be there is added first. */
export function MessageControl({ field, place, value, label, row, aside }: ControlProps & { aside?: ReactNode }) {
  const t = useText();
  const { edit, problems, readOnly, expressions } = useForm();
  const title = label ?? field.label;
  const inExpressions = Object.keys(expressions ?? {}).some((path) => isWithin(path, place.path));
  const there = value !== undefined || field.required || row || field.oneof !== "" || inExpressions;
  const mayGo = !field.required && !row && field.oneof === "" && !readOnly;
  if (!there) {
    return (
      <Group plain label={title} help={field.help} problems={problems.get(place.path)}>
        {!readOnly && <div><Button small icon="add" onClick={() => edit(place, {})}>{t("form.add", { what: title })}</Button></div>}
      </Group>
    );
  }
  const remove = <IconButton small icon="trash" label={`${t("form.remove")}: ${title}`} onClick={() => edit(place, undefined, (all) => withoutExpressions(all, place.path))} />;
  return (
    <Group label={title} help={row ? undefined : field.help} required={field.required && !row} problems={problems.get(place.path)} aside={aside ?? (mayGo ? remove : undefined)}>
      {field.fields.length > 0 && <div className="form-fields"><Fields fields={field.fields} parent={field.path} message={objectOf(value)} place={place} /></div>}
    </Group>
  );
}

interface OneofProps extends Omit<FieldsProps, "fields"> {
  oneof: string;
  required: boolean;
  members: readonly FieldDescriptor[];
}

/** Which field of a oneof is set, and that field. What was in the others comes back when they are chosen again. */
function OneofControl({ oneof, required, members, parent, message, place }: OneofProps) {
  const t = useText();
  const { edit, problems, readOnly, expressions } = useForm();
  const before = useRef(new Map<string, JsonValue>());
  const path = place.path ? `${place.path}.${oneof}` : oneof;
  const member = chosen(members, parent, message) ?? members.find((one) => Object.keys(expressions ?? {}).some((key) => isWithin(key, placeOf(one, parent, place).path)));
  const at = member && placeOf(member, parent, place);
  const choose = (next: string) => {
    const wanted = members.find((one) => one.path === next);
    const old = member && valueOf(member, parent, message);
    if (member && old !== undefined) before.current.set(member.path, old);
    const rest = { ...message };
    for (const one of members) {
      const key = placeOf(one, parent, place).steps.at(-1);
      if (typeof key === "string") delete rest[key];
    }
    const to = wanted && placeOf(wanted, parent, place).steps.at(-1);
    if (wanted && typeof to === "string") rest[to] = before.current.get(wanted.path) ?? startValue(wanted);
    edit(place, rest, (all) => members.reduce((left, one) => withoutExpressions(left, placeOf(one, parent, place).path), all));
  };
  const value = member && valueOf(member, parent, message);
  const simple = member && (member.type !== Type.MESSAGE || member.fields.length > 0);
  return (
    <div className="form-oneof">
      <Frame label={t("form.oneofLabel", { name: titleOf(oneof) })} help={member?.help} required={required} problems={problems.get(path)}>
        {(wiring) => (
          <select {...wiring} className="input" value={member?.path ?? ""} disabled={readOnly} onChange={(event) => choose(event.target.value)}>
            {(!required || !member) && <option value="">{required ? t("form.choose") : t("form.notSet")}</option>}
            {members.map((one) => <option key={one.path} value={one.path}>{one.label}</option>)}
          </select>
        )}
      </Frame>
      {member && at && simple && (
        member.type === Type.MESSAGE && !member.repeated
          ? <div className="form-inner"><Fields fields={member.fields} parent={member.path} message={objectOf(value)} place={at} /></div>
          : <div className="form-inner"><ValueControl field={{ ...member, help: "" }} place={at} value={value} /></div>
      )}
    </div>
  );
}
