/** Everything about one stage of an execution, beside the graph. */
import type { Execution, StageExecution } from "@gennaker/client/gen/execution";
import { type ReactNode, type Ref, useMemo } from "react";
import { Link } from "wouter";
import { lastId, screenOf } from "~/api/index.ts";
import { useText } from "~/i18n/index.tsx";
import { Elapsed, Facts, Icon, IconButton, Markdown, StatusBadge, Time } from "~/ui/index.ts";
import { LogView } from "~/ui/log-view.tsx";
import { lookOf } from "../model/nodes.ts";
import { sortOutputs } from "../model/outputs.ts";
import { byId, byParent, pathTo } from "../model/stages.ts";
import { copyAddress } from "../parts/actions.tsx";
import { EvaluateBox } from "./evaluate-box.tsx";
import { ErrandList } from "./errand-list.tsx";
import { InputTable } from "./input-table.tsx";
import { JudgmentPart } from "./judgment-part.tsx";
import { Outputs } from "./outputs.tsx";
import { POLICIES } from "./policies.ts";
import { Section } from "./section.tsx";
import { StageActions } from "./stage-actions.tsx";
import { StageEvents } from "./stage-events.tsx";
import { StageList } from "./stage-list.tsx";
import { TaskList } from "./task-list.tsx";
import "./panel.css";

interface Props {
  execution: Execution;
  /** The id of the stage. */
  stage: string;
  /** It is shown as it was: nothing can be done. */
  past: boolean;
  kindLabel: (kind: string) => string;
  onSelect: (stage: string) => void;
  onClose: () => void;
  heading: Ref<HTMLHeadingElement>;
}

export function StagePanel({ execution, stage: id, past, kindLabel, onSelect, onClose, heading }: Props) {
  const t = useText();
  const stages = useMemo(() => byId(execution.stages), [execution.stages]);
  const stage = stages.get(id);
  const around = pathTo(stages, id).slice(0, -1);
  return (
    <aside className="stage-panel" aria-label={t("execution.stagePanel")}>
      <header>
        <div className="grow">
          {around.length > 0 && (
            <ol className="crumbs">
              {around.map((one) => <li key={one.id}><button type="button" className="link-button" onClick={() => onSelect(one.id)}>{one.name}</button></li>)}
            </ol>
          )}
          <h2 ref={heading} tabIndex={-1}>{stage?.name ?? id}</h2>
        </div>
        <IconButton small icon="link" label={t("execution.copyStageLink")} onClick={() => void copyAddress(t("common.copied"))} />
        <IconButton small icon="close" label={t("execution.closePanel")} onClick={onClose} />
      </header>
      <div className="stage-panel-body">
        {stage ? <StageBody {...{ execution, stage, past, kindLabel, onSelect }} /> : <p className="muted">{t(past ? "execution.stageNotYet" : "execution.stageGone")}</p>}
      </div>
    </aside>
  );
}

type BodyProps = Pick<Props, "execution" | "past" | "kindLabel" | "onSelect"> & { stage: StageExecution };

function StageBody({ execution, stage, past, kindLabel, onSelect }: BodyProps) {
  const t = useText();
  const children = useMemo(() => byParent(execution.stages), [execution.stages]);
  const outputs = useMemo(() => sortOutputs(stage.outputs), [stage.outputs]);
  const inner = children.get(stage.id) ?? [];
  const errands = execution.errands.filter((errand) => errand.stage === stage.id);
  return (
    <>
      <div className="row">
        <StatusBadge look={lookOf(stage)} />
        <Elapsed start={stage.startTime} end={stage.endTime} />
        <span className="muted">{kindLabel(stage.kind)}</span>
        {stage.attempt > 1 && <span className="muted">{t("execution.attempt", { number: stage.attempt })}</span>}
      </div>
      {!past && <StageActions key={`actions ${stage.id}`} execution={execution.name} stage={stage} />}
      {stage.failure && <Note tone="failed" icon="warning">{stage.failure.message}</Note>}
      {stage.skip && <Note icon="skip"><strong>{stage.skip.actor ? t("execution.skippedBy", { actor: stage.skip.actor }) : t("execution.skippedByServer")}</strong> {stage.skip.reason}</Note>}
      {stage.judgment && <JudgmentPart key={`judgment ${stage.id}`} execution={execution.name} stage={stage} past={past} />}
      {stage.waiting && !stage.judgment && <Note icon="wait"><Markdown text={stage.waiting.reason} /></Note>}
      {stage.childExecution && (
        <p><Icon name="pipeline" /> <Link href={screenOf(stage.childExecution)}>{t("execution.childExecution", { id: lastId(stage.childExecution) })}</Link></p>
      )}
      {stage.tasks.length > 0 && <Section title={t("execution.tasks")} open><TaskList tasks={stage.tasks} /></Section>}
      {inner.length > 0 && <Section title={t("execution.inner", { count: inner.length })} open><StageList stages={inner} byParent={children} onSelect={onSelect} /></Section>}
      {outputs.logs.map(({ name, text }) => <Section key={name} title={name === "log" ? t("execution.logTitle") : t("execution.log", { name })} open><LogView name={name} text={text} /></Section>)}
      {(outputs.links.length > 0 || Object.keys(outputs.rest).length > 0) && <Section title={t("execution.outputs")} open><Outputs outputs={outputs} /></Section>}
      <Section title={t("execution.inputs")} open><InputTable execution={execution} stage={stage} /></Section>
      <Section title={t("execution.evaluate")}><EvaluateBox key={stage.id} execution={execution.name} stage={stage.id} /></Section>
      {errands.length > 0 && <Section title={t("execution.errands", { count: errands.length })} open><ErrandList errands={errands} /></Section>}
      <Section title={t("execution.events")}><StageEvents execution={execution.name} stage={stage.id} /></Section>
      <Section title={t("execution.details")}>
        <Facts facts={[
          [t("execution.stageId"), <code key="id">{stage.id}</code>],
          [t("execution.started"), stage.startTime && <Time at={stage.startTime} />],
          [t("execution.ended"), stage.endTime && <Time at={stage.endTime} />],
          [t("execution.attempts"), String(stage.attempt)],
          [t("execution.onFailure"), t(POLICIES[stage.onFailure])],
          [t("execution.after"), stage.dependsOn.join(", ")],
        ]} />
      </Section>
    </>
  );
}

function Note({ tone, icon, children }: { tone?: "failed"; icon: "warning" | "skip" | "wait"; children: ReactNode }) {
  return <div className="execution-note" data-tone={tone}><Icon name={icon} /><div className="grow stage-message">{children}</div></div>;
}
