/** The execution as the API gives it. */
import { toJson } from "@bufbuild/protobuf";
import { type Execution, ExecutionSchema } from "@gennaker/client/gen/execution";
import { useMemo } from "react";
import { lastId } from "~/api/index.ts";
import { useText } from "~/i18n/index.tsx";
import { Button, JsonTree } from "~/ui/index.ts";
import { copyAddress } from "./actions.tsx";

export function JsonTab({ execution }: { execution: Execution }) {
  const t = useText();
  const json = useMemo(() => toJson(ExecutionSchema, execution), [execution]);
  const text = () => JSON.stringify(json, null, 2);
  return (
    <div className="stack">
      <div className="row">
        <Button small icon="copy" onClick={() => void copyAddress(t("common.copied"), text())}>{t("execution.copyJson")}</Button>
        <Button small icon="save" onClick={() => save(`${lastId(execution.name)}.json`, text())}>{t("execution.download")}</Button>
      </div>
      <JsonTree value={json} open={2} />
    </div>
  );
}

function save(name: string, text: string) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
