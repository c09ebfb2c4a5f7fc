/** Fires a trigger by hand, and shows what was decided. */
import { fromJson, type JsonValue } from "@bufbuild/protobuf";
import { ValueSchema } from "@bufbuild/protobuf/wkt";
import type { Pipeline } from "@gennaker/client/gen/pipeline";
import type { FireTriggerResponse } from "@gennaker/client/gen/trigger_service";
import type { Trigger } from "@gennaker/client/gen/trigger";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import { Link } from "wouter";
import { api, lastId, requestId, screenOf } from "~/api/index.ts";
import { useText } from "~/i18n/index.tsx";
import { beginForm } from "~/screens/execution/model/run-form.ts";
import { ParameterField } from "~/screens/execution/parts/parameter-field.tsx";
import { Button, Dialog, ErrorNote, Spinner, StatusBadge, TextArea, TextField } from "~/ui/index.ts";
import { DECISION_LOOKS } from "./looks.ts";
import { refreshTriggers } from "./queries.ts";

export function FireDialog({ trigger, onClose }: { trigger: Trigger; onClose: () => void }) {
  const t = useText();
  const { pipeline: name } = trigger;
  const pipeline = useQuery({ queryKey: ["pipelines", "one", name], queryFn: async () => (await api.pipelines.getPipeline({ name })).pipeline ?? null });
  if (pipeline.data) return <FireForm trigger={trigger} pipeline={pipeline.data} onClose={onClose} />;
  return <Dialog title={t("triggers.fire")} onClose={onClose}>{pipeline.error ? <ErrorNote error={pipeline.error} /> : <Spinner />}</Dialog>;
}

function FireForm({ trigger, pipeline, onClose }: { trigger: Trigger; pipeline: Pipeline; onClose: () => void }) {
  const t = useText();
  const id = useId();
  const begin = beginForm(pipeline.parameters, trigger.parameters).parameters;
  const [values, setValues] = useState(begin);
  const [payload, setPayload] = useState("");
  const [reason, setReason] = useState("");
  const [request] = useState(requestId);
  const wrong = payload.trim() !== "" && parsed(payload) === undefined;
  const fire = useMutation({
    mutationFn: () => {
      const value = parsed(payload);
      // What was not touched is left to the trigger and to the payload.
      const parameters = Object.fromEntries(Object.entries(values).filter(([key, text]) => text !== begin[key]));
      return api.triggers.fireTrigger({ name: trigger.name, parameters, reason, requestId: request, ...(value !== undefined && { payload: fromJson(ValueSchema, value) }) });
    },
    onSuccess: refreshTriggers,
  });
  const title = t("triggers.fireNamed", { trigger: trigger.displayName || lastId(trigger.name) });
  if (fire.data) return <Dialog title={title} onClose={onClose} footer={<Button tone="primary" onClick={onClose}>{t("common.close")}</Button>}><Outcome answer={fire.data} /></Dialog>;
  return (
    <Dialog title={title} onClose={onClose} footer={<>
      <Button onClick={onClose}>{t("common.cancel")}</Button>
      <Button type="submit" form={id} tone="primary" icon="bolt" busy={fire.isPending} disabled={wrong}>{t("triggers.fire")}</Button>
    </>}>
      <form id={id} className="stack" noValidate onSubmit={(event) => { event.preventDefault(); fire.mutate(); }}>
        {pipeline.parameters.map((parameter) => (
          <ParameterField key={parameter.name} parameter={parameter} value={values[parameter.name] ?? ""} problem={undefined} autoFocus={false}
            onChange={(value) => setValues({ ...values, [parameter.name]: value })} />
        ))}
        <TextArea label={t("triggers.payloadJson")} help={t("triggers.payloadHelp")} className="input mono" spellCheck={false} value={payload} onChange={setPayload}
          problem={wrong ? t("triggers.payloadWrong") : undefined} placeholder='{"ref": "refs/heads/main"}' />
        <TextField label={t("common.reason")} help={t("common.reasonHelp")} maxLength={1000} value={reason} onChange={setReason} />
        {fire.error && <ErrorNote error={fire.error} />}
      </form>
    </Dialog>
  );
}

/** The JSON of a text; undefined when it is none. */
function parsed(text: string): JsonValue | undefined {
  try {
    const value: JsonValue = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}

function Outcome({ answer: { event, execution } }: { answer: FireTriggerResponse }) {
  const t = useText();
  const started = execution || event?.execution;
  return (
    <div className="stack" role="status">
      {event && <div><StatusBadge look={DECISION_LOOKS[event.decision]} /></div>}
      {event?.reason && <p>{event.reason}</p>}
      {started && <p><Link href={screenOf(started)}>{t("triggers.toExecution")}</Link></p>}
    </div>
  );
}
