/** Menus: a button that opens a list of things to do. */
import { type KeyboardEvent, type ReactNode, useId, useLayoutEffect, useRef, useState } from "react";
import { Icon, type IconName } from "./icon.tsx";
import "./menu.css";

/** A thing to do. */
export interface MenuItem {
  label: string;
  icon?: IconName;
  danger?: boolean;
  disabled?: boolean;
  onSelect: () => void;
}

interface MenuProps {
  /** The trigger, which gets what ties it to the list. */
  trigger: (wiring: { id: string; "aria-haspopup": "menu"; "aria-expanded": boolean; onClick: () => void }) => ReactNode;
  items: readonly MenuItem[];
}

/** A menu by the WAI-ARIA pattern: arrows move, Home and End jump, Escape closes and gives the focus back. */
export function Menu({ trigger, items }: MenuProps) {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState(false);
  useLayoutEffect(() => {
    const popover = list.current;
    if (!open || !popover) return;
    popover.showPopover();
    place(popover, document.getElementById(id));
    popover.querySelector("button")?.focus();
  }, [open, id]);
  const close = () => {
    setOpen(false);
    document.getElementById(id)?.focus();
  };
  return (
    <>
      {trigger({ id, "aria-haspopup": "menu", "aria-expanded": open, onClick: () => setOpen(!open) })}
      {open && (
        <div ref={list} role="menu" aria-labelledby={id} popover="auto" className="menu-list"
          onToggle={(event) => { if (event.newState === "closed") setOpen(false); }}
          onKeyDown={(event) => moveInMenu(event, close)}>
          {items.map((item) => (
            <button key={item.label} type="button" role="menuitem" tabIndex={-1} data-danger={item.danger || undefined}
              aria-disabled={item.disabled || undefined} onClick={() => { if (!item.disabled) { close(); item.onSelect(); } }}>
              {item.icon && <Icon name={item.icon} />}{item.label}
            </button>
          ))}
        </div>
      )}
    </>
  );
}

/** Below the trigger, or above it where there is more room, and never past the edge. */
function place(popover: HTMLElement, trigger: HTMLElement | null) {
  if (!trigger) return;
  const at = trigger.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = popover;
  const below = at.bottom + 4 + height < innerHeight || at.top < height;
  popover.style.top = `${below ? at.bottom + 4 : at.top - height - 4}px`;
  popover.style.left = `${Math.max(4, Math.min(at.left, innerWidth - width - 4))}px`;
}

/** What the keys do in a list of things to do. */
export function moveInMenu(event: KeyboardEvent<HTMLElement>, close: () => void) {
  const buttons = [...event.currentTarget.querySelectorAll("button")];
  const at = buttons.findIndex((button) => button === document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
  if (event.key === "Escape" || event.key === "Tab") close();
  if (event.key === "Escape") event.preventDefault();
  if (to === undefined) return;
  event.preventDefault();
  buttons[(to + buttons.length) % buttons.length]?.focus();
}
