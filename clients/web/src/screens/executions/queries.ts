/** What lists of executions offer to filter by. */
import { useQuery } from "@tanstack/react-query";
import { allPages, api } from "~/api/index.ts";

const PAGE = 500;

/** The pipelines of an application, by name. */
export function usePipelines(parent: string) {
  return useQuery({
    queryKey: ["pipelines", parent],
    queryFn: () => allPages(async (pageToken) => {
      const answer = await api.pipelines.listPipelines({ parent, pageSize: PAGE, pageToken });
      return { items: answer.pipelines, nextPageToken: answer.nextPageToken };
    }),
  });
}

/** The triggers of an application, by name. */
export function useTriggers(parent: string) {
  return useQuery({
    queryKey: ["triggers", parent],
    queryFn: () => allPages(async (pageToken) => {
      const answer = await api.triggers.listTriggers({ parent, pageSize: PAGE, pageToken });
      return { items: answer.triggers, nextPageToken: answer.nextPageToken };
    }),
  });
}
