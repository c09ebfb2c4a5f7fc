/** What an execution was started with, and by whom: a line of names and values. */
import { Cause_Kind, type Execution } from "@gennaker/client/gen/execution";
import { memo, type ReactNode } from "react";
import { Link } from "wouter";
import { lastId, screenOf, stageScreen } from "~/api/index.ts";
import { type TextKey, useText } from "~/i18n/index.tsx";
import { Elapsed, Time } from "~/ui/index.ts";
import { artifactLine } from "../model/comparison.ts";
import { shortId } from "../model/text.ts";

const CAUSES: Record<Cause_Kind, TextKey> = {
  [Cause_Kind.UNSPECIFIED]: "execution.causeManual",
  [Cause_Kind.MANUAL]: "execution.causeManual",
  [Cause_Kind.TRIGGER]: "execution.causeTrigger",
  [Cause_Kind.PARENT]: "execution.causeParent",
  [Cause_Kind.OPERATION]: "execution.causeOperation",
};

/** Pipeline, cause, times, parameters and artifacts. */
export const FactList = memo(function FactList({ execution }: { execution: Execution }) {
  const t = useText();
  const { cause, pipeline, pipelineRevision, startTime, endTime, createTime } = execution;
  return (
    <dl className="execution-facts">
      <Fact name={t("execution.elapsed")}><strong><Elapsed start={startTime} end={endTime} /></strong>{!startTime && "–"}</Fact>
      {pipeline && (
        <Fact name={t("execution.pipeline")}>
          <Link href={screenOf(pipeline)}>{lastId(pipeline)}</Link>{" "}
          <Link href={`${screenOf(pipeline)}/revisions?revision=${pipelineRevision}`}>{t("execution.revision", { number: String(pipelineRevision) })}</Link>
        </Fact>
      )}
      <Fact name={t(CAUSES[cause?.kind ?? Cause_Kind.UNSPECIFIED])}>
        {cause?.actor || t("execution.nobody")} <Time at={createTime} relative />
      </Fact>
      {cause?.trigger && <Fact name={t("execution.trigger")}><Link href={screenOf(cause.trigger)}>{lastId(cause.trigger)}</Link></Fact>}
      {cause?.parentExecution && (
        <Fact name={t("execution.parent")}>
          <Link href={stageScreen(cause.parentExecution, cause.parentStage)}>{shortId(cause.parentExecution)}{cause.parentStage && ` / ${cause.parentStage}`}</Link>
        </Fact>
      )}
      {cause?.reason && <Fact name={t("common.reason")}>{cause.reason}</Fact>}
      <Parameters execution={execution} />
      <Artifacts execution={execution} />
    </dl>
  );
}, (before, after) => sameFacts(before.execution, after.execution));

/** Stages change all the time, and nothing of them is shown here. */
function sameFacts(a: Execution, b: Execution): boolean {
  return a === b || (a.name === b.name && a.status === b.status && a.startTime?.seconds === b.startTime?.seconds && a.endTime?.seconds === b.endTime?.seconds
    && a.endTime?.nanos === b.endTime?.nanos && a.artifacts.length === b.artifacts.length && a.resolvedArtifacts.length === b.resolvedArtifacts.length);
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return <div><dt>{name}</dt><dd>{children}</dd></div>;
}

function Parameters({ execution }: { execution: Execution }) {
  const t = useText();
  const pinned = new Set(execution.pinnedParameters);
  const entries = Object.entries(execution.parameters).sort(([a], [b]) => Number(pinned.has(b)) - Number(pinned.has(a)));
  if (entries.length === 0) return null;
  return (
    <Fact name={t("execution.parameters")}>
      <span className="execution-chips">
        {entries.map(([name, value]) => <span key={name} className="execution-chip" title={`${name} = ${value}`}><span className="muted">{name}</span> {value || t("execution.empty")}</span>)}
      </span>
    </Fact>
  );
}

function Artifacts({ execution }: { execution: Execution }) {
  const t = useText();
  const resolved = execution.resolvedArtifacts.map(({ expected, artifact }) => ({ label: expected, artifact }));
  const bound = new Set(resolved.map(({ artifact }) => artifact && artifactLine(artifact)));
  const others = execution.artifacts.filter((artifact) => !bound.has(artifactLine(artifact))).map((artifact) => ({ label: artifact.type, artifact }));
  const all = [...resolved, ...others];
  if (all.length === 0) return null;
  return (
    <Fact name={t("execution.artifacts")}>
      <span className="execution-chips">
        {all.map(({ label, artifact }, index) => (
          <span key={`${label} ${index}`} className="execution-chip" title={artifact && artifactLine(artifact)}><span className="muted">{label}</span> {artifact ? artifactLine(artifact) : "–"}</span>
        ))}
      </span>
    </Fact>
  );
}
