/** The first failure of an execution as one line, and the way to it. */
import type { Execution } from "@gennaker/client/gen/execution";
import { useText } from "~/i18n/index.tsx";
import { Button, Icon, Time } from "~/ui/index.ts";
import { firstLine } from "../model/text.ts";

export function FailureLine({ execution, onStage }: { execution: Execution; onStage: (stage: string) => void }) {
  const t = useText();
  const { failure, cancellation } = execution;
  return (
    <>
      {cancellation && (
        <p className="execution-note">
          <Icon name="stop" />
          <span className="grow"><strong>{t("execution.canceledBy", { actor: cancellation.actor })}</strong> <Time at={cancellation.time} />{cancellation.reason && `: ${cancellation.reason}`}</span>
        </p>
      )}
      {failure && (
        <p className="execution-note" data-tone="failed">
          <Icon name="warning" />
          <span className="grow" title={failure.message}>{firstLine(failure.message)}</span>
          {failure.stage && <Button small icon="chevron" onClick={() => onStage(failure.stage)}>{t("execution.jumpToError")}</Button>}
        </p>
      )}
    </>
  );
}
