/** One execution in a list: how it stands, what it is, its stages, and when. */
import { type Cause, Cause_Kind, type Execution } from "@gennaker/client/gen/execution";
import { memo } from "react";
import { Link } from "wouter";
import { idOf, lastId, screenOf } from "~/api/names.ts";
import { type Text, useText } from "~/i18n/index.tsx";
import { Elapsed, EXECUTION_LOOKS, StatusBadge, Time } from "~/ui/index.ts";
import { awaitsJudgment, hasEnded, marks } from "./strip.ts";
import "./row.css";

/** Who or what started an execution, in words. */
export function causeText(cause: Cause | undefined, t: Text): string {
  if (cause?.kind === Cause_Kind.TRIGGER) return t("executions.byTrigger", { trigger: lastId(cause.trigger) });
  if (cause?.kind === Cause_Kind.PARENT) return t("executions.byParent", { parent: lastId(cause.parentExecution) });
  return cause?.actor ? t("executions.byActor", { actor: cause.actor }) : "";
}

/** A row. With `showApplication`, it says which application it belongs to. Renders again only for another execution object. */
export const ExecutionRow = memo(function ExecutionRow({ execution, showApplication }: { execution: Execution; showApplication?: boolean }) {
  const t = useText();
  const title = execution.displayName || lastId(execution.pipeline) || t("executions.operation");
  const pinned = execution.pinnedParameters.map((name) => `${name}=${execution.parameters[name] ?? ""}`).join("  ");
  const judged = execution.stages.find(awaitsJudgment);
  const about = [showApplication && idOf(execution.name, "applications"), causeText(execution.cause, t), pinned].filter(Boolean).join(" · ");
  return (
    <div className="execution-row">
      <span><StatusBadge look={EXECUTION_LOOKS[execution.status]} /></span>
      <div className="execution-about">
        <Link href={screenOf(execution.name)} data-row="">{title} <span className="muted mono">{lastId(execution.name).slice(-6)}</span></Link>
        <div className="muted ellipsis">{about}</div>
      </div>
      <div className="strip-cell">
        <Strip execution={execution} />
        {judged && <div className="muted ellipsis">{t("executions.decide", { stage: judged.name })}</div>}
        {execution.queuePosition > 0 && <div className="muted">{t("executions.queued", { position: execution.queuePosition })}</div>}
        {execution.failure && <div className="ellipsis" style={{ color: "var(--failed)" }} title={execution.failure.message}>{execution.failure.message}</div>}
      </div>
      <div className="execution-when"><Elapsed start={execution.startTime} end={execution.endTime} /><span className="execution-ago"><Time at={execution.createTime} relative /></span></div>
    </div>
  );
});

/** The stages as coloured marks; in words for screen readers. */
export function Strip({ execution }: { execution: Execution }) {
  const t = useText();
  const shown = marks(execution);
  if (shown.length === 0) return null;
  const done = execution.stages.filter((stage) => stage.parent === "" && hasEnded(stage)).length;
  return (
    <div className="strip" role="img" aria-label={t("executions.stages", { done, all: shown.length })}>
      {shown.slice(0, 120).map((mark) => <i key={mark.id} data-tone={mark.look.tone} title={`${mark.name}: ${t(mark.look.text)}`} />)}
    </div>
  );
}
