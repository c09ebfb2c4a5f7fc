/** Makes a trigger, or changes one. What there is to fill in, the server says. */
import type { FieldDescriptor, TriggerKindDescriptor } from "@gennaker/client/gen/kinds";
import type { Trigger } from "@gennaker/client/gen/trigger";
import { useState } from "react";
import { useLocation } from "wouter";
import { api, applicationName, explain, lastId, requestId, screenOf, triggerName } from "~/api/index.ts";
import { FieldsForm, NO_PROBLEMS, type Problems, problemsAt, useResourceFields, useTriggerKinds } from "~/form/index.ts";
import { writableFields } from "~/form/writable.ts";
import { useText } from "~/i18n/index.tsx";
import { ConfirmDialog, Dialog, Select, Spinner, TextField } from "~/ui/index.ts";
import { refreshTriggers } from "./queries.ts";
import { formOf, type TriggerForm, triggerOf } from "./trigger-form.ts";

/** What the API takes as the id of a trigger. */
const ID = /^[a-z0-9][a-z0-9-]{0,62}$/;

interface Props {
  application: string;
  /** The one to change; a new one without. */
  trigger?: Trigger;
  onClose: () => void;
}

export function TriggerDialog(props: Props) {
  const t = useText();
  const common = useResourceFields("trigger");
  const kinds = useTriggerKinds().data;
  if (!common || !kinds) return <Dialog title={t("triggers.new")} onClose={props.onClose}><Spinner /></Dialog>;
  return <Loaded {...props} common={common} kinds={kinds} />;
}

function Loaded({ application, trigger, onClose, common, kinds }: Props & { common: readonly FieldDescriptor[]; kinds: readonly TriggerKindDescriptor[] }) {
  const t = useText();
  const [, go] = useLocation();
  const sourceOf = (kind: string) => kinds.find((one) => one.kind === kind)?.fields ?? [];
  const [form, setForm] = useState<TriggerForm>(() => (trigger
    ? formOf(trigger, lastId(trigger.name), common, sourceOf(trigger.source.case ?? ""))
    : { id: "", kind: kinds[0]?.kind ?? "", common: {}, source: {} }));
  const [problems, setProblems] = useState<Problems>(NO_PROBLEMS);
  const kind = kinds.find((one) => one.kind === form.kind);
  const wrong = form.id !== "" && !ID.test(form.id);
  const save = async () => {
    try {
      if (trigger) await api.triggers.updateTrigger({ trigger: triggerOf(form, trigger.name, trigger.etag), requestId: requestId() });
      else await api.triggers.createTrigger({ parent: applicationName(application), triggerId: form.id, trigger: triggerOf(form, "", ""), requestId: requestId() });
    } catch (error) {
      setProblems(problemsAt(explain(error).violations, "trigger"));
      throw error;
    }
    await refreshTriggers();
    if (!trigger) go(screenOf(triggerName(application, form.id)));
  };
  const context = { application };
  return (
    <ConfirmDialog wide title={trigger ? t("triggers.editTitle", { trigger: trigger.displayName || form.id }) : t("triggers.new")} action={t(trigger ? "common.save" : "common.create")}
      disabled={form.id === "" || wrong} onConfirm={save} onClose={onClose}>
      {!trigger && <TextField label={t("triggers.id")} help={t("triggers.idHelp")} required autoComplete="off" value={form.id} problem={wrong ? t("triggers.idProblem") : undefined} onChange={(id) => setForm({ ...form, id })} />}
      <Select label={t("triggers.kind")} help={kind?.description} value={form.kind} options={kinds.map((one) => ({ value: one.kind, label: one.label }))}
        onChange={(chosen) => setForm({ ...form, kind: chosen, source: {} })} />
      <FieldsForm fields={writableFields(common)} value={form.common} context={context} problems={problems} onChange={(value) => setForm((now) => ({ ...now, common: value }))} />
      <FieldsForm key={form.kind} fields={writableFields(kind?.fields ?? [])} path={form.kind} value={form.source} context={context} problems={problems} onChange={(value) => setForm((now) => ({ ...now, source: value }))} />
    </ConfirmDialog>
  );
}
