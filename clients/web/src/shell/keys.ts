/** Keys that work everywhere: `/` or Ctrl+K searches, `?` helps, `g` and a letter goes somewhere, `j` and `k` move over rows. */
import { useEffect, useRef } from "react";
import { settings } from "~/settings.ts";

interface Keys {
  go: (to: string) => void;
  /** The application that the page is about. */
  application: string | undefined;
  onSearch: () => void;
  onHelp: () => void;
}

/** Where `g` and a letter goes. */
export function destination(letter: string, application: string | undefined): string | undefined {
  const inside = application && { e: "executions", c: "clusters", p: "pipelines" }[letter];
  return inside ? `/apps/${application}/${inside}` : { h: "/", a: "/apps", o: "/operations" }[letter];
}

/** Whether a key belongs to the field that has the focus. */
function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea, select, [role=textbox], .cm-content"));
}

/** Moves the focus over what is marked as a row: `data-row` on the link or button that opens it. */
function moveRow(step: 1 | -1) {
  const rows = [...document.querySelectorAll<HTMLElement>("[data-row]")];
  const at = rows.findIndex((row) => row === document.activeElement);
  const next = rows[at < 0 ? (step > 0 ? 0 : rows.length - 1) : at + step];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

export function useKeys(keys: Keys): void {
  const latest = useRef(keys);
  useEffect(() => {
    latest.current = keys;
  });
  useEffect(() => {
    let leading = false;
    const press = (event: KeyboardEvent) => {
      const { go, application, onSearch, onHelp } = latest.current;
      // What has the focus comes first: a name that is typed to jump to a stage may well begin with g and e.
      if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
      if ((event.ctrlKey || event.metaKey) && event.key === "k") {
        event.preventDefault();
        return onSearch();
      }
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || !settings().shortcuts) return;
      const to = leading ? destination(event.key, application) : undefined;
      leading = event.key === "g" && !leading;
      if (to) return go(to);
      if (event.key === "j") moveRow(1);
      else if (event.key === "k") moveRow(-1);
      else if (event.key === "?") onHelp();
      else if (event.key === "/") {
        event.preventDefault();
        onSearch();
      }
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, []);
}
