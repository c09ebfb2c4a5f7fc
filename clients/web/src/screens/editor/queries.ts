/** What the editor and the screens of pipelines ask the server for. */
import { useQuery } from "@tanstack/react-query";
import { allPages, api, isNotFound } from "~/api/index.ts";

/** The key under which a pipeline is kept. */
export const pipelineKey = (name: string) => ["pipelines", "one", name] as const;

/** A pipeline by its name; nothing is asked without one. */
export function usePipeline(name: string | undefined) {
  return useQuery({
    queryKey: pipelineKey(name ?? ""),
    enabled: name !== undefined,
    queryFn: async () => (await api.pipelines.getPipeline({ name: name ?? "" })).pipeline,
  });
}


/** The revisions of a pipeline, newest first. */
export function useRevisions(parent: string) {
  return useQuery({
    queryKey: ["revisions", parent],
    queryFn: () => allPages(async (pageToken) => {
      const answer = await api.pipelines.listPipelineRevisions({ parent, pageSize: 200, pageToken });
      return { items: answer.revisions, nextPageToken: answer.nextPageToken };
    }),
  });
}

/** The last executions of a pipeline, newest first. */
export function useLastExecutions(application: string, pipeline: string, pageSize: number, enabled = true) {
  return useQuery({
    enabled,
    queryKey: ["executions", application, pipeline, pageSize],
    queryFn: async () => (await api.executions.listExecutions({ parent: `applications/${application}`, filter: `pipeline=${pipeline}`, pageSize })).executions,
  });
}

/** What the server has of a pipeline right now, never from what was read before. */
export function useLatest(name: string) {
  return useQuery({
    queryKey: ["pipelines", "latest", name],
    staleTime: 0,
    gcTime: 0,
    queryFn: async () => (await api.pipelines.getPipeline({ name })).pipeline,
  });
}

/** Whether there is a pipeline of a name already. */
export function useTaken(name: string | undefined) {
  return useQuery({
    queryKey: ["pipelines", "taken", name],
    enabled: name !== undefined,
    queryFn: async () => {
      try {
        await api.pipelines.getPipeline({ name: name ?? "" });
        return true;
      } catch (error) {
        if (isNotFound(error)) return false;
        throw error;
      }
    },
  });
}
