/** What a person has chosen in this browser: name, appearance, language, keys. */
import { useSyncExternalStore } from "react";
import type { Language } from "./i18n/index.tsx";

export interface Settings {
  /** The name that actions are recorded under. */
  actor: string;
  theme: "system" | "light" | "dark";
  /** Not set takes the browser's. */
  language?: Language;
  /** Single-key shortcuts work. */
  shortcuts: boolean;
}

const KEY = "gennaker.settings";
const DEFAULTS: Settings = { actor: "", theme: "system", shortcuts: true };
const listeners = new Set<() => void>();
let current = read();

function read(): Settings {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    return { ...DEFAULTS, ...(typeof stored === "object" ? stored : {}) };
  } catch {
    return DEFAULTS;
  }
}

function changed(next: Settings) {
  current = next;
  for (const listener of listeners) listener();
}

// Another tab changed them.
addEventListener("storage", (event) => {
  if (event.key === KEY) changed(read());
});

/** The settings now. */
export function settings(): Settings {
  return current;
}

/** Changes some of them, for all tabs. */
export function change(part: Partial<Settings>): void {
  changed({ ...current, ...part });
  try {
    localStorage.setItem(KEY, JSON.stringify(current));
  } catch {
    // Storage may be full or forbidden: then they last as long as the page.
  }
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The settings, in components. */
export function useSettings(): Settings {
  return useSyncExternalStore(subscribe, settings);
}
