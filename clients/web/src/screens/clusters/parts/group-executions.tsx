/** The executions about a server group: those whose texts name it. What runs now is on top, live. */
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api, queryClient } from "~/api/index.ts";
import { useText } from "~/i18n/index.tsx";
import { useExecutions, useLiveEffect } from "~/live/hooks.ts";
import { hasAnyEnded } from "~/screens/executions/changes.ts";
import { ExecutionRow } from "~/screens/executions/row.tsx";
import { isActive } from "~/screens/executions/strip.ts";
import { ErrorNote, Panel, Spinner } from "~/ui/index.ts";
import { makersOf, workOn } from "../model/operations.ts";
import { useMakers } from "./queries.ts";

const MOST = 20;

export function GroupExecutions({ application, serverGroup }: { application: string; serverGroup: string }) {
  const t = useText();
  const live = useExecutions(application);
  const makers = useMakers(application);
  const queryKey = ["executions", application, "about", serverGroup];
  useLiveEffect(application, (changes) => {
    if (hasAnyEnded(changes)) void queryClient.invalidateQueries({ queryKey });
  });
  const { data, error } = useQuery({
    queryKey,
    queryFn: async () => (await api.executions.listExecutions({ parent: application, filter: `active=false text="${serverGroup}"`, pageSize: MOST, includeStages: true })).executions,
  });
  const shown = useMemo(() => {
    const active = live.filter(isActive).filter((execution) => names([...workOn([execution]).keys(), ...makersOf([execution]).keys()], serverGroup));
    const maker = [...makers].find(([key]) => names([key], serverGroup))?.[1];
    const all = [...active, ...(data ?? []), ...(maker ? [maker] : [])];
    return [...new Map(all.map((execution) => [execution.name, execution])).values()].sort((a, b) => b.name.localeCompare(a.name));
  }, [live, data, makers, serverGroup]);
  return (
    <Panel title={t("clusters.executions")} flush>
      {error && <ErrorNote error={error} />}
      {!data && !error && <Spinner />}
      {data && shown.length === 0 && <p className="muted group-none">{t("clusters.noExecutions")}</p>}
      {shown.map((execution) => <ExecutionRow key={execution.name} execution={execution} />)}
    </Panel>
  );
}

function names(keys: readonly string[], serverGroup: string): boolean {
  return keys.some((key) => key.endsWith(`/${serverGroup}`));
}
