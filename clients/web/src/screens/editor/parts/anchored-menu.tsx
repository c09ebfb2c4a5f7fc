/** A menu at a place of the page, for things that are no buttons of their own. */
import { useEffectEvent, useLayoutEffect, useRef } from "react";
import { Icon, type MenuItem } from "~/ui/index.ts";
import { moveInMenu } from "~/ui/menu.tsx";

interface Props {
  label: string;
  anchor: DOMRect;
  items: readonly MenuItem[];
  onClose: () => void;
}

/** The menu, open as long as it is rendered. */
export function AnchoredMenu({ label, anchor, items, onClose }: Props) {
  const list = useRef<HTMLDivElement>(null);
  const close = useEffectEvent(onClose);
  useLayoutEffect(() => {
    const popover = list.current;
    if (!popover) return;
    const before = document.activeElement;
    popover.showPopover();
    const { offsetWidth: width, offsetHeight: height } = popover;
    const below = anchor.bottom + 4 + height < innerHeight;
    popover.style.top = `${below ? anchor.bottom + 4 : Math.max(4, anchor.top - height - 4)}px`;
    popover.style.left = `${Math.max(4, Math.min(anchor.left, innerWidth - width - 4))}px`;
    popover.querySelector("button")?.focus();
    const toggled = (event: ToggleEvent) => {
      if (event.newState === "closed") close();
    };
    popover.addEventListener("toggle", toggled);
    return () => {
      popover.removeEventListener("toggle", toggled);
      if (before instanceof HTMLElement) before.focus();
    };
  }, [anchor]);
  return (
    <div ref={list} role="menu" aria-label={label} popover="auto" className="menu-list" onKeyDown={(event) => moveInMenu(event, onClose)}>
      {items.map((item) => (
        <button key={item.label} type="button" role="menuitem" tabIndex={-1} data-danger={item.danger || undefined} aria-disabled={item.disabled || undefined}
          onClick={() => {
            if (item.disabled) return;
            onClose();
            item.onSelect();
          }}>
          {item.icon && <Icon name={item.icon} />}{item.label}
        </button>
      ))}
    </div>
  );
}
