/** Why an execution does not go on: always in sight until it has ended. */
import { type Execution, Waiting_Kind } from "@gennaker/client/gen/execution";
import { memo, useState } from "react";
import { Link } from "wouter";
import { lastId, screenOf } from "~/api/index.ts";
import { type Text, type TextKey, useLanguage, useText } from "~/i18n/index.tsx";
import { Button, Icon, type IconName, span, Time, useNow, utc } from "~/ui/index.ts";
import { type Wait, waitsOf } from "../model/waits.ts";
import { useWholeWait } from "./queries.ts";

const LOOKS: Record<Waiting_Kind, { icon: IconName; text: TextKey }> = {
  [Waiting_Kind.UNSPECIFIED]: { icon: "wait", text: "execution.waitTask" },
  [Waiting_Kind.QUEUE]: { icon: "list", text: "execution.waitQueue" },
  [Waiting_Kind.STAGES]: { icon: "split", text: "execution.waitStages" },
  [Waiting_Kind.WINDOW]: { icon: "clock", text: "execution.waitWindow" },
  [Waiting_Kind.TIMER]: { icon: "wait", text: "execution.waitTimer" },
  [Waiting_Kind.JUDGMENT]: { icon: "hand", text: "execution.waitJudgment" },
  [Waiting_Kind.EXECUTION]: { icon: "pipeline", text: "execution.waitExecution" },
  [Waiting_Kind.TASK]: { icon: "running", text: "execution.waitTask" },
  [Waiting_Kind.RESUME]: { icon: "pause", text: "execution.waitResume" },
};

/** How many waits are shown at first. */
const SHOWN = 3;

export function WaitBar({ execution, onStage }: { execution: Execution; onStage: (stage: string) => void }) {
  const t = useText();
  const [all, showAll] = useState(false);
  const explained = useWholeWait(execution);
  const waits = waitsOf(execution, explained);
  if (waits.length === 0) return null;
  const shown = all ? waits : waits.slice(0, SHOWN);
  return (
    <section className="wait-bar" aria-label={t("execution.waits")}>
      <ul>
        {shown.map((wait) => (
          <li key={`${wait.kind} ${wait.stage ?? ""}`} data-people={isForPeople(wait) || undefined}>
            <Icon name={LOOKS[wait.kind].icon} />
            <WaitLine wait={wait} execution={execution} onStage={onStage} />
          </li>
        ))}
      </ul>
      {waits.length > SHOWN && (
        <Button small tone="quiet" aria-expanded={all} onClick={() => showAll(!all)}>{all ? t("execution.fewerWaits") : t("execution.moreWaits", { count: waits.length - SHOWN })}</Button>
      )}
    </section>
  );
}

function isForPeople(wait: Wait): boolean {
  return wait.kind === Waiting_Kind.JUDGMENT || wait.kind === Waiting_Kind.RESUME;
}

function WaitLine({ wait, execution, onStage }: { wait: Wait; execution: Execution; onStage: (stage: string) => void }) {
  const t = useText();
  const { stage, owners, until, approvals } = wait;
  return (
    <span className="wait-line">
      {stage !== undefined && <button type="button" className="link-button" onClick={() => onStage(stage)}>{wait.name}</button>}
      <span><strong>{headline(wait, execution, t)}</strong>{wait.reason && `: ${wait.reason}`}</span>
      {approvals && approvals.needed > 1 && <span>{t("execution.approvals", { given: approvals.given, needed: approvals.needed })}</span>}
      {execution.pause && wait.kind === Waiting_Kind.RESUME && <span>{t("execution.pausedBy", { actor: execution.pause.actor })} <Time at={execution.pause.time} relative /></span>}
      {until !== undefined && <Countdown until={until} />}
      {owners.length > 0 && <span className="muted">{t("execution.owners")} {owners.map((owner, index) => <span key={owner}>{index > 0 && ", "}<Owner name={owner} /></span>)}</span>}
    </span>
  );
}

function headline(wait: Wait, execution: Execution, t: Text): string {
  const text = t(LOOKS[wait.kind].text);
  return wait.kind === Waiting_Kind.QUEUE && execution.queuePosition > 0 ? `${text} ${t("execution.queuePosition", { position: execution.queuePosition })}` : text;
}

/** Who can end a wait: executions and pipelines lead to their screens. */
function Owner({ name }: { name: string }) {
  const t = useText();
  if (name.startsWith("roles/")) return t("execution.role", { role: lastId(name) });
  if (name.startsWith("applications/")) return <Link href={screenOf(name)}>{lastId(name)}</Link>;
  return name;
}

/** How long something may still last, to the second; the time itself on hover. */
export const Countdown = memo(function Countdown({ until }: { until: number }) {
  const t = useText();
  const language = useLanguage();
  const left = until - useNow();
  return <span className="elapsed" title={utc(until)}>{left > 0 ? t("execution.timeLeft", { time: span(left, language) }) : t("execution.overdue")}</span>;
});
