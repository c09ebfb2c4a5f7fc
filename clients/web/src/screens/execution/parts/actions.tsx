/** What can be done with an execution. The server says which of it the caller may do. */
import { type Execution, ExecutionAction } from "@gennaker/client/gen/execution";
import { lazy, Suspense, useState } from "react";
import { useLocation } from "wouter";
import { api, explain, idOf, requestId, screenOf } from "~/api/index.ts";
import { useText } from "~/i18n/index.tsx";
import { Button, ConfirmDialog, IconButton, Menu, type MenuItem, TextField, toast } from "~/ui/index.ts";

const CompareDialog = lazy(async () => ({ default: (await import("./compare-dialog.tsx")).CompareDialog }));
const RunDialog = lazy(async () => ({ default: (await import("../run-dialog.tsx")).RunDialog }));

type Open = "cancel" | "rerun" | "compare" | undefined;

export function ExecutionActions({ execution }: { execution: Execution }) {
  const t = useText();
  const [, go] = useLocation();
  const [open, setOpen] = useState<Open>();
  const close = () => setOpen(undefined);
  const { name, pipeline, allowedActions } = execution;
  const may = (action: ExecutionAction) => allowedActions.includes(action);
  const more: MenuItem[] = [
    ...(pipeline ? [{ label: t("execution.compare"), icon: "diff" as const, onSelect: () => setOpen("compare") }] : []),
    { label: t("execution.copyLink"), icon: "link", onSelect: () => void copyAddress(t("common.copied")) },
    ...(pipeline ? [{ label: t("execution.editPipeline"), icon: "edit" as const, onSelect: () => go(`${screenOf(pipeline)}/edit`) }] : []),
    { label: t("execution.allOf", { application: idOf(name, "applications") }), icon: "list", onSelect: () => go(`/apps/${idOf(name, "applications")}/executions`) },
  ];
  return (
    <>
      {may(ExecutionAction.RESUME) && <Steer label={t("execution.resume")} icon="play" act={() => api.executions.resumeExecution({ name, requestId: requestId() })} />}
      {may(ExecutionAction.PAUSE) && <Steer label={t("execution.pause")} icon="pause" act={() => api.executions.pauseExecution({ name, requestId: requestId() })} />}
      {may(ExecutionAction.CANCEL) && <Button tone="danger" icon="stop" onClick={() => setOpen("cancel")}>{t("execution.cancel")}</Button>}
      {pipeline && <Button icon="redo" onClick={() => setOpen("rerun")}>{t("execution.rerun")}</Button>}
      <Menu items={more} trigger={(wiring) => <IconButton icon="dots" label={t("execution.more")} tone={undefined} {...wiring} />} />
      {open === "cancel" && <CancelDialog name={name} onClose={close} />}
      <Suspense>
        {open === "rerun" && <RunDialog pipeline={pipeline} like={execution} onClose={close} />}
        {open === "compare" && <CompareDialog execution={execution} onClose={close} />}
      </Suspense>
    </>
  );
}

/** Copies the address of what is shown. */
export async function copyAddress(done: string, address = location.href): Promise<void> {
  try {
    await navigator.clipboard.writeText(address);
    toast(done);
  } catch {
    // Pages over plain HTTP may not write to the clipboard: the address is shown to be copied.
    toast(address);
  }
}

function Steer({ label, icon, act }: { label: string; icon: "play" | "pause"; act: () => Promise<unknown> }) {
  const [busy, setBusy] = useState(false);
  const press = async () => {
    setBusy(true);
    try {
      await act();
    } catch (error) {
      toast(explain(error).message);
    }
    setBusy(false);
  };
  return <Button icon={icon} busy={busy} onClick={() => void press()}>{label}</Button>;
}

function CancelDialog({ name, onClose }: { name: string; onClose: () => void }) {
  const t = useText();
  const [reason, setReason] = useState("");
  const cancel = async () => {
    await api.executions.cancelExecution({ name, reason, requestId: requestId() });
  };
  return (
    <ConfirmDialog title={t("execution.cancelTitle")} action={t("execution.cancelNow")} danger onConfirm={cancel} onClose={onClose}>
      <p>{t("execution.cancelText")}</p>
      <TextField label={t("common.reason")} help={t("common.reasonHelp")} value={reason} onChange={setReason} maxLength={1000} autoFocus />
    </ConfirmDialog>
  );
}
