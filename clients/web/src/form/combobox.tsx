/** A text field with a list of suggestions; anything else can be written too. */
import { type FocusEvent, type KeyboardEvent, useId, useLayoutEffect, useRef, useState } from "react";
import { useText } from "~/i18n/index.tsx";
import { Icon } from "~/ui/index.ts";
import type { Named } from "./context.tsx";
import type { Wiring } from "./frame.tsx";

interface ComboboxProps {
  wiring: Wiring;
  value: string;
  onChange: (value: string) => void;
  options: readonly Named[];
  /** The options are on their way. */
  loading?: boolean | undefined;
  /** What is shown where there are no options. */
  empty?: string | undefined;
  /** Called when the options are needed. */
  onOpen?: (() => void) | undefined;
  placeholder?: string | undefined;
  readOnly?: boolean | undefined;
}

/** Suggestions by the WAI-ARIA combobox pattern: arrows choose, Enter takes, Escape closes. */
export function Combobox({ wiring, value, onChange, options, loading, empty, onOpen, placeholder, readOnly }: ComboboxProps) {
  const t = useText();
  const list = useId();
  const input = useRef<HTMLInputElement>(null);
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState(false);
  const [active, setActive] = useState(-1);
  const shown = typed ? matching(options, value) : options;
  const note = loading ? t("common.loading") : shown.length === 0 ? (empty ?? t("form.noChoices")) : undefined;

  const show = () => {
    if (readOnly || open) return;
    onOpen?.();
    setTyped(false);
    setActive(-1);
    setOpen(true);
  };
  const take = (option: Named | undefined) => {
    if (option) onChange(option.id);
    setOpen(false);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!open) return show();
      const step = event.key === "ArrowDown" ? 1 : -1;
      setActive((active + step + shown.length + (active < 0 && step < 0 ? 1 : 0)) % Math.max(shown.length, 1));
    } else if (event.key === "Enter" && open && active >= 0) {
      event.preventDefault();
      take(shown[active]);
    } else if (event.key === "Escape" && open) {
      event.stopPropagation();
      event.preventDefault();
      setOpen(false);
    }
  };
  const onBlur = (event: FocusEvent<HTMLElement>) => {
    if (!event.currentTarget.contains(event.relatedTarget)) setOpen(false);
  };

  return (
    <span className="combobox" onBlur={onBlur}>
      <input {...wiring} ref={input} className="input" role="combobox" autoComplete="off" spellCheck={false} aria-autocomplete="list" aria-expanded={open}
        aria-controls={open ? list : undefined} aria-activedescendant={open && active >= 0 ? `${list}-${active}` : undefined} value={value} readOnly={readOnly}
        placeholder={placeholder} onClick={show} onKeyDown={onKeyDown}
        onChange={(event) => { show(); setTyped(true); setActive(-1); onChange(event.target.value); }} />
      <Icon name="down" className="combobox-icon" />
      {open && <Options id={list} field={input.current} options={shown} active={active} value={value} note={note} onTake={take} label={t("form.choices")} />}
    </span>
  );
}

interface OptionsProps {
  id: string;
  label: string;
  field: HTMLElement | null;
  options: readonly Named[];
  active: number;
  value: string;
  note: string | undefined;
  onTake: (option: Named) => void;
}

function Options({ id, label, field, options, active, value, note, onTake }: OptionsProps) {
  const popover = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const box = popover.current;
    if (!box || !field) return;
    box.showPopover();
    const at = field.getBoundingClientRect();
    const below = innerHeight - at.bottom > Math.min(box.scrollHeight, 200) || at.top < innerHeight / 2;
    box.style.width = `${at.width}px`;
    box.style.left = `${at.left}px`;
    box.style.maxHeight = `${Math.min(280, (below ? innerHeight - at.bottom : at.top) - 8)}px`;
    box.style.top = below ? `${at.bottom + 2}px` : "auto";
    box.style.bottom = below ? "auto" : `${innerHeight - at.top + 2}px`;
  }, [field, options.length]);
  useLayoutEffect(() => {
    document.getElementById(`${id}-${active}`)?.scrollIntoView({ block: "nearest" });
  }, [id, active]);
  return (
    <div ref={popover} popover="manual" className="combobox-list">
      <div id={id} role="listbox" aria-label={label}>
        {options.map((option, index) => (
          <div key={option.id} id={`${id}-${index}`} role="option" aria-selected={option.id === value} data-active={index === active || undefined}
            onPointerDown={(event) => event.preventDefault()} onClick={() => onTake(option)}>
            <span>{option.id}</span>
            {option.label && option.label !== option.id && <span className="muted">{option.label}</span>}
          </div>
        ))}
      </div>
      {note && <div className="combobox-note muted" role="status">{note}</div>}
    </div>
  );
}

/** The options in which a text occurs, those that begin with it first. */
export function matching(options: readonly Named[], text: string): Named[] {
  const wanted = text.trim().toLowerCase();
  const place = (option: Named) => option.id.toLowerCase().indexOf(wanted);
  const found = options.filter((option) => place(option) >= 0 || option.label?.toLowerCase().includes(wanted));
  return found.sort((a, b) => Number(place(b) === 0) - Number(place(a) === 0));
}
