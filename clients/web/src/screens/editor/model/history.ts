/** Undo and redo. */
import type { JsonObject } from "./json.ts";

/** How many steps can be taken back. */
export const DEPTH = 100;

/** Within this time, changes of the same thing are one step: typing is not taken back letter by letter. */
const TOGETHER = 1500;

/** The document as it is, and as it was before and after. */
export interface History {
  readonly past: readonly JsonObject[];
  readonly present: JsonObject;
  readonly future: readonly JsonObject[];
  /** What changed last, and when. */
  readonly last?: { readonly what: string; readonly when: number } | undefined;
}

export function begin(present: JsonObject): History {
  return { past: [], present, future: [] };
}

/** Notes a change. `what` names the thing that is being typed in; without it, each change is a step of its own. */
export function change(history: History, present: JsonObject, when: number, what?: string): History {
  if (present === history.present) return history;
  const last = what === undefined ? undefined : { what, when };
  const { last: before } = history;
  const together = last && before && before.what === last.what && when - before.when < TOGETHER && history.past.length > 0;
  if (together) return { past: history.past, present, future: [], last };
  return { past: [...history.past, history.present].slice(-DEPTH), present, future: [], last };
}

export function undo(history: History): History {
  const present = history.past.at(-1);
  return present ? { past: history.past.slice(0, -1), present, future: [history.present, ...history.future] } : history;
}

export function redo(history: History): History {
  const [present, ...future] = history.future;
  return present ? { past: [...history.past, history.present], present, future } : history;
}
