/** What the palette finds: applications, pipelines and server groups by name, executions by text. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { ALL_APPLICATIONS, allPages, api, idOf, lastId, screenOf, serverGroupScreen } from "~/api/index.ts";
import { useText } from "~/i18n/index.tsx";
import { useApplications } from "~/screens/applications/queries.ts";
import type { IconName } from "~/ui/index.ts";

/** Somewhere to go. */
export interface Place {
  to: string;
  label: string;
  /** What it is, in words. */
  kind: string;
  icon: IconName;
}

const PAGE = 500;

/** Applications, pipelines and server groups. They are read when the palette opens. */
export function usePlaces(): Place[] {
  const t = useText();
  const applications = useApplications().data ?? [];
  const pipelines = useQuery({
    queryKey: ["pipelines", ALL_APPLICATIONS],
    queryFn: () => allPages(async (pageToken) => {
      const answer = await api.pipelines.listPipelines({ parent: ALL_APPLICATIONS, pageSize: PAGE, pageToken });
      return { items: answer.pipelines, nextPageToken: answer.nextPageToken };
    }),
  }).data ?? [];
  const serverGroups = useQuery({
    queryKey: ["serverGroups", ALL_APPLICATIONS],
    queryFn: () => allPages(async (pageToken) => {
      const answer = await api.infrastructure.listServerGroups({ parent: ALL_APPLICATIONS, pageSize: PAGE, pageToken });
      return { items: answer.serverGroups, nextPageToken: answer.nextPageToken };
    }),
  }).data ?? [];
  return [
    ...applications.map(({ name }): Place => ({ to: screenOf(name), label: lastId(name), kind: t("shell.applications"), icon: "app" })),
    ...pipelines.map(({ name, displayName }): Place => ({
      to: screenOf(name), label: `${idOf(name, "applications")} / ${displayName || lastId(name)}`, kind: t("shell.pipelines"), icon: "pipeline",
    })),
    ...serverGroups.map(({ name, application }): Place => ({
      to: serverGroupScreen(application, name), label: lastId(name), kind: t("shell.serverGroups"), icon: "cloud",
    })),
  ];
}

/** Executions that a text finds. */
export function useFoundExecutions(text: string): Place[] {
  const t = useText();
  const wanted = text.replaceAll('"', "");
  const found = useQuery({
    queryKey: ["executions", ALL_APPLICATIONS, "text", wanted],
    enabled: wanted.length > 1,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => api.executions.listExecutions({ parent: ALL_APPLICATIONS, filter: `text="${wanted}"`, pageSize: 8 }, { signal }),
  }).data;
  if (!found || wanted.length < 2) return [];
  return found.executions.map((execution) => ({
    to: screenOf(execution.name), label: `${idOf(execution.name, "applications")} / ${execution.displayName} ${lastId(execution.name)}`, kind: t("shell.executions"), icon: "play",
  }));
}
