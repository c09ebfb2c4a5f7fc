/** The triggers of an application: what starts its pipelines, and what each saw last. */
import type { Trigger, TriggerEvent } from "@gennaker/client/gen/trigger";
import { useState } from "react";
import { Link } from "wouter";
import { applicationName, lastId, screenOf } from "~/api/index.ts";
import { useTriggerKinds } from "~/form/index.ts";
import { useText } from "~/i18n/index.tsx";
import { useTriggers } from "~/screens/executions/queries.ts";
import { Badge, Button, EmptyState, ErrorNote, Page, Panel, Spinner, StatusBadge, Time } from "~/ui/index.ts";
import { FireDialog } from "./fire-dialog.tsx";
import { DECISION_LOOKS } from "./looks.ts";
import { useLastEvents } from "./queries.ts";
import { TriggerDialog } from "./trigger-dialog.tsx";
import "./triggers.css";

export default function Triggers({ application }: { application: string }) {
  const t = useText();
  const name = applicationName(application);
  const [making, setMaking] = useState(false);
  const { data, error, refetch } = useTriggers(name);
  const create = <Button tone="primary" icon="add" onClick={() => setMaking(true)}>{t("triggers.new")}</Button>;
  return (
    <Page title={t("triggers.titleOf", { application })} crumbs={[{ label: application, to: screenOf(name) }]} actions={create}>
      <Panel title={t("triggers.title")} flush>
        {error ? <ErrorNote error={error} onRetry={() => void refetch()} /> : !data ? <Spinner />
          : data.length === 0 ? <EmptyState icon="bolt" title={t("triggers.none")} command="gennaker apply -f trigger.yaml" action={create}>{t("triggers.noneText")}</EmptyState>
          : <Rows application={name} triggers={data} />}
      </Panel>
      {making && <TriggerDialog application={application} onClose={() => setMaking(false)} />}
    </Page>
  );
}

function Rows({ application, triggers }: { application: string; triggers: readonly Trigger[] }) {
  const kinds = useTriggerKinds().data;
  const last = useLastEvents(application);
  const [firing, setFiring] = useState<Trigger>();
  return (
    <>
      <ul className="trigger-rows">
        {triggers.map((trigger) => {
          const kind = kinds?.find((one) => one.kind === trigger.source.case);
          return <Row key={trigger.name} trigger={trigger} kind={kind?.label ?? trigger.source.case ?? ""} fires={kind?.description ?? ""} last={last.get(trigger.name)} onFire={() => setFiring(trigger)} />;
        })}
      </ul>
      {firing && <FireDialog trigger={firing} onClose={() => setFiring(undefined)} />}
    </>
  );
}

function Row({ trigger, kind, fires, last, onFire }: { trigger: Trigger; kind: string; fires: string; last: TriggerEvent | undefined; onFire: () => void }) {
  const t = useText();
  const id = lastId(trigger.name);
  const title = trigger.displayName || id;
  return (
    <li className="trigger-row">
      <div className="trigger-about">
        <div className="row"><Link href={screenOf(trigger.name)} data-row="">{title}</Link> {title !== id && <span className="muted mono">{id}</span>} {trigger.disabled && <Badge icon="pause">{t("status.disabled")}</Badge>}</div>
        <div className="muted">{t("triggers.starts")} <Link href={screenOf(trigger.pipeline)}>{lastId(trigger.pipeline)}</Link></div>
      </div>
      <div><Badge>{kind}</Badge><div className="muted">{fires}</div></div>
      <div className="trigger-last">
        {last ? <>
          <div className="row"><StatusBadge look={DECISION_LOOKS[last.decision]} /> <span className="muted"><Time at={last.time} relative /></span></div>
          {last.reason && <div className="muted ellipsis" title={last.reason}>{last.reason}</div>}
        </> : <span className="muted">{t("triggers.sawNothing")}</span>}
      </div>
      <Button small icon="bolt" aria-label={t("triggers.fireNamed", { trigger: title })} onClick={onFire}>{t("triggers.fire")}</Button>
    </li>
  );
}
