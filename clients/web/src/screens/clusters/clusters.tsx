/** What of an application runs where: its clusters, live, and what can be done to them. */
import type { ServerGroup } from "@gennaker/client/gen/server_group";
import { useCallback, useMemo, useState } from "react";
import { useLocation, useSearchParams } from "wouter";
import { applicationName, screenOf, serverGroupScreen } from "~/api/index.ts";
import { useText } from "~/i18n/index.tsx";
import { useRefusal } from "~/live/hooks.ts";
import { Button, ButtonLink, EmptyState, Page, Panel, Spinner } from "~/ui/index.ts";
import { useParameter } from "~/ui/parameters.ts";
import { CreateDialog } from "./actions/create-dialog.tsx";
import { type Asked, DeedDialog } from "./actions/deed-dialog.tsx";
import { sumOf } from "./model/health.ts";
import { passes, rowsOf } from "./model/tree.ts";
import { ClusterGrid } from "./parts/cluster-grid.tsx";
import { Filters, useClusterFilter } from "./parts/filters.tsx";
import type { Deed } from "./parts/group-menu.tsx";
import { HealthCounts } from "./parts/health-dots.tsx";
import { useMakers, useServerGroups, useWork } from "./parts/queries.ts";
import { SelectionBar } from "./parts/selection-bar.tsx";
import { Notices } from "./parts/notices.tsx";

export default function Clusters({ application: id }: { application: string }) {
  const t = useText();
  const application = applicationName(id);
  const { snapshot, groups } = useServerGroups(application);
  const refusal = useRefusal(`infrastructure:${application}`);
  const [making, setMaking] = useState(false);
  return (
    <Page title={t("clusters.title", { application: id })} crumbs={[{ label: id, to: screenOf(application) }]}
      actions={<Button icon="add" onClick={() => setMaking(true)}>{t("clusters.deploy")}</Button>}>
      <Notices unreachable={snapshot?.unreachable} refusal={refusal?.message} />
      {!snapshot && !refusal && <Spinner />}
      {snapshot && groups.length === 0 && (
        <Panel><EmptyState icon="cloud" title={t("clusters.empty")} command={`gennaker clusters ${id}`} action={<ButtonLink to={`${screenOf(application)}/pipelines`} icon="pipeline">{t("clusters.toPipelines")}</ButtonLink>}>{t("clusters.emptyText")}</EmptyState></Panel>
      )}
      {groups.length > 0 && <Tree application={application} />}
      {making && <CreateDialog application={application} onClose={() => setMaking(false)} />}
    </Page>
  );
}

/** The filter, the tree under it, and what is selected in it. */
function Tree({ application }: { application: string }) {
  const t = useText();
  const [, go] = useLocation();
  const { groups, instances } = useServerGroups(application);
  const work = useWork(application);
  const makers = useMakers(application);
  const filter = useClusterFilter();
  const clear = useClearFilter();
  const [closed, toggle] = useClosed();
  const [asked, ask] = useState<Asked>();
  const { selection, select, clearSelection } = useSelection();
  const rows = useMemo(() => rowsOf(groups, filter, closed), [groups, filter, closed]);
  const shown = useMemo(() => groups.filter((group) => passes(group, filter)), [groups, filter]);
  const selected = useMemo(() => groups.filter(({ name }) => selection.has(name)), [groups, selection]);
  const onDeed = useCallback((deed: Deed, group: ServerGroup) => ask({ deed, targets: [group] }), []);
  return (
    <>
      <Filters groups={groups} filter={filter} onClear={clear} />
      <Panel title={t("clusters.shown", { count: shown.length })} actions={<HealthCounts numbers={sumOf(shown)} signs />} flush>
        {rows.length === 0
          ? <EmptyState icon="search" title={t("clusters.noMatch")} action={<Button icon="close" onClick={clear}>{t("clusters.clearFilter")}</Button>}>{t("clusters.noMatchText")}</EmptyState>
          : <ClusterGrid rows={rows} instances={instances} work={work} makers={makers} selection={selection} onToggle={toggle} onSelect={select} onDeed={onDeed}
              onOpen={(group) => go(serverGroupScreen(application, group.name))} onRollback={(targets) => ask({ deed: "rollbackCluster", targets })} />}
      </Panel>
      {selected.length > 0 && <SelectionBar count={selected.length} onDeed={(deed) => ask({ deed, targets: selected })} onClear={clearSelection} />}
      {asked && <DeedDialog asked={asked} application={application} all={groups} onClose={() => ask(undefined)} onStarted={clearSelection} />}
    </>
  );
}

function useClearFilter(): () => void {
  const [, setParameters] = useSearchParams();
  return () => setParameters((before) => {
    const next = new URLSearchParams(before);
    for (const name of ["account", "region", "health", "text"]) next.delete(name);
    return next;
  }, { replace: true });
}

/** The headings that are closed; they are in the address. */
function useClosed(): [ReadonlySet<string>, (key: string) => void] {
  const [text, setText] = useParameter("closed");
  const closed = useMemo(() => new Set(text ? text.split(",") : []), [text]);
  const toggle = (key: string) => {
    const next = new Set(closed);
    if (!next.delete(key)) next.add(key);
    setText([...next].join(","));
  };
  return [closed, toggle];
}

function useSelection() {
  const [selection, setSelection] = useState<ReadonlySet<string>>(new Set());
  const select = useCallback((name: string, wanted: boolean) => setSelection((before) => {
    const next = new Set(before);
    if (wanted) next.add(name);
    else next.delete(name);
    return next;
  }), []);
  return { selection, select, clearSelection: useCallback(() => setSelection(new Set()), []) };
}
