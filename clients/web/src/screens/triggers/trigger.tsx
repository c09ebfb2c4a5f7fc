/** One trigger: what it listens to and starts, and its ledger: everything that it saw, with what was decided. */
import type { Trigger } from "@gennaker/client/gen/trigger";
import { useState } from "react";
import { Link, useLocation } from "wouter";
import { api, applicationName, explain, lastId, requestId, screenOf, triggerName } from "~/api/index.ts";
import { useTriggerKinds } from "~/form/index.ts";
import { useText } from "~/i18n/index.tsx";
import { Badge, Button, ConfirmDialog, EmptyState, ErrorNote, Facts, Markdown, Page, Panel, Spinner, Time, toast } from "~/ui/index.ts";
import { FireDialog } from "./fire-dialog.tsx";
import { Ledger } from "./ledger.tsx";
import { refreshTriggers, useTrigger } from "./queries.ts";
import { SourcePanel } from "./source-panel.tsx";
import { TriggerDialog } from "./trigger-dialog.tsx";
import "./triggers.css";

type Open = "fire" | "edit" | "delete" | undefined;

export default function TriggerScreen({ application, trigger: id }: { application: string; trigger: string }) {
  const t = useText();
  const name = triggerName(application, id);
  const { data, error, refetch } = useTrigger(name);
  const crumbs = [{ label: application, to: screenOf(applicationName(application)) }, { label: t("triggers.title"), to: `/apps/${application}/triggers` }];
  return (
    <Page title={data?.displayName || id} crumbs={crumbs} actions={data && <Actions application={application} trigger={data} />}>
      {error && <ErrorNote error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Spinner />}
      {data === null && <EmptyState icon="bolt" title={t("common.notFound")} />}
      {data && <>
        <About trigger={data} />
        <SourcePanel trigger={data} />
        <Ledger application={applicationName(application)} trigger={name} />
      </>}
    </Page>
  );
}

function About({ trigger }: { trigger: Trigger }) {
  const t = useText();
  const kind = useTriggerKinds().data?.find((one) => one.kind === trigger.source.case);
  return (
    <Panel>
      <div className="stack">
        {trigger.description && <Markdown text={trigger.description} />}
        <Facts facts={[
          [t("triggers.id"), <code key="id">{lastId(trigger.name)}</code>],
          [t("triggers.state"), trigger.disabled ? <Badge key="state" icon="pause">{t("status.disabled")}</Badge> : <Badge key="state" tone="ok" icon="check">{t("status.enabled")}</Badge>],
          [t("triggers.starts"), <Link key="pipeline" href={screenOf(trigger.pipeline)}>{lastId(trigger.pipeline)}</Link>],
          [t("triggers.kind"), kind?.label ?? trigger.source.case],
          [t("triggers.next"), kind?.description],
          [t("triggers.parameters"), Object.entries(trigger.parameters).map(([key, value]) => `${key}=${value}`).join("  ")],
          [t("triggers.artifacts"), trigger.expectedArtifacts.join(", ")],
          [t("triggers.changed"), <span key="changed"><Time at={trigger.updateTime} relative /> {trigger.updateActor && t("triggers.by", { actor: trigger.updateActor })}</span>],
        ]} />
      </div>
    </Panel>
  );
}

function Actions({ application, trigger }: { application: string; trigger: Trigger }) {
  const t = useText();
  const [, go] = useLocation();
  const [open, setOpen] = useState<Open>();
  const [busy, setBusy] = useState(false);
  const close = () => setOpen(undefined);
  const { name, etag, disabled } = trigger;
  const turn = async () => {
    setBusy(true);
    try {
      await api.triggers.updateTrigger({ trigger: { name, etag, disabled: !disabled }, updateMask: { paths: ["disabled"] }, requestId: requestId() });
    } catch (error) {
      toast(explain(error).message);
    }
    await refreshTriggers();
    setBusy(false);
  };
  const remove = async () => {
    await api.triggers.deleteTrigger({ name, etag, requestId: requestId() });
    await refreshTriggers();
    go(`/apps/${application}/triggers`);
  };
  return (
    <>
      <Button tone="primary" icon="bolt" onClick={() => setOpen("fire")}>{t("triggers.fire")}</Button>
      <Button icon={disabled ? "play" : "pause"} busy={busy} onClick={() => void turn()}>{t(disabled ? "triggers.enable" : "triggers.disable")}</Button>
      <Button icon="edit" onClick={() => setOpen("edit")}>{t("common.edit")}</Button>
      <Button tone="danger" icon="trash" onClick={() => setOpen("delete")}>{t("common.delete")}</Button>
      {open === "fire" && <FireDialog trigger={trigger} onClose={close} />}
      {open === "edit" && <TriggerDialog application={application} trigger={trigger} onClose={close} />}
      {open === "delete" && (
        <ConfirmDialog title={t("triggers.deleteTitle", { trigger: trigger.displayName || lastId(name) })} action={t("common.delete")} danger onConfirm={remove} onClose={close}>
          <p>{t("triggers.deleteText")}</p>
        </ConfirmDialog>
      )}
    </>
  );
}
