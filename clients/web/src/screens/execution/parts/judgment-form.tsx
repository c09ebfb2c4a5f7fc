/** Deciding a judgment: what to look at, what to choose, and the two answers. */
import { Judgment_Decision, type StageExecution } from "@gennaker/client/gen/execution";
import { type ReactNode, useId, useState } from "react";
import { api, requestId } from "~/api/index.ts";
import { useText } from "~/i18n/index.tsx";
import { Button, ConfirmDialog, ErrorNote, Markdown, TextArea } from "~/ui/index.ts";

interface Answer {
  input: string;
  comment: string;
}

/** The fields of an answer. Where there are inputs to choose from, one must be chosen to approve. */
function AnswerFields({ inputs, answer, onChange }: { inputs: readonly string[]; answer: Answer; onChange: (answer: Answer) => void }) {
  const t = useText();
  const group = useId();
  return (
    <>
      {inputs.length > 0 && (
        <fieldset className="field judgment-inputs">
          <legend className="field-label">{t("execution.judgmentInput")}</legend>
          {inputs.map((input) => (
            <label key={input} className="check">
              <input type="radio" name={group} value={input} checked={answer.input === input} onChange={() => onChange({ ...answer, input })} />{input}
            </label>
          ))}
        </fieldset>
      )}
      <TextArea label={t("execution.comment")} rows={2} maxLength={4000} value={answer.comment} onChange={(comment) => onChange({ ...answer, comment })} />
    </>
  );
}

function submit(execution: string, stage: string, decision: Judgment_Decision, answer: Answer): Promise<unknown> {
  const input = decision === Judgment_Decision.CONTINUE ? answer.input : "";
  return api.executions.submitJudgment({ name: execution, stage, decision, input, comment: answer.comment, requestId: requestId() });
}

/** The answer in place: in the panel of the stage. */
export function JudgmentForm({ execution, stage }: { execution: string; stage: StageExecution }) {
  const t = useText();
  const [answer, setAnswer] = useState<Answer>({ input: "", comment: "" });
  const [busy, setBusy] = useState<Judgment_Decision>();
  const [error, setError] = useState<unknown>();
  const inputs = stage.judgment?.inputs ?? [];
  const decide = async (decision: Judgment_Decision) => {
    setBusy(decision);
    setError(undefined);
    try {
      await submit(execution, stage.id, decision, answer);
    } catch (problem) {
      setError(problem);
    }
    setBusy(undefined);
  };
  const button = (decision: Judgment_Decision, tone: "primary" | "danger", text: ReactNode, blocked: boolean) => (
    <Button tone={tone} icon={tone === "primary" ? "check" : "stop"} busy={busy === decision} disabled={blocked || busy !== undefined} onClick={() => void decide(decision)}>{text}</Button>
  );
  return (
    <form className="stack" onSubmit={(event) => event.preventDefault()}>
      <AnswerFields inputs={inputs} answer={answer} onChange={setAnswer} />
      <div className="row">
        {button(Judgment_Decision.CONTINUE, "primary", t("execution.approve"), inputs.length > 0 && !answer.input)}
        {button(Judgment_Decision.STOP, "danger", t("execution.stop"), false)}
        {inputs.length > 0 && !answer.input && <span className="muted">{t("execution.chooseFirst")}</span>}
      </div>
      {error !== undefined && <ErrorNote error={error} />}
    </form>
  );
}

/** The answer in a dialog: what the key for it opens. */
export function ApproveDialog({ execution, stage, onClose }: { execution: string; stage: StageExecution; onClose: () => void }) {
  const t = useText();
  const [answer, setAnswer] = useState<Answer>({ input: "", comment: "" });
  const inputs = stage.judgment?.inputs ?? [];
  return (
    <ConfirmDialog title={t("execution.approveTitle", { stage: stage.name })} action={t("execution.approve")} disabled={inputs.length > 0 && !answer.input}
      onConfirm={() => submit(execution, stage.id, Judgment_Decision.CONTINUE, answer)} onClose={onClose}>
      {stage.judgment?.instructions && <Markdown text={stage.judgment.instructions} />}
      <AnswerFields inputs={inputs} answer={answer} onChange={setAnswer} />
    </ConfirmDialog>
  );
}
