/** The instances of a server group, live. */
import type { Instance } from "@gennaker/client/gen/server_group";
import { memo } from "react";
import { lastId } from "~/api/names.ts";
import { useText } from "~/i18n/index.tsx";
import { Badge, Button, Elapsed, EmptyState, HEALTH_LOOKS, Panel } from "~/ui/index.ts";
import { sortOf } from "../model/health.ts";
import { HealthDot } from "./health-dots.tsx";
import "./server-group.css";

interface Props {
  instances: readonly Instance[];
  /** The instance whose log is shown. */
  shown: string;
  onLog: (instance: string) => void;
}

export function InstanceTable({ instances, shown, onLog }: Props) {
  const t = useText();
  return (
    <Panel title={t("clusters.instances", { count: instances.length })} flush>
      {instances.length === 0 ? <EmptyState title={t("clusters.instancesNone")} /> : (
        <table className="instances">
          <thead>
            <tr>
              <th scope="col">{t("clusters.instance")}</th><th scope="col">{t("clusters.health")}</th><th scope="col">{t("clusters.address")}</th>
              <th scope="col">{t("clusters.restarts")}</th><th scope="col">{t("clusters.runningFor")}</th><th scope="col"><span className="unseen">{t("clusters.log")}</span></th>
            </tr>
          </thead>
          <tbody>{instances.map((instance) => <Row key={instance.name} instance={instance} shown={shown === lastId(instance.name)} onLog={onLog} />)}</tbody>
        </table>
      )}
    </Panel>
  );
}

const Row = memo(function Row({ instance, shown, onLog }: { instance: Instance; shown: boolean; onLog: (instance: string) => void }) {
  const t = useText();
  const id = lastId(instance.name);
  const { tone, text } = HEALTH_LOOKS[instance.health];
  return (
    <tr data-shown={shown || undefined}>
      <th scope="row" className="mono">{id}</th>
      <td><span className="row"><HealthDot sort={sortOf(instance.health)} /><Badge tone={tone} bare>{t(text)}</Badge></span>{instance.reason && <div className="muted instance-reason">{instance.reason}</div>}</td>
      <td data-label={t("clusters.address")} className="mono">{instance.address || "–"}</td>
      <td data-label={t("clusters.restarts")}>{instance.restarts}</td>
      <td data-label={t("clusters.runningFor")}><Elapsed start={instance.launchTime} /></td>
      <td><Button small icon="list" data-row="" aria-pressed={shown} onClick={() => onLog(shown ? "" : id)}>{t("clusters.log")}<span className="unseen"> {id}</span></Button></td>
    </tr>
  );
});
