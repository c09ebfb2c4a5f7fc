/** What the screens of triggers ask for. Nothing says on a stream that a trigger saw something; that it started an execution, the
 * live executions tell. */
import type { TriggerEvent } from "@gennaker/client/gen/trigger";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { api, queryClient } from "~/api/index.ts";
import { type Changes, useLiveEffect } from "~/live/hooks.ts";

const PAGE = 50;

/** Reads everything about triggers again, after one was changed or fired. */
export async function refreshTriggers(): Promise<void> {
  await Promise.all([queryClient.invalidateQueries({ queryKey: ["triggers"] }), queryClient.invalidateQueries({ queryKey: ["trigger-events"] })]);
}

/** Whether a trigger has started something, or may have. */
export function hasAnyFired({ changes, missed }: Changes, trigger?: string): boolean {
  return missed || changes.some(({ before, after }) => !before && after.cause?.trigger && (!trigger || after.cause.trigger === trigger));
}

/** One trigger by its name. */
export function useTrigger(name: string) {
  return useQuery({ queryKey: ["triggers", "one", name], queryFn: async () => (await api.triggers.getTrigger({ name })).trigger ?? null });
}

/** The last event of each trigger of an application, as far as the newest events go. */
export function useLastEvents(application: string): ReadonlyMap<string, TriggerEvent> {
  const queryKey = ["trigger-events", application, "last"];
  useLiveEffect(application, (changes) => {
    if (hasAnyFired(changes)) void queryClient.invalidateQueries({ queryKey });
  });
  const { data } = useQuery({ queryKey, queryFn: async () => (await api.triggers.listTriggerEvents({ parent: application, pageSize: 200 })).events });
  // Newest first: what comes later in the list must not win.
  return new Map((data ?? []).toReversed().map((event) => [event.trigger, event]));
}

/** What a trigger saw, newest first, in pages. */
export function useLedger(application: string, trigger: string) {
  const queryKey = ["trigger-events", trigger];
  useLiveEffect(application, (changes) => {
    if (hasAnyFired(changes, trigger)) void queryClient.invalidateQueries({ queryKey });
  });
  return useInfiniteQuery({
    queryKey,
    initialPageParam: "",
    queryFn: ({ pageParam }) => api.triggers.listTriggerEvents({ parent: trigger, pageSize: PAGE, pageToken: pageParam }),
    getNextPageParam: (page) => page.nextPageToken || undefined,
  });
}
