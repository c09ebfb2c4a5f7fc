/** The pipelines of an application: what each is, how its last execution went, and what can be done with it. */
import { groupBy } from "~/screens/clusters/model/group-by.ts";
import type { Execution } from "@gennaker/client/gen/execution";
import type { Pipeline } from "@gennaker/client/gen/pipeline";
import { useMemo, useState } from "react";
import { Link } from "wouter";
import { applicationName, editorOf, lastId, screenOf } from "~/api/index.ts";
import { useText } from "~/i18n/index.tsx";
import { RunDialog } from "~/screens/execution/run-dialog.tsx";
import { usePipelines, useTriggers } from "~/screens/executions/queries.ts";
import { Strip } from "~/screens/executions/row.tsx";
import { match } from "~/shell/matching.ts";
import { Badge, Button, ButtonLink, EmptyState, ErrorNote, EXECUTION_LOOKS, IconButton, Page, Panel, SearchBox, Spinner, StatusBadge, Time } from "~/ui/index.ts";
import { useParameter } from "~/ui/parameters.ts";
import { useLocation } from "wouter";
import { ImportDialog } from "./list-import.tsx";
import { useLastExecutions } from "./list-last.ts";
import "./list.css";

export default function PipelineList({ application }: { application: string }) {
  const t = useText();
  const name = applicationName(application);
  const [query, setQuery] = useParameter("q");
  const [importing, setImporting] = useState(false);
  const [running, setRunning] = useState<string>();
  const { data, error, refetch } = usePipelines(name);
  const found = match(query, data ?? [], (pipeline) => `${lastId(pipeline.name)} ${pipeline.displayName} ${pipeline.description}`);
  const create = <ButtonLink to={`${screenOf(name)}/pipelines/new/edit`} tone="primary" icon="add">{t("lists.newPipeline")}</ButtonLink>;
  return (
    <Page title={t("lists.pipelinesOf", { application })} crumbs={[{ label: application, to: screenOf(name) }]} actions={<>
      <SearchBox label={t("lists.filterPipelines")} value={query} onChange={setQuery} />
      <Button icon="down" onClick={() => setImporting(true)}>{t("lists.import")}</Button>
      {create}
    </>}>
      <Panel title={t("lists.pipelines")} flush>
        {error ? <ErrorNote error={error} onRetry={() => void refetch()} /> : !data ? <Spinner />
          : data.length === 0 ? <EmptyState icon="pipeline" title={t("lists.noPipelines")} command="gennaker apply -f pipeline.yaml" action={create}>{t("lists.noPipelinesText")}</EmptyState>
          : found.length === 0 ? <EmptyState icon="search" title={t("lists.noPipelineMatch", { query })} />
          : <Rows application={name} pipelines={found} onRun={setRunning} />}
      </Panel>
      {importing && <ImportDialog parent={name} onClose={() => setImporting(false)} />}
      {running && <RunDialog pipeline={running} onClose={() => setRunning(undefined)} />}
    </Page>
  );
}

function Rows({ application, pipelines, onRun }: { application: string; pipelines: readonly Pipeline[]; onRun: (pipeline: string) => void }) {
  const { last, ready } = useLastExecutions(application);
  const triggers = useTriggers(application).data;
  const counts = useMemo(() => {
    const byPipeline = groupBy(triggers ?? [], (trigger) => trigger.pipeline);
    return new Map([...byPipeline].map(([pipeline, all]) => [pipeline, all.length]));
  }, [triggers]);
  return (
    <ul className="pipeline-rows">
      {pipelines.map((pipeline) => (
        <Row key={pipeline.name} pipeline={pipeline} triggers={counts.get(pipeline.name) ?? 0} last={last.get(pipeline.name)} ready={ready} onRun={onRun} />
      ))}
    </ul>
  );
}

function Row({ pipeline, triggers, last, ready, onRun }:
  { pipeline: Pipeline; triggers: number; last: Execution | undefined; ready: boolean; onRun: (pipeline: string) => void }) {
  const t = useText();
  const [, go] = useLocation();
  const title = pipeline.displayName || lastId(pipeline.name);
  const parts = [
    t("lists.stages", { count: pipeline.stages.length }),
    pipeline.parameters.length > 0 && t("lists.parameters", { count: pipeline.parameters.length }),
    triggers > 0 && t("lists.triggers", { count: triggers }),
  ].filter(Boolean);
  return (
    <li className="pipeline-row">
      <div className="pipeline-about">
        <div className="row">
          <Link href={screenOf(pipeline.name)} data-row="">{title}</Link>
          {pipeline.disabled && <Badge icon="pause">{t("status.disabled")}</Badge>}
        </div>
        {pipeline.description && <div className="muted ellipsis">{pipeline.description.split("\n")[0]}</div>}
        <div className="muted">{parts.join(" · ")}</div>
      </div>
      <div className="pipeline-last">
        {last ? <>
          <div className="row">
            <Link href={screenOf(last.name)}><StatusBadge look={EXECUTION_LOOKS[last.status]} /></Link>
            <span className="muted"><Time at={last.endTime ?? last.startTime ?? last.createTime} relative /></span>
          </div>
          <Strip execution={last} />
        </> : ready && <span className="muted">{t("lists.notLately")}</span>}
      </div>
      <div className="row pipeline-actions">
        {!pipeline.disabled && <Button small icon="play" aria-label={t("lists.runNamed", { pipeline: title })} onClick={() => onRun(pipeline.name)}>{t("lists.runIt")}</Button>}
        <IconButton small icon="edit" label={t("lists.editNamed", { pipeline: title })} onClick={() => go(editorOf(pipeline.name))} />
      </div>
    </li>
  );
}
