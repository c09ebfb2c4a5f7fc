/** Two executions side by side: what they were started with, how each stage went, and how long it took. */
import type { Execution, StageExecution } from "@gennaker/client/gen/execution";
import type { ReactNode } from "react";
import { Link } from "wouter";
import { executionName, screenOf, stageScreen } from "~/api/index.ts";
import { type Language, useLanguage, useText } from "~/i18n/index.tsx";
import { useExecution } from "~/live/index.ts";
import { Elapsed, EmptyState, EXECUTION_LOOKS, Icon, Page, Panel, span, Spinner, StatusBadge, Time } from "~/ui/index.ts";
import { compareArtifacts, compareParameters, compareStages, longer, type Pair } from "./model/comparison.ts";
import { lookOf } from "./model/nodes.ts";
import { shortId } from "./model/text.ts";
import "./execution.css";

export default function CompareScreen({ application, execution, other }: { application: string; execution: string; other: string }) {
  const t = useText();
  const left = useExecution(executionName(application, execution));
  const right = useExecution(executionName(application, other));
  const crumbs = [
    { label: application, to: `/apps/${application}` },
    { label: t("execution.executions"), to: `/apps/${application}/executions` },
    { label: left.execution?.displayName || shortId(execution), to: `/apps/${application}/executions/${execution}` },
  ];
  const missing = [left, right].some(({ error, removed }) => error || removed);
  return (
    <Page title={t("execution.comparison")} crumbs={crumbs}>
      {left.execution && right.execution ? <Comparison left={left.execution} right={right.execution} />
        : missing ? <EmptyState icon="warning" title={t("common.notFound")}>{(left.error ?? right.error)?.message}</EmptyState> : <Spinner />}
    </Page>
  );
}

function Comparison({ left, right }: { left: Execution; right: Execution }) {
  const t = useText();
  const artifacts = compareArtifacts(left, right);
  return (
    <>
      <Side title={t("execution.executions")} left={<Head execution={left} />} right={<Head execution={right} />} />
      <Values title={t("execution.parameters")} pairs={compareParameters(left, right)} />
      {artifacts.length > 0 && <Values title={t("execution.artifacts")} pairs={artifacts} />}
      <Stages left={left} right={right} />
    </>
  );
}

function Side({ title, left, right }: { title: string; left: ReactNode; right: ReactNode }) {
  return <section className="compare-heads" aria-label={title}>{left}{right}</section>;
}

function Head({ execution }: { execution: Execution }) {
  const t = useText();
  return (
    <div className="panel"><div className="panel-body stack">
      <div className="row"><StatusBadge look={EXECUTION_LOOKS[execution.status]} /> <strong><Elapsed start={execution.startTime} end={execution.endTime} /></strong></div>
      <div><Link href={screenOf(execution.name)}>{execution.displayName} <span className="mono">{shortId(execution.name)}</span></Link></div>
      <div className="muted">{execution.cause?.actor || t("execution.nobody")} · <Time at={execution.createTime} />
        {execution.pipelineRevision > 0n && <> · {t("execution.revision", { number: String(execution.pipelineRevision) })}</>}</div>
      {execution.cause?.reason && <div>{execution.cause.reason}</div>}
    </div></div>
  );
}

/** The mark of a row that differs: an icon and a word, not the colour alone. */
function Differs({ shown }: { shown: boolean }) {
  const t = useText();
  return shown ? <span className="compare-mark"><Icon name="diff" size={14} />{t("execution.differs")}</span> : null;
}

function Values({ title, pairs }: { title: string; pairs: readonly Pair<string>[] }) {
  const t = useText();
  return (
    <Panel title={title} flush>
      {pairs.length === 0 ? <p className="compare-none muted">{t("common.none")}</p> : (
        <div className="scroll-x">
          <table>
            <thead><tr><th scope="col">{t("common.name")}</th><th scope="col">{t("execution.left")}</th><th scope="col">{t("execution.right")}</th></tr></thead>
            <tbody>
              {pairs.map((pair) => (
                <tr key={pair.name} data-differs={pair.differs || undefined}>
                  <th scope="row">{pair.name} <Differs shown={pair.differs} /></th><td className="compare-value">{pair.left ?? "–"}</td><td className="compare-value">{pair.right ?? "–"}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  );
}

function Stages({ left, right }: { left: Execution; right: Execution }) {
  const t = useText();
  const language = useLanguage();
  const cell = (execution: Execution, stage: StageExecution | undefined) => (
    <td>{stage ? <Link href={stageScreen(execution.name, stage.id)} className="compare-stage"><StatusBadge look={lookOf(stage)} bare /> <Elapsed start={stage.startTime} end={stage.endTime} /></Link> : "–"}</td>
  );
  return (
    <Panel title={t("execution.stages")} flush>
      <div className="scroll-x">
        <table>
          <thead><tr><th scope="col">{t("execution.stage")}</th><th scope="col">{t("execution.left")}</th><th scope="col">{t("execution.right")}</th><th scope="col">{t("execution.difference")}</th></tr></thead>
          <tbody>
            {compareStages(left, right).map((pair) => (
              <tr key={pair.name} data-differs={pair.differs || undefined}>
                <th scope="row" data-inner={(pair.left ?? pair.right)?.parent || undefined}>{(pair.left ?? pair.right)?.name} <Differs shown={pair.differs} /></th>
                {cell(left, pair.left)}{cell(right, pair.right)}<td>{signed(longer(pair), language)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

/** A difference of times with its sign. */
function signed(milliseconds: number | undefined, language: Language): string {
  if (milliseconds === undefined) return "";
  return `${milliseconds < 0 ? "−" : "+"}${span(Math.abs(milliseconds), language)}`;
}
