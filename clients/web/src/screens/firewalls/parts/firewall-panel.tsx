/** One firewall: its rules, and what it is attached to, in both directions. */
import { type Firewall, type FirewallRule, FirewallRule_Protocol, type PortRange } from "@gennaker/client/gen/firewall";
import type { ServerGroup } from "@gennaker/client/gen/server_group";
import { useEffect, useRef } from "react";
import { Link } from "wouter";
import { idOf, lastId, screenOf, serverGroupScreen } from "~/api/names.ts";
import { useText } from "~/i18n/index.tsx";
import { Button, Facts, IconButton, Menu, Panel } from "~/ui/index.ts";

interface Props {
  firewall: Firewall;
  /** The server groups of the application. */
  groups: readonly ServerGroup[];
  /** The address asks for this one. */
  wanted: boolean;
  onEdit: () => void;
  onDelete: () => void;
}

export function FirewallPanel({ firewall, groups, wanted, onEdit, onDelete }: Props) {
  const t = useText();
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (wanted) element.current?.scrollIntoView({ block: "nearest" });
  }, [wanted]);
  const id = lastId(firewall.name);
  const [account, region] = [idOf(firewall.name, "accounts"), idOf(firewall.name, "regions")];
  const own = groups.filter((group) => group.account === account && group.region === region && group.firewalls.includes(id));
  return (
    <div ref={element} className="balancer" data-wanted={wanted || undefined}>
      <Panel title={<>{id} <span className="muted">{t("balancing.place", { account, region })}</span></>} actions={<>
        <Button small icon="edit" onClick={onEdit}>{t("common.edit")}<span className="unseen"> {id}</span></Button>
        <Menu items={[{ label: t("common.delete"), icon: "trash", danger: true, onSelect: onDelete }]} trigger={(wiring) => <IconButton small icon="dots" label={t("clusters.actionsFor", { name: id })} {...wiring} />} />
      </>}>
        <div className="stack">
          {firewall.description && <p>{firewall.description}</p>}
          <Rules rules={firewall.rules} />
          <Facts facts={[
            [t("balancing.attachedLoadBalancers"), <Links key="balancers" links={firewall.loadBalancers.map((name) => [lastId(name), `${screenOf(firewall.application)}/load-balancers?lb=${lastId(name)}`])} />],
            [t("balancing.attachedServerGroups"), <Links key="groups" links={own.map(({ name, application }) => [lastId(name), serverGroupScreen(application, name)])} />],
          ]} />
        </div>
      </Panel>
    </div>
  );
}

function Links({ links }: { links: readonly (readonly [label: string, to: string])[] }) {
  const t = useText();
  if (links.length === 0) return <span className="muted">{t("balancing.attachedNone")}</span>;
  return <span className="row">{links.map(([label, to]) => <Link key={label} href={to}>{label}</Link>)}</span>;
}

function Rules({ rules }: { rules: readonly FirewallRule[] }) {
  const t = useText();
  if (rules.length === 0) return <p className="muted">{t("balancing.rulesNone")}</p>;
  return (
    <div className="scroll-x">
      <table className="rules">
        <caption className="unseen">{t("balancing.rules")}</caption>
        <thead><tr><th scope="col">{t("balancing.from")}</th><th scope="col">{t("balancing.ports")}</th><th scope="col">{t("balancing.protocol")}</th></tr></thead>
        <tbody>
          {rules.map((rule, index) => (
            // Rules have no identity but their place.
            <tr key={`${index}`}>
              <td className="mono">{rule.cidrs.join(", ")}</td>
              <td className="mono">{rule.ports.length === 0 ? t("balancing.allPorts") : rule.ports.map(portText).join(", ")}</td>
              <td>{protocolText(rule.protocol) || t("balancing.anyProtocol")}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** A range of ports, `80` or `8000–8100`. */
function portText({ from, to }: PortRange): string {
  return to > from ? `${from}–${to}` : String(from);
}

function protocolText(protocol: FirewallRule_Protocol): string {
  if (protocol === FirewallRule_Protocol.TCP) return "TCP";
  return protocol === FirewallRule_Protocol.UDP ? "UDP" : "";
}
