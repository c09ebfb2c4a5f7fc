/** The execution as the API gives it. */
import { toJson } from "@bufbuild/protobuf";
import { hasEnded } from "@gennaker/client";
import { type Execution, ExecutionSchema } from "@gennaker/client/gen/execution";
import { useRef } from "react";
import { lastId } from "~/api/index.ts";
import { useText } from "~/i18n/index.tsx";
import { Button, useNow } from "~/ui/index.ts";
import { LogView } from "~/ui/log-view.tsx";
import { copyAddress } from "./actions.tsx";

/** By line, for an execution of a thousand stages is a long text; and anew once a second, for nobody reads faster. */
export function JsonTab({ execution }: { execution: Execution }) {
  const t = useText();
  const text = useJson(execution);
  return (
    <div className="stack">
      <div className="row">
        <Button small icon="copy" onClick={() => void copyAddress(t("common.copied"), text)}>{t("execution.copyJson")}</Button>
        <Button small icon="save" onClick={() => save(`${lastId(execution.name)}.json`, text)}>{t("execution.download")}</Button>
      </div>
      <LogView name="json" text={text} tall />
    </div>
  );
}

function useJson(execution: Execution): string {
  const ended = hasEnded(execution);
  const now = useNow(!ended);
  const made = useRef<{ of: Execution; now: number; text: string }>(undefined);
  const known = made.current;
  if (known && (known.of === execution || (!ended && known.now === now))) return known.text;
  const text = JSON.stringify(toJson(ExecutionSchema, execution), null, 2);
  made.current = { of: execution, now, text };
  return text;
}

function save(name: string, text: string) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
