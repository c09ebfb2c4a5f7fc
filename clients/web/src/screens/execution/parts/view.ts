/** What of an execution is shown: it stands in the address, so that a link shows the same. */
import { useCallback, useMemo } from "react";
import { useSearchParams } from "wouter";

export const TABS = ["graph", "timeline", "events", "json"] as const;
export type TabId = (typeof TABS)[number];

/** The view that an address asks for. */
export interface View {
  tab: TabId;
  /** The id of the selected stage. */
  stage: string | undefined;
  /** The number of the event up to which it is shown; not set shows it as it is now. */
  at: number | undefined;
}

export function readView(search: URLSearchParams): View {
  const at = Number(search.get("at") ?? Number.NaN);
  return {
    tab: TABS.find((tab) => tab === search.get("tab")) ?? "graph",
    stage: search.get("stage") ?? undefined,
    at: Number.isInteger(at) && at > 0 ? at : undefined,
  };
}

/** The address of a view; what is as usual is left out, and what others have put there stays. */
export function writeView(search: URLSearchParams, view: Partial<View>): URLSearchParams {
  const next = new URLSearchParams(search);
  for (const [key, value] of Object.entries(view)) {
    if (value === undefined || value === "graph") next.delete(key);
    else next.set(key, String(value));
  }
  // A line of a log belongs to the stage.
  if ("stage" in view) next.delete("line");
  return next;
}

/** The view, and how to change it. Selecting a stage is a step in the history; moving through the past is none. */
export function useView(): [View, (view: Partial<View>) => void] {
  const [search, setSearch] = useSearchParams();
  const view = useMemo(() => readView(search), [search]);
  const change = useCallback((part: Partial<View>) => {
    setSearch((current) => writeView(current, part), { replace: "at" in part || "tab" in part });
  }, [setSearch]);
  return [view, change];
}
