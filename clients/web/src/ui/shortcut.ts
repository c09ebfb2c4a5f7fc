/** Keys that a screen knows, as long as nobody types and no dialog is open. */
import { useEffect, useEffectEvent } from "react";
import { settings } from "~/settings.ts";

/** Whether a key belongs to the field that has the focus. */
function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea, select, [role=textbox], .cm-content"));
}

/**
 * Does something when a key is pressed. Letters can be switched off in the settings, and are none after `g`, which goes
 * somewhere else; Escape works always.
 */
export function useShortcut(key: string, act: (event: KeyboardEvent) => void, enabled = true): void {
  const onPress = useEffectEvent(act);
  useEffect(() => {
    if (!enabled) return;
    let last = "";
    const press = (event: KeyboardEvent) => {
      const before = last;
      last = event.key;
      if (event.key !== key || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      if (document.querySelector("dialog[open], [popover]:popover-open")) return;
      if (key.length === 1 && (before === "g" || isTyping(event.target) || !settings().shortcuts)) return;
      onPress(event);
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, [key, enabled]);
}
