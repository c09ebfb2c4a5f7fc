/** What a server group is. */
import type { ServerGroup } from "@gennaker/client/gen/server_group";
import { Link } from "wouter";
import { lastId, screenOf } from "~/api/names.ts";
import { useText } from "~/i18n/index.tsx";
import { Facts, Panel, Time } from "~/ui/index.ts";
import { imageId, imageVersion } from "../model/names.ts";
import { workKey } from "../model/operations.ts";
import { useMakers } from "./queries.ts";
import { TrafficShare } from "./traffic-share.tsx";

export function GroupFacts({ group }: { group: ServerGroup }) {
  const t = useText();
  const { application, account, region, cluster, capacity, loadBalancers, firewalls } = group;
  const maker = useMakers(application).get(workKey(group));
  const base = screenOf(application);
  const image = imageId(group.image);
  return (
    <Panel title={t("clusters.facts")}>
      <div className="group-facts">
        <Facts facts={[
          [t("clusters.image"), <span key="image" className="row"><Link href={`${base}/images?text=${encodeURIComponent(image)}`}>{image}</Link> <span className="muted">{t("clusters.version", { version: imageVersion(group.image) })}</span></span>],
          [t("clusters.capacity"), <span key="capacity">{capacity?.min ?? 0} / <strong>{capacity?.desired ?? 0}</strong> / {capacity?.max ?? 0} <span className="muted">{t("clusters.capacityHelp")}</span></span>],
          [t("clusters.traffic"), <TrafficShare key="traffic" share={group.disabled ? 0 : group.trafficShare} />],
          [t("clusters.weight"), group.weight],
          [t("clusters.loadBalancers"), loadBalancers.length > 0 && <Names key="balancers" ids={loadBalancers} to={(id) => `${base}/load-balancers?lb=${id}`} />],
          [t("clusters.firewalls"), firewalls.length > 0 && <Names key="firewalls" ids={firewalls} to={(id) => `${base}/firewalls?firewall=${id}`} />],
        ].map(([name, value]) => [name, value === false ? t("common.none") : value] as const)} />
        <Facts facts={[
          [t("clusters.cluster"), <Link key="cluster" href={`${base}/clusters?text=${encodeURIComponent(cluster)}`}>{cluster}</Link>],
          [t("clusters.account"), account],
          [t("clusters.region"), region],
          [t("clusters.provider"), group.provider],
          [t("clusters.made"), <Time key="made" at={group.createTime} relative />],
          [t("clusters.madeIn"), maker && <Link key="maker" href={screenOf(maker.name)}>{maker.displayName || lastId(maker.name)}</Link>],
        ]} />
      </div>
    </Panel>
  );
}

function Names({ ids, to }: { ids: readonly string[]; to: (id: string) => string }) {
  return <span className="row">{ids.map((id) => <Link key={id} href={to(id)}>{id}</Link>)}</span>;
}
