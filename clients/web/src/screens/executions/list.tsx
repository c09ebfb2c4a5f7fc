/** The executions of an application: what runs, live, and the whole history behind it. */
import type { Pipeline } from "@gennaker/client/gen/pipeline";
import { useMemo, useState } from "react";
import { applicationName, lastId, screenOf } from "~/api/index.ts";
import { useText } from "~/i18n/index.tsx";
import { RunDialog } from "~/screens/execution/run-dialog.tsx";
import { Button, ButtonLink, EmptyState, Menu, type Option, Page, Panel } from "~/ui/index.ts";
import { ExecutionList } from "./execution-list.tsx";
import { useExecutionFilter } from "./filter-address.ts";
import { FilterBar } from "./filter-bar.tsx";
import { isFiltered } from "./filter.ts";
import { GroupingSwitch, useGrouping } from "./grouping.tsx";
import { usePipelines, useTriggers } from "./queries.ts";
import { useFilteredExecutions } from "./use-history.ts";

export default function ApplicationExecutions({ application }: { application: string }) {
  const t = useText();
  const name = applicationName(application);
  const { filter } = useExecutionFilter();
  const [byPipeline] = useGrouping();
  const executions = useFilteredExecutions(name, filter, byPipeline ? "pipeline" : "time");
  const pipelines = usePipelines(name).data;
  const triggers = useTriggers(name).data;
  return (
    <Page title={t("lists.executionsOf", { application })} crumbs={[{ label: application, to: screenOf(name) }]}
      actions={<RunButton pipelines={pipelines} wanted={filter.pipeline} />}>
      <FilterBar pipelines={useOptions(pipelines)} triggers={useOptions(triggers)} />
      <Panel title={t("lists.executions")} actions={<GroupingSwitch />} flush>
        <ExecutionList executions={executions} byPipeline={byPipeline} empty={isFiltered(filter)
          ? <EmptyState icon="search" title={t("lists.noMatch")}>{t("lists.noMatchText")}</EmptyState>
          : <EmptyState icon="play" title={t("lists.noExecutions")} command={`gennaker run ${application}/PIPELINE --follow`}
              action={<ButtonLink to={`${screenOf(name)}/pipelines`} icon="pipeline">{t("lists.toPipelines")}</ButtonLink>}>{t("lists.noExecutionsText")}</EmptyState>} />
      </Panel>
    </Page>
  );
}

function useOptions(items: readonly { name: string; displayName: string }[] | undefined): Option[] {
  return useMemo(() => (items ?? []).map(({ name, displayName }) => ({ value: lastId(name), label: displayName || lastId(name) })), [items]);
}

/** Runs the pipeline that the list is about, or one that is chosen. */
function RunButton({ pipelines, wanted }: { pipelines: readonly Pipeline[] | undefined; wanted: string }) {
  const t = useText();
  const [chosen, choose] = useState<string>();
  const enabled = (pipelines ?? []).filter((pipeline) => !pipeline.disabled);
  const only = enabled.find((pipeline) => lastId(pipeline.name) === wanted);
  const dialog = chosen && <RunDialog pipeline={chosen} onClose={() => choose(undefined)} />;
  if (only) return <><Button tone="primary" icon="play" onClick={() => choose(only.name)}>{t("lists.runOne", { pipeline: only.displayName || lastId(only.name) })}</Button>{dialog}</>;
  if (enabled.length === 0) return null;
  return (
    <>
      <Menu items={enabled.map(({ name, displayName }) => ({ label: displayName || lastId(name), icon: "play" as const, onSelect: () => choose(name) }))}
        trigger={(wiring) => <Button tone="primary" icon="play" {...wiring}>{t("lists.run")}</Button>} />
      {dialog}
    </>
  );
}
