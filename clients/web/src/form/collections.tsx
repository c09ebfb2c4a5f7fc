/** The controls of lists and maps. Elements are added, taken away and moved with buttons. */
import { type FieldDescriptor, FieldDescriptor_Type as Type } from "@gennaker/client/gen/kinds";
import { type RefObject, useId, useLayoutEffect, useRef } from "react";
import { useText } from "~/i18n/index.tsx";
import { Button, IconButton } from "~/ui/index.ts";
import { type ControlProps, ExpressionToggle } from "./control.tsx";
import { useForm } from "./context.tsx";
import { ValueControl } from "./value-control.tsx";
import { Group } from "./frame.tsx";
import { inside, moveExpressions, withoutExpressions } from "./paths.ts";
import { elementOf, startValue } from "./shape.ts";
import { type JsonValue, listOf, objectOf } from "./values.ts";

/** Some of a few values, each with a box to tick. */
export function ChoicesControl({ field, place, value, label }: ControlProps) {
  const { edit, problems, readOnly } = useForm();
  const id = useId();
  const set = listOf(value);
  const toggle = (choice: string, on: boolean) => {
    // In the order of the choices, whatever was ticked first.
    const next = field.choices.map((one) => one.value).filter((one) => (one === choice ? on : set.includes(one)));
    edit(place, next.length > 0 ? next : undefined);
  };
  return (
    <Group plain label={label ?? field.label} help={field.help} required={field.required} problems={elementProblems(problems, place.path)}
      aside={<ExpressionToggle field={field} place={place} label={field.label} />}>
      <div className="form-checks">
        {field.choices.map((choice) => (
          <div key={choice.value} className="check" title={choice.help}>
            <input id={`${id}-${choice.value}`} type="checkbox" checked={set.includes(choice.value)} disabled={readOnly} onChange={(event) => toggle(choice.value, event.target.checked)} />
            <label htmlFor={`${id}-${choice.value}`}>{choice.label}</label>
          </div>
        ))}
      </div>
    </Group>
  );
}

function elementProblems(problems: ReadonlyMap<string, readonly string[]>, path: string): string[] {
  return [...problems].filter(([key]) => key === path || key.startsWith(`${path}[`)).flatMap(([, messages]) => messages);
}

/** Keys that stay with the elements of a list while these move. */
function useKeys(length: number) {
  const keys = useRef<number[]>([]);
  const last = useRef(0);
  while (keys.current.length < length) keys.current.push((last.current += 1));
  keys.current.length = length;
  return keys;
}

/** Gives the focus to a row of a list as soon as it is there. */
function useFocusRow(box: RefObject<HTMLElement | null>) {
  const wanted = useRef<number>(undefined);
  useLayoutEffect(() => {
    if (wanted.current === undefined) return;
    box.current?.children[wanted.current]?.querySelector<HTMLElement>("input, select, textarea, button")?.focus();
    wanted.current = undefined;
  });
  return (index: number) => { wanted.current = index; };
}

/** A list: rows of single values, or framed messages. */
export function ListControl({ field, place, value, label }: ControlProps) {
  const t = useText();
  const { edit, problems, readOnly } = useForm();
  const items = listOf(value);
  const keys = useKeys(items.length);
  const box = useRef<HTMLDivElement>(null);
  const element = elementOf(field);
  const title = label ?? field.label;
  const message = field.type === Type.MESSAGE;

  const set = (order: readonly number[], more: readonly JsonValue[] = []) => {
    keys.current = order.map((index) => keys.current[index] ?? 0);
    const next = [...order.map((index) => items[index] ?? null), ...more];
    const to = (index: number) => { const at = order.indexOf(index); return at < 0 ? undefined : at; };
    edit(place, next.length > 0 ? next : undefined, (all) => moveExpressions(all, place.path, to));
  };
  const order = items.map((_, index) => index);
  const focusRow = useFocusRow(box);
  const add = () => { set(order, [startValue(element)]); focusRow(items.length); };
  const remove = (index: number) => { set(order.filter((one) => one !== index)); focusRow(Math.max(0, index - 1)); };
  const move = (from: number, to: number) => {
    const moved = order.filter((one) => one !== from);
    moved.splice(to, 0, from);
    set(moved);
  };
  const full = field.maxItems !== undefined && items.length >= field.maxItems;

  return (
    <Group label={title} help={field.help} required={field.required} problems={problems.get(place.path)} plain={!message}
      aside={<ExpressionToggle field={field} place={place} label={title} />}>
      <div ref={box} className="form-list">
        {items.map((item, index) => {
          const name = `${title} ${index + 1}`;
          const buttons = readOnly ? null : (
            <ItemButtons name={name} first={index === 0} last={index === items.length - 1} onRemove={() => remove(index)}
              onUp={() => move(index, index - 1)} onDown={() => move(index, index + 1)} />
          );
          return (
            <div key={keys.current[index]} className="form-item" data-message={message || undefined}>
              <ValueControl field={element} place={inside(place, index)} value={item} label={name} row aside={message ? buttons : undefined} />
              {!message && buttons}
            </div>
          );
        })}
      </div>
      {!readOnly && <Button small icon="add" disabled={full} onClick={add}>{t("form.add", { what: title })}</Button>}
    </Group>
  );
}

