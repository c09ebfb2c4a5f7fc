/** One server group, live: what it is, its instances with their logs, its configuration, and what was done to it. */
import type { ServerGroup } from "@gennaker/client/gen/server_group";
import { useState } from "react";
import { Link } from "wouter";
import { applicationName, screenOf } from "~/api/index.ts";
import { useText } from "~/i18n/index.tsx";
import { useRefusal } from "~/live/hooks.ts";
import { Badge, EmptyState, HEALTH_LOOKS, Page, Panel, Spinner, StatusBadge } from "~/ui/index.ts";
import { useParameter } from "~/ui/parameters.ts";
import { type Asked, DeedDialog } from "./actions/deed-dialog.tsx";
import { regionName } from "./model/names.ts";
import { workOf } from "./model/operations.ts";
import { Configuration } from "./parts/configuration.tsx";
import { GroupExecutions } from "./parts/group-executions.tsx";
import { GroupFacts } from "./parts/group-facts.tsx";
import { GroupMenu } from "./parts/group-menu.tsx";
import { InstanceLog } from "./parts/instance-log.tsx";
import { InstanceTable } from "./parts/instance-table.tsx";
import { Notices } from "./parts/notices.tsx";
import { useServerGroups, useWork } from "./parts/queries.ts";
import { WorkBadge } from "./parts/work-badge.tsx";

interface Parts {
  application: string;
  account: string;
  region: string;
  serverGroup: string;
}

export default function ServerGroupScreen({ application: id, account, region, serverGroup }: Parts) {
  const t = useText();
  const application = applicationName(id);
  const name = `${regionName(account, region)}/serverGroups/${serverGroup}`;
  const { snapshot, groups } = useServerGroups(application);
  const refusal = useRefusal(`infrastructure:${application}`);
  const [asked, ask] = useState<Asked>();
  const group = groups.find((one) => one.name === name);
  const clusters = `${screenOf(application)}/clusters`;
  return (
    <Page title={serverGroup} crumbs={[{ label: id, to: screenOf(application) }, { label: t("shell.clusters"), to: clusters }, { label: `${account} / ${region}`, to: `${clusters}?account=${account}&region=${region}` }]}
      actions={group && <GroupMenu own group={group} onDeed={(deed) => ask({ deed, targets: [group] })} />}>
      <Notices unreachable={snapshot?.unreachable} refusal={refusal?.message} />
      {!snapshot && !refusal && <Spinner />}
      {snapshot && !group && <Panel><EmptyState icon="cloud" title={t("clusters.goneTitle", { name: serverGroup })} action={<Link href={clusters}>{t("shell.clusters")}</Link>}>{t("clusters.goneText")}</EmptyState></Panel>}
      {group && <Shown application={application} group={group} />}
      {snapshot && <GroupExecutions application={application} serverGroup={serverGroup} />}
      {asked && <DeedDialog asked={asked} application={application} all={groups} onClose={() => ask(undefined)} onStarted={() => {}} />}
    </Page>
  );
}

function Shown({ application, group }: { application: string; group: ServerGroup }) {
  const t = useText();
  const { instances } = useServerGroups(application);
  const work = workOf(group, useWork(application));
  const [log, showLog] = useParameter("log");
  const own = instances.get(group.name) ?? [];
  return (
    <>
      <div className="row">
        {group.disabled ? <Badge icon="dash">{t("status.disabled")}</Badge> : <Badge tone="ok" icon="check">{t("status.enabled")}</Badge>}
        <StatusBadge look={HEALTH_LOOKS[group.health]} />
        {work && <WorkBadge work={work} />}
      </div>
      <GroupFacts group={group} />
      <InstanceTable instances={own} shown={log} onLog={showLog} />
      {log && <InstanceLog key={log} name={`${group.name}/instances/${log}`} onClose={() => showLog("")} />}
      <Configuration group={group} />
    </>
  );
}
