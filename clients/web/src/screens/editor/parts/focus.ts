/** Where the focus is when a dialog opens, and when it has closed. */
import { type RefObject, useEffect, useRef } from "react";

/** What is given the ref gets the focus when its dialog opens. The effect runs after that of the dialog inside. */
export function useFirstFocus<Element extends HTMLElement>(): RefObject<Element | null> {
  const ref = useRef<Element>(null);
  useEffect(() => ref.current?.focus(), []);
  return ref;
}

/** Gives the focus back to what had it before something opened, unless something else has taken it. */
export function useFocusBack(open: boolean): void {
  const before = useRef<HTMLElement>(null);
  useEffect(() => {
    if (!open) return;
    // The dialog has the focus by now; what had it before was noted while it opened.
    return () => {
      const target = before.current;
      requestAnimationFrame(() => {
        if (document.activeElement === document.body && target?.isConnected) target.focus();
      });
    };
  }, [open]);
  useEffect(() => {
    if (open) return;
    const note = (event: FocusEvent) => {
      if (event.target instanceof HTMLElement && !event.target.closest("dialog, [popover]")) before.current = event.target;
    };
    document.addEventListener("focusin", note);
    return () => document.removeEventListener("focusin", note);
  }, [open]);
}
