/** One load balancer: where it listens, who may connect, and who gets the traffic, live. */
import { type Listener, Listener_Protocol, type LoadBalancer } from "@gennaker/client/gen/load_balancer";
import { useEffect, useRef } from "react";
import { Link } from "wouter";
import { idOf, lastId, screenOf, serverGroupScreen } from "~/api/names.ts";
import { useText } from "~/i18n/index.tsx";
import { TrafficShare } from "~/screens/clusters/parts/traffic-share.tsx";
import { Badge, Button, Facts, Icon, IconButton, Menu, Panel, SafeLink } from "~/ui/index.ts";

interface Props {
  balancer: LoadBalancer;
  /** The address asks for this one. */
  wanted: boolean;
  onEdit: () => void;
  onDelete: () => void;
}

export function BalancerPanel({ balancer, wanted, onEdit, onDelete }: Props) {
  const t = useText();
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (wanted) place.current?.scrollIntoView({ block: "nearest" });
  }, [wanted]);
  const id = lastId(balancer.name);
  const healthy = balancer.targets.reduce((sum, target) => sum + (target.disabled ? 0 : target.healthyInstances), 0);
  return (
    <div ref={place} className="balancer" data-wanted={wanted || undefined}>
      <Panel title={<>{id} <span className="muted">{t("balancing.place", { account: idOf(balancer.name, "accounts"), region: idOf(balancer.name, "regions") })}</span></>}
        actions={<>
          {healthy > 0 ? <Badge tone="ok" icon="up">{t("balancing.serves", { count: healthy })}</Badge> : <Badge tone="failed" icon="down">{t("balancing.servesNobody")}</Badge>}
          <Button small icon="edit" onClick={onEdit}>{t("common.edit")}<span className="unseen"> {id}</span></Button>
          <Menu items={[{ label: t("common.delete"), icon: "trash", danger: true, onSelect: onDelete }]} trigger={(wiring) => <IconButton small icon="dots" label={t("clusters.actionsFor", { name: id })} {...wiring} />} />
        </>}>
        <div className="stack">
          <Facts facts={[
            [t("balancing.listeners"), <ul key="listeners" className="plain-list">{balancer.listeners.map((listener) => <li key={`${listener.protocol} ${listener.port}`}><ListenerLine listener={listener} /></li>)}</ul>],
            [t("balancing.firewalls"), balancer.firewalls.length === 0 ? <span key="none" className="muted">{t("balancing.firewallsNone")}</span> : (
              <span key="firewalls" className="row">{balancer.firewalls.map((one) => <Link key={one} href={`${screenOf(balancer.application)}/firewalls?firewall=${one}`}>{one}</Link>)}</span>
            )],
          ]} />
          <Targets balancer={balancer} />
        </div>
      </Panel>
    </div>
  );
}

function ListenerLine({ listener: { protocol, port, address } }: { listener: Listener }) {
  const tcp = protocol === Listener_Protocol.TCP;
  const at = address || `:${port}`;
  return <span className="row"><Badge>{tcp ? "TCP" : "HTTP"}</Badge>{tcp || !address ? <span className="mono">{at}</span> : <SafeLink href={`http://${address}`}><span className="mono">{`http://${address}`}</span> <Icon name="external" size={14} /></SafeLink>}</span>;
}

function Targets({ balancer: { application, targets } }: { balancer: LoadBalancer }) {
  const t = useText();
  if (targets.length === 0) return <p className="muted">{t("balancing.targetsNone")}</p>;
  return (
    <div className="scroll-x">
      <table className="targets">
        <caption className="unseen">{t("balancing.targets")}</caption>
        <thead>
          <tr><th scope="col">{t("balancing.serverGroup")}</th><th scope="col">{t("balancing.state")}</th><th scope="col">{t("balancing.traffic")}</th><th scope="col">{t("balancing.weight")}</th><th scope="col">{t("balancing.healthy")}</th></tr>
        </thead>
        <tbody>
          {targets.map(({ serverGroup, disabled, weight, trafficShare, healthyInstances }) => (
            <tr key={serverGroup}>
              <th scope="row"><Link href={serverGroupScreen(application, serverGroup)} data-row="">{lastId(serverGroup)}</Link></th>
              <td>{disabled ? <Badge icon="dash">{t("status.disabled")}</Badge> : <Badge tone="ok" icon="check">{t("status.enabled")}</Badge>}</td>
              <td><TrafficShare share={disabled ? 0 : trafficShare} /></td>
              <td>{weight}</td>
              <td>{healthyInstances}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
