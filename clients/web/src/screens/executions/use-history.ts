/** The executions of a filter for screens: those that run, live, and those that have ended, which the server gives in pages. */
import type { Execution } from "@gennaker/client/gen/execution";
import { useEffect, useMemo, useRef, useSyncExternalStore } from "react";
import { api } from "~/api/index.ts";
import { useExecutions, useLiveEffect, useReady } from "~/live/hooks.ts";
import { endedTerms, type ExecutionFilter, matches } from "./filter.ts";
import { History, type HistoryState } from "./history.ts";
import { isActive } from "./strip.ts";

const PAGE = 50;

/** What a list shows. */
export interface Executions {
  /** Those that have not ended, newest first. */
  active: readonly Execution[];
  history: History;
  state: HistoryState;
  /** Whether all that run are known. */
  ready: boolean;
}

/** A history that has nothing yet. Views do not share one: what one lets go, another needs. */
function historyOf(parent: string, terms: string | undefined, _view: string): History {
  return new History(async (pageToken) => (terms === undefined ? { executions: [], nextPageToken: "" }
    : api.executions.listExecutions({ parent, filter: terms, pageSize: PAGE, pageToken, includeStages: true })));
}

/** The executions of an application, or of all. The filter keeps its identity as long as it says the same; another `view` begins anew. */
export function useFilteredExecutions(parent: string, filter: ExecutionFilter, view: string): Executions {
  const terms = endedTerms(filter);
  const history = useMemo(() => historyOf(parent, terms, view), [parent, terms, view]);
  const state = useSyncExternalStore(history.subscribe, history.state);
  const ready = useReady(`executions:${parent}`);
  useEffect(() => void history.more(), [history]);
  useCatchUp(history, state.begun, ready);
  const live = useExecutions(parent);
  const active = useMemo(() => live.filter((execution) => isActive(execution) && matches(filter, execution)), [live, filter]);
  useLiveEffect(parent, ({ changes, missed }) => {
    history.add(changes.map(({ after }) => after).filter((execution) => !isActive(execution) && matches(filter, execution)));
    if (missed) void history.refresh();
  });
  return { active, history, state, ready };
}

/** What was read before everything live was known may lack what ended in between: it is read once more then. */
function useCatchUp(history: History, begun: boolean, ready: boolean): void {
  const early = useRef<History>(undefined);
  useEffect(() => {
    if (!ready) early.current = history;
    else if (begun && early.current === history) {
      early.current = undefined;
      void history.refresh();
    }
  }, [history, begun, ready]);
}
