/** One application: what runs, its pipelines, its clusters in a line each, and who owns it. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { api, applicationName, lastId, queryClient, screenOf } from "~/api/index.ts";
import { useText } from "~/i18n/index.tsx";
import { useExecutions, useInfrastructure, useLiveEffect } from "~/live/hooks.ts";
import { groupBy } from "~/screens/clusters/model/group-by.ts";
import { ButtonLink, EmptyState, ErrorNote, Facts, HEALTH_LOOKS, Markdown, Page, Panel, Spinner, StatusBadge, Time } from "~/ui/index.ts";
import { hasAnyEnded, useCaughtUp } from "../executions/changes.ts";
import { ExecutionRow } from "../executions/row.tsx";
import { isActive } from "../executions/strip.ts";
import { useApplication } from "./queries.ts";

const RECENT = 10;

export default function Overview({ application }: { application: string }) {
  const t = useText();
  const name = applicationName(application);
  const { data, error, refetch } = useApplication(name);
  const base = screenOf(name);
  return (
    <Page title={data?.displayName || application} crumbs={[{ label: t("shell.applications"), to: "/apps" }]}
      actions={<ButtonLink to={`${base}/pipelines/new/edit`} icon="add">{t("applications.newPipeline")}</ButtonLink>}>
      {error && <ErrorNote error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Spinner />}
      {data && (
        <Panel>
          <div className="stack">
            {data.description && <Markdown text={data.description} />}
            <Facts facts={[
              [t("applications.owners"), data.email],
              [t("applications.labels"), Object.entries(data.labels).map(([key, value]) => `${key}=${value}`).join(", ")],
              [t("applications.changed"), <span key="changed"><Time at={data.updateTime} relative /> {data.updateActor && t("applications.by", { actor: data.updateActor })}</span>],
            ]} />
          </div>
        </Panel>
      )}
      <Executions application={name} />
      <Clusters application={name} />
    </Page>
  );
}

/** What runs, live, then what ended last. */
function Executions({ application }: { application: string }) {
  const t = useText();
  const active = useExecutions(application).filter(isActive);
  const queryKey = ["executions", application, "recent"];
  useLiveEffect(application, (changes) => {
    if (hasAnyEnded(changes)) void queryClient.invalidateQueries({ queryKey });
  });
  useCaughtUp(application, queryKey);
  const ended = useQuery({
    queryKey,
    queryFn: () => api.executions.listExecutions({ parent: application, filter: "active=false", pageSize: RECENT, includeStages: true }),
  }).data?.executions ?? [];
  const shown = [...active, ...ended];
  return (
    <Panel title={t("applications.recent")} actions={<Link href={`${screenOf(application)}/executions`}>{t("applications.allExecutions")}</Link>} flush>
      {shown.length > 0 ? shown.map((execution) => <ExecutionRow key={execution.name} execution={execution} />)
        : <EmptyState icon="play" title={t("applications.noExecutions")} command={`gennaker run ${lastId(application)}/PIPELINE --follow`}>{t("applications.noExecutionsText")}</EmptyState>}
    </Panel>
  );
}

/** Its clusters with the health of each. */
function Clusters({ application }: { application: string }) {
  const t = useText();
  const infrastructure = useInfrastructure(application);
  const clusters = groupBy(infrastructure?.serverGroups ?? [], (group) => `${group.account} / ${group.cluster}`);
  return (
    <Panel title={<Link href={`${screenOf(application)}/clusters`}>{t("applications.clusters")}</Link>}>
      {clusters.size === 0 ? <span className="muted">{t("applications.noClusters")}</span> : (
        <Facts facts={[...clusters].map(([cluster, groups]) => [cluster, (
          <span key={cluster} className="row">
            {groups.filter((group) => !group.disabled).map((group) => (
              <span key={group.name} className="row"><StatusBadge look={HEALTH_LOOKS[group.health]} bare /> {lastId(group.name)} <span className="muted">{lastId(group.image)}</span></span>
            ))}
            <span className="muted">{t("applications.serverGroups", { count: groups.length })}</span>
          </span>
        )])} />
      )}
    </Panel>
  );
}
