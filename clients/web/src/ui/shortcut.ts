/** Keys that a screen knows, as long as nobody types and no dialog is open. */
import { useEffect, useEffectEvent } from "react";
import { settings } from "~/settings.ts";

/** Whether a key belongs to the field that has the focus. */
function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea, select, [role=textbox], .cm-content"));
}

/**
 * Does something when a key is pressed. Letters can be switched off in the settings, and are none after `g`, which goes
 * somewhere else. They come before what letters mean to the part that has the focus, as finding a stage by its name; Escape
 * comes after, and works always.
 */
export function useShortcut(key: string, act: (event: KeyboardEvent) => void, enabled = true): void {
  const onPress = useEffectEvent(act);
  useEffect(() => {
    if (!enabled) return;
    const isLetter = key.length === 1;
    let last = "";
    const press = (event: KeyboardEvent) => {
      const before = last;
      last = event.key;
      if (event.key !== key || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      if (document.querySelector("dialog[open], [popover]:popover-open")) return;
      if (isLetter && (before === "g" || isTyping(event.target) || !settings().shortcuts)) return;
      if (isLetter) event.stopPropagation();
      onPress(event);
    };
    document.addEventListener("keydown", press, isLetter);
    return () => document.removeEventListener("keydown", press, isLetter);
  }, [key, enabled]);
}
