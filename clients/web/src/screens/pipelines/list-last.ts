/** The last execution of each pipeline of an application, from one page of the newest and what is live: asking for each pipeline
 * would be hundreds of calls. A pipeline whose last execution is older has none here. */
import type { Execution } from "@gennaker/client/gen/execution";
import { ExecutionStatus } from "@gennaker/client/gen/status";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api, queryClient } from "~/api/index.ts";
import { useExecutions, useLiveEffect } from "~/live/hooks.ts";
import { useForgotten } from "~/screens/executions/forgotten.ts";

const PAGE = 100;

/** The newest execution of each pipeline, by the name of the pipeline; one that only waits for its turn says less than any other. */
export function newestOf(...lists: readonly (readonly Execution[])[]): Map<string, Execution> {
  const newest = new Map<string, Execution>();
  // What is live comes first, and is kept where a page has the same execution as it was before.
  for (const execution of lists.flat()) {
    const known = newest.get(execution.pipeline);
    if (!known || isQueued(known) > isQueued(execution) || (isQueued(known) === isQueued(execution) && known.name < execution.name)) newest.set(execution.pipeline, execution);
  }
  return newest;
}

function isQueued(execution: Execution): boolean {
  return execution.status === ExecutionStatus.QUEUED;
}

/** The same for an application, kept up to date. */
export function useLastExecutions(application: string): { last: ReadonlyMap<string, Execution>; ready: boolean } {
  const live = useExecutions(application);
  const queryKey = ["executions", application, "newest"];
  const { data, isPending } = useQuery({
    queryKey,
    queryFn: async () => (await api.executions.listExecutions({ parent: application, pageSize: PAGE, includeStages: true })).executions,
  });
  useForgotten(application, live, data, queryKey);
  useLiveEffect(application, (changes) => {
    // What ends is still among the live ones.
    if (changes.missed) void queryClient.invalidateQueries({ queryKey });
  });
  return { last: useMemo(() => newestOf(live, data ?? []), [live, data]), ready: !isPending };
}