interface ItemButtonsProps {
  name: string;
  first: boolean;
  last: boolean;
  onUp: () => void;
  onDown: () => void;
  onRemove: () => void;
}

function ItemButtons({ name, first, last, onUp, onDown, onRemove }: ItemButtonsProps) {
  const t = useText();
  const alone = first && last;
  return (
    <span className="form-buttons">
      {!alone && <IconButton small icon="up" label={`${t("form.moveUp")}: ${name}`} disabled={first} onClick={onUp} />}
      {!alone && <IconButton small icon="down" label={`${t("form.moveDown")}: ${name}`} disabled={last} onClick={onDown} />}
      <IconButton small icon="trash" label={`${t("form.remove")}: ${name}`} onClick={onRemove} />
    </span>
  );
}

/** Pairs of a key and a value. */
export function MapControl({ field, place, value, label }: ControlProps) {
  const t = useText();
  const { edit, problems, readOnly } = useForm();
  const entries = Object.entries(objectOf(value));
  const keys = useKeys(entries.length);
  const box = useRef<HTMLDivElement>(null);
  const focusRow = useFocusRow(box);
  const title = label ?? field.label;
  const [described] = field.fields;
  if (!described) return null;
  const of: FieldDescriptor = { ...described, secret: field.secret, multiline: field.multiline };

  const write = (next: readonly (readonly [string, JsonValue])[]) => edit(place, next.length > 0 ? Object.fromEntries(next) : undefined);
  const rename = (index: number, key: string) => {
    // Two keys can't be the same: the later one waits until it differs.
    if (!entries.some(([other], at) => at !== index && other === key)) write(entries.map(([old, item], at) => [at === index ? key : old, item]));
  };
  const add = () => {
    write([...entries, [freeKey(entries.map(([key]) => key)), startValue(of)]]);
    focusRow(entries.length);
  };
  const remove = (index: number) => {
    keys.current.splice(index, 1);
    const path = inside(place, entries[index]?.[0] ?? "").path;
    const next = entries.filter((_, at) => at !== index);
    edit(place, next.length > 0 ? Object.fromEntries(next) : undefined, (all) => withoutExpressions(all, path));
  };
  const full = field.maxItems !== undefined && entries.length >= field.maxItems;

  return (
    <Group plain label={title} help={field.help} required={field.required} problems={problems.get(place.path)}>
      <div ref={box} className="form-list">
        {entries.map(([key, item], index) => (
          <div key={keys.current[index]} className="form-entry">
            <input className="input mono" aria-label={`${title}: ${t("form.key")} ${index + 1}`} placeholder={t("form.key")} value={key} readOnly={readOnly}
              spellCheck={false} onChange={(event) => rename(index, event.target.value)} />
            <ValueControl field={of} place={inside(place, key)} value={item} label={`${title}: ${key || index + 1}`} row />
            {!readOnly && <IconButton small icon="trash" label={`${t("form.remove")}: ${key || index + 1}`} onClick={() => remove(index)} />}
          </div>
        ))}
      </div>
      {!readOnly && <Button small icon="add" disabled={full || entries.some(([key]) => key === "")} onClick={add}>{t("form.add", { what: title })}</Button>}
    </Group>
  );
}

/** A new entry has no key yet, where that is free. */
function freeKey(taken: readonly string[]): string {
  let key = "";
  for (let count = 2; taken.includes(key); count += 1) key = `key${count}`;
  return key;
}
