/** Keys of the whole editor: undo, redo, save; and stages by way of the clipboard. */
import { useEffect, useEffectEvent } from "react";
import type { Commands } from "./commands.ts";
import type { Session } from "./session.ts";

interface Keys {
  session: Session;
  commands: Commands;
  /** No dialog is open. */
  idle: boolean;
  save: () => void;
}

/** Whether a field of text has the focus, which copies and pastes by itself. */
function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("input, textarea, select, [contenteditable=true], .cm-editor") !== null;
}

export function useEditorKeys({ session, commands, idle, save }: Keys): void {
  const press = useEffectEvent((event: KeyboardEvent) => {
    if (!idle || event.defaultPrevented || !(event.ctrlKey || event.metaKey) || event.altKey) return;
    // A code editor has a history of its own, of what was typed in it.
    const inCode = event.target instanceof Element && event.target.closest(".cm-editor") !== null;
    const key = event.key.toLowerCase();
    const action = key === "s" ? save : inCode ? undefined : key === "z" ? (event.shiftKey ? session.redo : session.undo) : key === "y" ? session.redo : undefined;
    if (!action) return;
    event.preventDefault();
    action();
  });
  const copy = useEffectEvent((event: ClipboardEvent) => {
    if (!idle || isTyping(event.target) || !getSelection()?.isCollapsed) return;
    const text = commands.copyText();
    if (text === undefined) return;
    event.clipboardData?.setData("text/plain", text);
    event.preventDefault();
    if (event.type === "cut") commands.remove();
  });
  const paste = useEffectEvent((event: ClipboardEvent) => {
    if (!idle || isTyping(event.target)) return;
    if (commands.pasteText(event.clipboardData?.getData("text/plain") ?? "")) event.preventDefault();
  });
  useEffect(() => {
    const abort = new AbortController();
    const { signal } = abort;
    document.addEventListener("keydown", press, { signal });
    document.addEventListener("copy", copy, { signal });
    document.addEventListener("cut", copy, { signal });
    document.addEventListener("paste", paste, { signal });
    return () => abort.abort();
  }, []);
}
