/** What a run of the definition would do, as it stands in the editor: nothing is saved and nothing runs. */
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "~/api/index.ts";
import { useText } from "~/i18n/index.tsx";
import { Button, Dialog, ErrorNote, Select } from "~/ui/index.ts";
import { pass } from "../model/door.ts";
import { objects, text } from "../model/json.ts";
import { useExecutionOptions } from "../parts/execution-options.ts";
import { ParameterFields } from "../parts/parameter-fields.tsx";
import { PlanTable } from "../parts/plan-table.tsx";
import type { Session } from "../session.ts";

interface Props {
  session: Session;
  onClose: () => void;
}

export function DryRun({ session: { name, document, saved }, onClose }: Props) {
  const t = useText();
  const past = useExecutionOptions(name, saved.etag !== "");
  const [execution, setExecution] = useState("");
  const [values, setValues] = useState<Record<string, string>>({});
  const parameters = objects(document.parameters);
  const plan = useMutation({
    mutationFn: () => api.executions.planExecution({ pipeline: name, definition: pass(document, name).pipeline, parameters: values, execution }),
  });
  return (
    <Dialog title={t("editor.dryRun")} onClose={onClose} wide footer={<>
      <Button onClick={onClose}>{t("common.close")}</Button>
      <Button tone="primary" icon="play" busy={plan.isPending} onClick={() => plan.mutate()}>{t("editor.tryOut")}</Button>
    </>}>
      <p className="muted">{t("editor.dryRunHelp")}</p>
      {past.length > 0 && (
        <Select label={t("editor.pastExecution")} help={t("editor.pastExecutionHelp")} value={execution} onChange={setExecution}
          options={[{ value: "", label: t("editor.noExecution") }, ...past]} />
      )}
      {parameters.length > 0 && <ParameterFields parameters={parameters} values={values} onChange={setValues} />}
      {plan.error && <ErrorNote error={plan.error} />}
      {plan.data && <PlanTable plan={plan.data} titles={new Map(objects(document.stages).map((stage) => [text(stage.id), text(stage.name)]))} />}
    </Dialog>
  );
}
