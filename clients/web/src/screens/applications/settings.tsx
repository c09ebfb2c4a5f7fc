/** What can be set about an application: names, owners, labels, traffic guards, notifications; and its end. */
import { fromJson, toJson } from "@bufbuild/protobuf";
import { type Application, ApplicationSchema } from "@gennaker/client/gen/application";
import { useMutation } from "@tanstack/react-query";
import { type SubmitEvent, useMemo, useState } from "react";
import { useLocation } from "wouter";
import { api, applicationName, explain, isConflict, lastId, queryClient, requestId, screenOf } from "~/api/index.ts";
import { FieldsForm, problemsAt, useResourceFields } from "~/form/index.ts";
import { type JsonObject, objectOf } from "~/form/values.ts";
import { writableFields } from "~/form/writable.ts";
import { useText } from "~/i18n/index.tsx";
import { Button, ConfirmDialog, ErrorNote, Page, Panel, Spinner, toast } from "~/ui/index.ts";
import { useApplication } from "./queries.ts";

export default function ApplicationSettings({ application }: { application: string }) {
  const t = useText();
  const name = applicationName(application);
  const { data, error, refetch } = useApplication(name);
  // What is edited is what was there when the screen was opened, until it is saved or given up for theirs.
  const [base, setBase] = useState<Application>();
  const opened = base ?? data;
  if (data && !base) setBase(data);
  return (
    <Page title={t("applications.settings", { name: data?.displayName || application })} crumbs={[{ label: application, to: screenOf(name) }]}>
      {error && <ErrorNote error={error} onRetry={() => void refetch()} />}
      {!opened && !error && <Spinner />}
      {opened && <Settings key={opened.etag} application={opened} onSaved={setBase} />}
      {opened && <DangerZone application={opened} />}
    </Page>
  );
}

/** The form, and what happens when somebody else was faster. */
function Settings({ application, onSaved }: { application: Application; onSaved: (application: Application | undefined) => void }) {
  const t = useText();
  const fields = useResourceFields("application");
  const [value, setValue] = useState<JsonObject>(() => objectOf(toJson(ApplicationSchema, application)));
  const save = useMutation({
    mutationFn: async () => (await api.applications.updateApplication({ application: fromJson(ApplicationSchema, value), requestId: requestId() })).application,
    onSuccess: (saved) => {
      void queryClient.invalidateQueries({ queryKey: ["applications"] });
      onSaved(saved);
      toast(t("applications.saved"));
    },
  });
  const problems = useMemo(() => (save.error ? problemsAt(explain(save.error).violations, "application") : undefined), [save.error]);
  const loadTheirs = async () => {
    await queryClient.invalidateQueries({ queryKey: ["applications", application.name] });
    onSaved(undefined);
  };
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    save.mutate();
  };
  if (!fields) return <Spinner />;
  return (
    <Panel>
      <form className="stack" onSubmit={submit}>
        <FieldsForm fields={writableFields(fields)} value={value} onChange={setValue} problems={problems} context={{ application: lastId(application.name) }} />
        {save.error && (isConflict(save.error)
          ? <div className="row" role="alert">{t("applications.conflict")} <Button small onClick={() => void loadTheirs()}>{t("applications.loadTheirs")}</Button></div>
          : <ErrorNote error={save.error} />)}
        <div><Button type="submit" tone="primary" icon="save" busy={save.isPending}>{t("common.save")}</Button></div>
      </form>
    </Panel>
  );
}

/** Deleting it. */
function DangerZone({ application }: { application: Application }) {
  const t = useText();
  const [, go] = useLocation();
  const [asking, setAsking] = useState(false);
  const remove = async () => {
    await api.applications.deleteApplication({ name: application.name, requestId: requestId() });
    await queryClient.invalidateQueries({ queryKey: ["applications"] });
    go("/apps");
  };
  return (
    <Panel title={t("applications.danger")}>
      <div className="row">
        <p className="grow muted">{t("applications.deleteText")}</p>
        <Button tone="danger" icon="trash" onClick={() => setAsking(true)}>{t("applications.delete")}</Button>
      </div>
      {asking && (
        <ConfirmDialog title={t("applications.delete")} action={t("common.delete")} danger typed={lastId(application.name)} onConfirm={remove} onClose={() => setAsking(false)}>
          <p>{t("applications.deleteText")}</p>
        </ConfirmDialog>
      )}
    </Panel>
  );
}
