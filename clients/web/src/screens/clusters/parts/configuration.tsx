/** How the instances of a server group are started and checked. Values are text, whatever they look like. */
import type { HealthCheck } from "@gennaker/client/gen/deploy_cluster";
import { RestartPolicy } from "@gennaker/client/gen/deploy_cluster";
import type { ServerGroup } from "@gennaker/client/gen/server_group";
import type { Duration } from "@bufbuild/protobuf/wkt";
import { useLanguage, useText } from "~/i18n/index.tsx";
import { Facts, Panel, span } from "~/ui/index.ts";
import { durationMillis } from "~/ui/time.ts";

export function Configuration({ group }: { group: ServerGroup }) {
  const t = useText();
  const length = useLength();
  return (
    <Panel title={t("clusters.configuration")}>
      <div className="stack">
        <Facts facts={[
          [t("clusters.healthCheck"), <Check key="check" check={group.healthCheck} />],
          [t("clusters.restart"), t(group.restartPolicy === RestartPolicy.NEVER ? "clusters.restartNever" : "clusters.restartAlways")],
          [t("clusters.stopGrace"), length(group.stopGrace)],
          [t("clusters.args"), group.args.length > 0 && <code key="args">{group.args.join(" ")}</code>],
        ].map(([name, value]) => [name, value === false ? "" : value] as const)} />
        <Pairs title={t("clusters.env")} pairs={group.env} />
        <Pairs title={t("clusters.labels")} pairs={group.labels} />
      </div>
    </Panel>
  );
}

function Check({ check }: { check: HealthCheck | undefined }) {
  const t = useText();
  const length = useLength();
  if (!check) return t("clusters.checkNone");
  const { probe, interval, timeout, healthyThreshold, unhealthyThreshold, startupGrace } = check;
  return (
    <>
      <span className="mono">{probe.case === "http" ? t("clusters.checkHttp", { path: probe.value.path || "/" }) : t("clusters.checkTcp")}</span>{" "}
      <span className="muted">{t("clusters.checkTimes", { interval: length(interval), timeout: length(timeout), up: healthyThreshold ?? 1, down: unhealthyThreshold ?? 3, grace: length(startupGrace) })}</span>
    </>
  );
}

function Pairs({ title, pairs }: { title: string; pairs: Record<string, string> }) {
  const t = useText();
  const entries = Object.entries(pairs).sort(([a], [b]) => a.localeCompare(b));
  if (entries.length === 0) return null;
  return (
    <table className="pairs">
      <thead><tr><th scope="col">{title}</th><th scope="col">{t("clusters.value")}</th></tr></thead>
      <tbody>{entries.map(([key, value]) => <tr key={key}><th scope="row" className="mono">{key}</th><td className="mono">{value}</td></tr>)}</tbody>
    </table>
  );
}

function useLength(): (duration: Duration | undefined) => string {
  const language = useLanguage();
  return (duration) => {
    const length = durationMillis(duration);
    return length === undefined ? "" : span(length, language);
  };
}
