/** The frame of every operation: what will happen, why it is done, and then what became of it. */
import type { Execution } from "@gennaker/client/gen/execution";
import { type ReactNode, type SubmitEvent, useId, useState } from "react";
import { useText } from "~/i18n/index.tsx";
import { Button, Dialog, TextField } from "~/ui/index.ts";
import type { Operation } from "../model/action.ts";
import type { Effect } from "../model/effect.ts";
import { EffectTable } from "./effect-table.tsx";
import { PlanSteps } from "./plan-steps.tsx";
import { Results } from "./results.tsx";
import "./actions.css";

interface Props {
  title: string;
  /** The word on the button. */
  action: string;
  application: string;
  danger?: boolean | undefined;
  /** What must be typed first. */
  typed?: string | undefined;
  /** The form has no value yet that could be sent. */
  blocked?: boolean | undefined;
  effect: Effect;
  operations: readonly Operation[];
  onClose: () => void;
  /** Called once the operations have begun. */
  onStarted?: (() => void) | undefined;
  children?: ReactNode;
}

/** An operation that was asked for: its execution, or why there is none. */
export interface Outcome {
  title: string;
  execution?: Execution | undefined;
  error?: unknown;
}

export function OperationDialog({ title, action, application, danger, typed, blocked, effect, operations, onClose, onStarted, children }: Props) {
  const t = useText();
  const form = useId();
  const [reason, setReason] = useState("");
  const [text, setText] = useState("");
  const [busy, setBusy] = useState(false);
  const [outcomes, setOutcomes] = useState<readonly Outcome[]>();
  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    setBusy(true);
    const begun = await Promise.all(operations.map((operation) => begin(operation, reason)));
    setOutcomes(begun);
    setBusy(false);
    if (begun.some(({ execution }) => execution)) onStarted?.();
  };
  if (outcomes) return <Results title={title} outcomes={outcomes} onBack={() => setOutcomes(undefined)} onClose={onClose} />;
  return (
    <Dialog title={title} onClose={onClose} footer={<>
      <Button onClick={onClose}>{t("common.cancel")}</Button>
      <Button type="submit" form={form} tone={danger ? "danger" : "primary"} busy={busy} disabled={blocked || operations.length === 0 || (typed !== undefined && text !== typed)}>{action}</Button>
    </>}>
      <form id={form} className="stack" onSubmit={(event) => void submit(event)}>
        {children}
        <EffectTable effect={effect} />
        <PlanSteps application={application} operations={operations} />
        <TextField label={t("common.reason")} help={t("common.reasonHelp")} maxLength={1000} value={reason} onChange={setReason} />
        {typed !== undefined && <TextField label={t("common.typeToConfirm", { name: typed })} value={text} onChange={setText} autoComplete="off" spellCheck={false} />}
      </form>
    </Dialog>
  );
}

async function begin(operation: Operation, reason: string): Promise<Outcome> {
  try {
    return { title: operation.title, execution: await operation.start(reason) };
  } catch (error) {
    return { title: operation.title, error };
  }
}
