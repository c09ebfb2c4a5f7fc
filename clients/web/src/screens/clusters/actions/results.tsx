/** What became of operations: each with its execution, live. One that goes well leaves by itself; what fails stays with its reason. */
import { ExecutionStatus } from "@gennaker/client/gen/status";
import { useEffect, useEffectEvent } from "react";
import { Link } from "wouter";
import { explain, screenOf } from "~/api/index.ts";
import { useText } from "~/i18n/index.tsx";
import { useExecution } from "~/live/hooks.ts";
import { isActive } from "~/screens/executions/strip.ts";
import { Badge, Button, Dialog, EXECUTION_LOOKS, Spinner, StatusBadge, toast } from "~/ui/index.ts";
import type { Outcome } from "./operation-dialog.tsx";

/** How long an operation has to fail before the dialog leaves, in milliseconds. */
const PATIENCE = 1200;

export function Results({ title, outcomes, onBack, onClose }: { title: string; outcomes: readonly Outcome[]; onBack: () => void; onClose: () => void }) {
  const t = useText();
  const only = outcomes.length === 1;
  return (
    <Dialog title={title} onClose={onClose} footer={<>
      <Button icon="back" onClick={onBack}>{t("common.back")}</Button>
      <Button tone="primary" onClick={onClose}>{t("common.close")}</Button>
    </>}>
      <h3>{t("clusters.results")}</h3>
      <ul className="outcomes" aria-live="polite">
        {outcomes.map((outcome) => (
          <li key={outcome.title}>
            {outcome.execution
              ? <Begun title={outcome.execution.displayName || outcome.title} name={outcome.execution.name} onSettled={only ? onClose : undefined} />
              : <><span className="row"><Badge tone="failed" icon="cross">{t("clusters.notStarted")}</Badge><strong>{outcome.title}</strong></span><p className="outcome-reason">{explain(outcome.error).message}</p></>}
          </li>
        ))}
      </ul>
    </Dialog>
  );
}

/** An operation under way. `onSettled` is called when it has succeeded, or is still at it after a while. */
function Begun({ title, name, onSettled }: { title: string; name: string; onSettled: (() => void) | undefined }) {
  const t = useText();
  const { execution } = useExecution(name);
  const active = !execution || isActive(execution);
  const succeeded = execution?.status === ExecutionStatus.SUCCEEDED;
  const leave = useEffectEvent(() => {
    if (!onSettled) return;
    toast(t(succeeded ? "clusters.done" : "clusters.started", { title }), { to: screenOf(name), label: t("clusters.follow") });
    onSettled();
  });
  useEffect(() => {
    if (succeeded) leave();
  }, [succeeded]);
  useEffect(() => {
    if (!active) return;
    const timer = setTimeout(leave, PATIENCE);
    return () => clearTimeout(timer);
  }, [active]);
  return (
    <>
      <span className="row">{execution ? <StatusBadge look={EXECUTION_LOOKS[execution.status]} /> : <Spinner />}<Link href={screenOf(name)}>{title}</Link></span>
      {execution?.failure && <p className="outcome-reason">{execution.failure.message}</p>}
    </>
  );
}
