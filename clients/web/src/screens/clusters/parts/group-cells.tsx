/** A server group in the tree: its cells. */
import type { Execution } from "@gennaker/client/gen/execution";
import type { Instance, ServerGroup } from "@gennaker/client/gen/server_group";
import { memo } from "react";
import { Link } from "wouter";
import { lastId, screenOf, serverGroupScreen } from "~/api/names.ts";
import { useText } from "~/i18n/index.tsx";
import { Badge, Time } from "~/ui/index.ts";
import { imageId } from "../model/names.ts";
import type { Work } from "../model/operations.ts";
import { type Deed, GroupMenu } from "./group-menu.tsx";
import { HealthDots } from "./health-dots.tsx";
import { TrafficShare } from "./traffic-share.tsx";
import { WorkBadge } from "./work-badge.tsx";

interface Props {
  group: ServerGroup;
  instances: readonly Instance[];
  work: Work | undefined;
  /** The execution that made it, where it is known. */
  maker: Execution | undefined;
  selected: boolean;
  onSelect: (name: string, selected: boolean) => void;
  onDeed: (deed: Deed, group: ServerGroup) => void;
}

/** The cells. Renders again only when something of the server group has changed. */
export const GroupCells = memo(function GroupCells({ group, instances, work, maker, selected, onSelect, onDeed }: Props) {
  const t = useText();
  const name = lastId(group.name);
  return (
    <>
      <div role="gridcell" className="cell-select">
        <input type="checkbox" checked={selected} aria-label={t("clusters.select", { name })} onChange={(event) => onSelect(group.name, event.target.checked)} />
      </div>
      <div role="gridcell" className="cell-name">
        <span className="row">
          <Link href={serverGroupScreen(group.application, group.name)}>{name}</Link>
          {group.disabled ? <Badge icon="dash">{t("status.disabled")}</Badge> : <Badge tone="ok" icon="check">{t("status.enabled")}</Badge>}
        </span>
        <span className="muted ellipsis" title={imageId(group.image)}>{imageId(group.image)}</span>
        {work && <WorkBadge work={work} />}
      </div>
      <div role="gridcell" className="cell-health"><HealthDots instances={instances} counts={group.instanceCounts} /></div>
      <div role="gridcell" className="cell-capacity" title={t("clusters.capacityHelp")}>
        <span className="cell-label">{t("clusters.capacity")}</span>
        <span><span className="muted">{group.capacity?.min ?? 0} / </span><strong>{group.capacity?.desired ?? 0}</strong><span className="muted"> / {group.capacity?.max ?? 0}</span></span>
      </div>
      <div role="gridcell" className="cell-traffic"><span className="cell-label">{t("clusters.traffic")}</span><TrafficShare share={group.disabled ? 0 : group.trafficShare} /></div>
      <div role="gridcell" className="cell-balancers">
        {group.loadBalancers.length > 0 && <span className="cell-label">{t("clusters.loadBalancers")}</span>}
        <span className="row">{group.loadBalancers.map((id) => <Link key={id} href={`${screenOf(group.application)}/load-balancers?lb=${id}`}>{id}</Link>)}</span>
      </div>
      <div role="gridcell" className="cell-age">
        <Time at={group.createTime} relative />
        {maker && <Link href={screenOf(maker.name)} className="ellipsis">{t("clusters.madeBy", { execution: maker.displayName || lastId(maker.pipeline) || lastId(maker.name) })}</Link>}
      </div>
      <div role="gridcell" className="cell-menu"><GroupMenu group={group} onDeed={onDeed} /></div>
    </>
  );
});
