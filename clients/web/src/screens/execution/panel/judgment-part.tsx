/** The judgment of a stage: what to look at, who may decide until when, what was said, and the answer. */
import { Judgment_Decision, StageAction, type StageExecution, type Verdict } from "@gennaker/client/gen/execution";
import { useText } from "~/i18n/index.tsx";
import { Badge, Facts, Markdown, millis, Time } from "~/ui/index.ts";
import { isJudgeable } from "../model/stages.ts";
import { JudgmentForm } from "../parts/judgment-form.tsx";
import { Countdown } from "../parts/wait-bar.tsx";

export function JudgmentPart({ execution, stage, past }: { execution: string; stage: StageExecution; past: boolean }) {
  const t = useText();
  const { judgment } = stage;
  if (!judgment) return null;
  const open = isJudgeable(stage);
  const deadline = millis(judgment.deadline);
  const needed = Math.max(1, judgment.approvals);
  const given = judgment.verdicts.filter((verdict) => verdict.decision === Judgment_Decision.CONTINUE).length;
  const judges = [...judgment.judges, ...judgment.roles.map((role) => t("execution.role", { role }))];
  const mayJudge = !past && open && stage.allowedActions.includes(StageAction.SUBMIT_JUDGMENT);
  return (
    <section className="judgment" aria-label={t("execution.judgment")} data-open={open || undefined}>
      {judgment.instructions && <Markdown text={judgment.instructions} />}
      <Facts facts={[
        [t("execution.mayJudge"), judges.length > 0 ? judges.join(", ") : t("execution.everybody")],
        [t("execution.approvalsName"), needed > 1 ? t("execution.approvals", { given, needed }) : undefined],
        [t("execution.selfApproval"), judgment.noSelfApproval ? t("execution.noSelfApproval") : undefined],
        [t("execution.deadline"), open && deadline !== undefined && !past ? <Countdown until={deadline} /> : undefined],
      ]} />
      {judgment.verdicts.length > 0 && <ul className="verdicts">{judgment.verdicts.map((verdict, index) => <VerdictLine key={`${verdict.judge} ${index}`} verdict={verdict} />)}</ul>}
      {mayJudge && <JudgmentForm execution={execution} stage={stage} />}
      {open && !mayJudge && !past && <p className="muted">{t("execution.notForYou")}</p>}
    </section>
  );
}

function VerdictLine({ verdict }: { verdict: Verdict }) {
  const t = useText();
  const approved = verdict.decision === Judgment_Decision.CONTINUE;
  return (
    <li>
      <div className="row">
        <Badge tone={approved ? "ok" : "failed"} icon={approved ? "check" : "stop"}>{t(approved ? "execution.approved" : "execution.stopped")}</Badge>
        <strong>{verdict.judge}</strong> <Time at={verdict.time} />
        {verdict.input && <code>{verdict.input}</code>}
      </div>
      {verdict.comment && <p className="stage-message">{verdict.comment}</p>}
    </li>
  );
}
