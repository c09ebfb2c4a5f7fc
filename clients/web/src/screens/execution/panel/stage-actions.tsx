/** What can be done with a stage, as far as the server lets the caller. */
import { StageAction, type StageExecution } from "@gennaker/client/gen/execution";
import { useState } from "react";
import { api, requestId } from "~/api/index.ts";
import { useText } from "~/i18n/index.tsx";
import { Button, ConfirmDialog, TextField } from "~/ui/index.ts";
import { isActive } from "../model/stages.ts";

export function StageActions({ execution, stage }: { execution: string; stage: StageExecution }) {
  const t = useText();
  const [open, setOpen] = useState<"retry" | "skip">();
  const [reason, setReason] = useState("");
  const close = () => setOpen(undefined);
  const may = (action: StageAction) => stage.allowedActions.includes(action);
  if (!may(StageAction.RETRY) && !may(StageAction.SKIP)) return null;
  const skipText = isActive(stage) ? t("execution.endWait") : t("execution.skip");
  return (
    <div className="row">
      {may(StageAction.RETRY) && <Button small icon="rollback" onClick={() => setOpen("retry")}>{t("execution.retryFrom")}</Button>}
      {may(StageAction.SKIP) && <Button small icon="skip" onClick={() => setOpen("skip")}>{skipText}</Button>}
      {open === "retry" && (
        <ConfirmDialog title={t("execution.retryTitle", { stage: stage.name })} action={t("execution.retryFrom")} onClose={close}
          onConfirm={() => api.executions.retryStage({ name: execution, stage: stage.id, requestId: requestId() })}>
          <p>{t("execution.retryText")}</p>
        </ConfirmDialog>
      )}
      {open === "skip" && (
        <ConfirmDialog title={t("execution.skipTitle", { stage: stage.name })} action={skipText} onClose={close}
          onConfirm={() => api.executions.skipStage({ name: execution, stage: stage.id, reason, requestId: requestId() })}>
          <p>{t("execution.skipText")}</p>
          <TextField label={t("common.reason")} help={t("common.reasonHelp")} value={reason} onChange={setReason} maxLength={1000} autoFocus />
        </ConfirmDialog>
      )}
    </div>
  );
}
