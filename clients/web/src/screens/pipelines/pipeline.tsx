/** One pipeline: what it is, how it went lately, and what can be done with it. */
import type { Pipeline } from "@gennaker/client/gen/pipeline";
import { useMemo, useState } from "react";
import { Link, useLocation } from "wouter";
import { applicationName, editorOf, lastId, pipelineName, screenOf } from "~/api/index.ts";
import { useStageKinds } from "~/form/index.ts";
import { GraphView } from "~/graph/index.ts";
import { useText } from "~/i18n/index.tsx";
import { documentOf } from "~/screens/editor/model/door.ts";
import { useNodes } from "~/screens/editor/parts/nodes.ts";
import { TriggerList } from "~/screens/editor/parts/trigger-list.tsx";
import { usePipeline } from "~/screens/editor/queries.ts";
import { RunDialog } from "~/screens/execution/run-dialog.tsx";
import { Badge, Button, ButtonLink, EmptyState, ErrorNote, Page, Panel, Spinner } from "~/ui/index.ts";
import { About, Parameters } from "./pipeline-about.tsx";
import { type Deed, PipelineDialog, PipelineMenu } from "./pipeline-deeds.tsx";
import { LastExecutions } from "./pipeline-executions.tsx";
import "./pipeline.css";

export default function PipelineScreen({ application = "", pipeline: id = "" }: Record<string, string>) {
  const name = pipelineName(application, id);
  const { data, error, refetch } = usePipeline(name);
  if (data) return <Overview pipeline={data} />;
  return <Page title={id}>{error ? <ErrorNote error={error} onRetry={() => void refetch()} /> : <Spinner />}</Page>;
}

function Overview({ pipeline }: { pipeline: Pipeline }) {
  const t = useText();
  const [asking, ask] = useState<Deed | "run">();
  const [application = ""] = pipeline.name.split("/pipelines/");
  const title = pipeline.displayName || lastId(pipeline.name);
  const to = screenOf(pipeline.name);
  const close = () => ask(undefined);
  return (
    <Page title={title} crumbs={[{ label: t("shell.pipelines"), to: `${screenOf(application)}/pipelines` }]} actions={<>
      {pipeline.disabled && <Badge icon="pause">{t("editor.disabled")}</Badge>}
      <Button tone="primary" icon="play" disabled={pipeline.disabled} onClick={() => ask("run")}>{t("editor.run")}</Button>
      <ButtonLink to={editorOf(pipeline.name)} icon="edit">{t("common.edit")}</ButtonLink>
      <ButtonLink to={`${to}/revisions`} icon="history">{t("editor.revisions")}</ButtonLink>
      <PipelineMenu pipeline={pipeline} onDeed={ask} />
    </>}>
      <div className="pipeline-columns">
        <div className="stack">
          <Graph pipeline={pipeline} />
          <Panel title={t("editor.lastExecutions")} flush actions={<Link href={`${screenOf(application)}/executions?pipeline=${lastId(pipeline.name)}`}>{t("editor.allExecutions")}</Link>}>
            <LastExecutions name={pipeline.name} />
          </Panel>
        </div>
        <div className="stack">
          <Panel title={t("editor.about")}><About pipeline={pipeline} /></Panel>
          <Panel title={t("editor.part_parameters")} flush={pipeline.parameters.length > 0}><Parameters parameters={pipeline.parameters} /></Panel>
          <Panel title={t("editor.part_triggers")} actions={<ButtonLink small icon="add" to={`${screenOf(applicationName(lastId(application)))}/triggers?pipeline=${encodeURIComponent(pipeline.name)}&new=1`}>{t("editor.addTrigger")}</ButtonLink>}>
            <TriggerList name={pipeline.name} />
          </Panel>
        </div>
      </div>
      {asking === "run" && <RunDialog pipeline={pipeline.name} onClose={close} />}
      {asking !== undefined && asking !== "run" && <PipelineDialog deed={asking} pipeline={pipeline} onClose={close} />}
    </Page>
  );
}

const NO_MARKS = { problems: new Map<string, number>(), chosen: [] };

/** The graph, to look at; a stage leads to its form in the editor. */
function Graph({ pipeline }: { pipeline: Pipeline }) {
  const t = useText();
  const [, go] = useLocation();
  const [selected, select] = useState<string>();
  const { data } = useStageKinds();
  const document = useMemo(() => documentOf(pipeline), [pipeline]);
  const kinds = useMemo(() => new Map((data ?? []).map((kind) => [kind.kind, kind])), [data]);
  const nodes = useNodes(document, kinds, NO_MARKS);
  const edit = `${screenOf(pipeline.name)}/edit`;
  if (nodes.length === 0) {
    return <Panel><EmptyState icon="pipeline" title={t("editor.noStages")} action={<ButtonLink tone="primary" to={edit} icon="edit">{t("common.edit")}</ButtonLink>} /></Panel>;
  }
  return (
    <div className="panel pipeline-graph">
      <GraphView nodes={nodes} label={t("editor.graph")} selected={selected} onSelect={select} onOpen={(id) => go(`${edit}?stage=${encodeURIComponent(id)}`)} />
    </div>
  );
}
