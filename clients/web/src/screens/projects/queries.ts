/** What the screens of projects ask for. What executions change is read again when they end. */
import type { Execution } from "@gennaker/client/gen/execution";
import type { Project } from "@gennaker/client/gen/project";
import type { ServerGroup } from "@gennaker/client/gen/server_group";
import { useQueries, useQuery, type UseQueryResult } from "@tanstack/react-query";
import { useMemo } from "react";
import { ALL_APPLICATIONS, allPages, api, idOf, queryClient } from "~/api/index.ts";
import { useExecutions, useLiveEffect } from "~/live/hooks.ts";
import { useForgotten } from "~/screens/executions/forgotten.ts";
import { newestOf } from "~/screens/pipelines/list-last.ts";
import { deployedIn } from "./deployed.ts";

const PAGE = 500;
/** How many of an application's newest executions are looked at for those of its pipelines. */
const NEWEST = 50;
const NEWEST_KEY = ["executions", "newest"];

/** All projects that the user may read, by name. */
export function useProjects() {
  return useQuery({
    queryKey: ["projects"],
    queryFn: () => allPages(async (pageToken) => {
      const answer = await api.projects.listProjects({ pageSize: PAGE, pageToken });
      return { items: answer.projects, nextPageToken: answer.nextPageToken };
    }),
  });
}

/** One project by its name. */
export function useProject(name: string) {
  return useQuery({ queryKey: ["projects", "one", name], queryFn: async () => (await api.projects.getProject({ name })).project ?? null });
}

/** The applications that a project is about, those of its pipelines included. */
export function applicationsOf(project: Project): string[] {
  const ofPipelines = project.pipelines.map((pipeline) => `applications/${idOf(pipeline, "applications")}`);
  return [...new Set([...project.applications, ...ofPipelines])];
}

/** The server groups of applications, read again when a stage or an execution of one of them has changed them. */
export function useServerGroups(applications: readonly string[]): { groups: readonly ServerGroup[]; ready: boolean; error: unknown } {
  useLiveEffect(ALL_APPLICATIONS, ({ changes, missed }) => {
    const changed = deployedIn(changes);
    for (const application of applications) {
      if (missed || changed.has(application)) void queryClient.invalidateQueries({ queryKey: ["serverGroups", application] });
    }
  });
  return useQueries({
    queries: applications.map((parent) => ({
      queryKey: ["serverGroups", parent],
      queryFn: () => allPages(async (pageToken: string) => {
        const answer = await api.infrastructure.listServerGroups({ parent, pageSize: PAGE, pageToken });
        return { items: answer.serverGroups, nextPageToken: answer.nextPageToken };
      }),
    })),
    combine: groupsOf,
  });
}

// These stand alone so that they are the same functions each time: only then what they give stays the same.
function groupsOf(results: UseQueryResult<ServerGroup[]>[]) {
  return {
    groups: results.flatMap(({ data }) => data ?? []),
    ready: results.every(({ isPending }) => !isPending),
    error: results.find(({ error }) => error)?.error,
  };
}

function executionsOf(results: UseQueryResult<Execution[]>[]): Execution[] {
  return results.flatMap(({ data }) => data ?? []);
}

/** The newest execution of each pipeline of applications. */
export function useNewestExecutions(applications: readonly string[]): ReadonlyMap<string, Execution> {
  const live = useExecutions(ALL_APPLICATIONS);
  const read = useQueries({
    queries: applications.map((parent) => ({
      queryKey: [...NEWEST_KEY, parent],
      queryFn: async () => (await api.executions.listExecutions({ parent, pageSize: NEWEST, includeStages: true })).executions,
    })),
    combine: executionsOf,
  });
  useForgotten(ALL_APPLICATIONS, live, read, NEWEST_KEY);
  useLiveEffect(ALL_APPLICATIONS, ({ missed }) => {
    if (missed) void queryClient.invalidateQueries({ queryKey: NEWEST_KEY });
  });
  return useMemo(() => newestOf(live, read), [live, read]);
}
