/** Who did what: starts, cancellations, judgments and the like of the latest executions, and the last saves of definitions. */
import type { Execution } from "@gennaker/client/gen/execution";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { Link } from "wouter";
import { ALL_APPLICATIONS, api, idOf, queryClient } from "~/api/index.ts";
import { type TextKey, useText } from "~/i18n/index.tsx";
import { useExecutions, useLiveEffect } from "~/live/hooks.ts";
import { useForgotten } from "~/screens/executions/forgotten.ts";
import { usePipelines, useTriggers } from "~/screens/executions/queries.ts";
import { EmptyState, ErrorNote, Icon, type IconName, Panel, Select, Spinner, Time } from "~/ui/index.ts";
import { VirtualList } from "~/ui/virtual-list.tsx";
import { useParameter } from "~/ui/parameters.ts";
import { type Action, type ActionKind, actionsOf, actorsOf } from "./actions.ts";
import "./people.css";

/** How many of the latest executions are looked at. */
const LATEST = 200;
const KEY = ["executions", ALL_APPLICATIONS, "people"];

const LOOKS: Record<ActionKind, { icon: IconName; text: TextKey }> = {
  started: { icon: "play", text: "operations.started" },
  operated: { icon: "cloud", text: "operations.operated" },
  canceled: { icon: "stop", text: "operations.canceled" },
  paused: { icon: "pause", text: "operations.paused" },
  approved: { icon: "check", text: "operations.approved" },
  rejected: { icon: "cross", text: "operations.rejected" },
  skipped: { icon: "skip", text: "operations.skipped" },
  savedPipeline: { icon: "save", text: "operations.savedPipeline" },
  savedTrigger: { icon: "save", text: "operations.savedTrigger" },
};

export function People() {
  const t = useText();
  const [actor, setActor] = useParameter("actor");
  const { actions, error, refetch } = useActions();
  const shown = useMemo(() => (actions ?? []).filter((action) => !actor || action.actor === actor), [actions, actor]);
  const actors = actorsOf(actions ?? []);
  const options = actor && !actors.includes(actor) ? [...actors, actor] : actors;
  return (
    <Panel title={t("operations.people")} flush actions={
      <Select hideLabel label={t("operations.actor")} value={actor} onChange={setActor}
        options={[{ value: "", label: t("operations.everybody") }, ...options.map((name) => ({ value: name, label: name }))]} />
    }>
      {error ? <ErrorNote error={error} onRetry={refetch} /> : !actions ? <Spinner />
        : shown.length === 0 ? <EmptyState icon="user" title={t("operations.nobody")}>{t("operations.nobodyText")}</EmptyState>
        : <VirtualList items={shown} itemKey={(action) => action.key} estimate={45} label={t("operations.people")} render={(action) => <Row action={action} />} />}
    </Panel>
  );
}

function Row({ action }: { action: Action }) {
  const t = useText();
  const { icon, text } = LOOKS[action.kind];
  return (
    <div className="action-row">
      <span className="muted"><Time at={action.time} relative /></span>
      <strong className="ellipsis">{action.actor}</strong>
      <span className="action-kind"><Icon name={icon} /> {t(text)}</span>
      <span className="action-what">
        <Link href={action.to} data-row="">{action.label}</Link> <span className="muted">{idOf(action.name, "applications")}</span>
        {action.reason && <span className="muted"> · {action.reason}</span>}
      </span>
    </div>
  );
}

/** The actions, kept up to date: what changes live is taken over what was read. */
function useActions(): { actions: Action[] | undefined; error: unknown; refetch: () => void } {
  const live = useExecutions(ALL_APPLICATIONS);
  const { data, error, refetch } = useQuery({
    queryKey: KEY,
    queryFn: async () => (await api.executions.listExecutions({ parent: ALL_APPLICATIONS, pageSize: LATEST, includeStages: true })).executions,
  });
  useForgotten(ALL_APPLICATIONS, live, data, KEY);
  useLiveEffect(ALL_APPLICATIONS, ({ missed }) => {
    if (missed) void queryClient.invalidateQueries({ queryKey: KEY });
  });
  const pipelines = usePipelines(ALL_APPLICATIONS).data;
  const triggers = useTriggers(ALL_APPLICATIONS).data;
  const actions = useMemo(() => {
    if (!data) return undefined;
    const latest = new Map<string, Execution>([...data, ...live].map((execution) => [execution.name, execution]));
    return actionsOf([...latest.values()], pipelines ?? [], triggers ?? []);
  }, [data, live, pipelines, triggers]);
  return { actions, error, refetch: () => void refetch() };
}
