/** The firewalls of an application: who may connect, and what they are attached to. */
import { fromJson, toJson } from "@bufbuild/protobuf";
import { type Firewall, FirewallSchema } from "@gennaker/client/gen/firewall";
import { useState } from "react";
import { api, applicationName, lastId, requestId, screenOf } from "~/api/index.ts";
import { type JsonObject, objectOf } from "~/form/values.ts";
import { useText } from "~/i18n/index.tsx";
import { useInfrastructure, useRefusal } from "~/live/hooks.ts";
import { Notices } from "~/screens/clusters/parts/notices.tsx";
import { type NewPlace, ResourceDialog } from "~/screens/load-balancers/parts/resource-dialog.tsx";
import { Button, ConfirmDialog, EmptyState, Page, Panel, Spinner, toast } from "~/ui/index.ts";
import { useParameter } from "~/ui/parameters.ts";
import { FirewallPanel } from "./parts/firewall-panel.tsx";
import "~/screens/load-balancers/parts/balancing.css";

type Open = { kind: "new" } | { kind: "edit" | "delete"; firewall: Firewall } | undefined;

export default function Firewalls({ application: id }: { application: string }) {
  const t = useText();
  const application = applicationName(id);
  const snapshot = useInfrastructure(application);
  const refusal = useRefusal(`infrastructure:${application}`);
  const [wanted] = useParameter("firewall");
  const [open, setOpen] = useState<Open>();
  const firewalls = snapshot?.firewalls ?? [];
  const create = <Button tone="primary" icon="add" onClick={() => setOpen({ kind: "new" })}>{t("balancing.newFirewall")}</Button>;
  const close = () => setOpen(undefined);
  return (
    <Page title={t("balancing.firewallsTitle", { application: id })} crumbs={[{ label: id, to: screenOf(application) }]} actions={firewalls.length > 0 && create}>
      <Notices unreachable={snapshot?.unreachable} refusal={refusal?.message} />
      {!snapshot && !refusal && <Spinner />}
      {snapshot && firewalls.length === 0 && <Panel><EmptyState icon="shield" title={t("balancing.noFirewalls")} action={create} command="gennaker apply -f firewall.yaml">{t("balancing.noFirewallsText")}</EmptyState></Panel>}
      {firewalls.map((firewall) => (
        <FirewallPanel key={firewall.name} firewall={firewall} groups={snapshot?.serverGroups ?? []} wanted={wanted === lastId(firewall.name)}
          onEdit={() => setOpen({ kind: "edit", firewall })} onDelete={() => setOpen({ kind: "delete", firewall })} />
      ))}
      {open?.kind === "new" && <ResourceDialog title={t("balancing.newFirewall")} kind="firewall" name={undefined} application={application} value={{ application, rules: [{ cidrs: ["127.0.0.0/8"] }] }} save={save} onClose={close} />}
      {open?.kind === "edit" && <ResourceDialog title={t("balancing.editFirewall", { name: lastId(open.firewall.name) })} kind="firewall" name={open.firewall.name} application={application}
        value={editable(open.firewall)} save={save} onClose={close} />}
      {open?.kind === "delete" && <DeleteDialog firewall={open.firewall} onClose={close} />}
    </Page>
  );
}

function DeleteDialog({ firewall: { name }, onClose }: { firewall: Firewall; onClose: () => void }) {
  const t = useText();
  const id = lastId(name);
  const remove = async () => {
    await api.infrastructure.deleteFirewall({ name, requestId: requestId() });
    toast(t("balancing.deleted", { name: id }));
  };
  return <ConfirmDialog title={t("balancing.deleteFirewall", { name: id })} action={t("common.delete")} danger typed={id} onConfirm={remove} onClose={onClose}><p>{t("balancing.deleteFirewallText")}</p></ConfirmDialog>;
}

/** What of a firewall can be written. */
function editable(firewall: Firewall): JsonObject {
  return objectOf(toJson(FirewallSchema, { ...firewall, loadBalancers: [], provider: "" }));
}

async function save(value: JsonObject, place: NewPlace | undefined, validateOnly: boolean): Promise<unknown> {
  const firewall = fromJson(FirewallSchema, value);
  const id = validateOnly ? "" : requestId();
  return place
    ? api.infrastructure.createFirewall({ parent: place.parent, firewallId: place.id, firewall, validateOnly, requestId: id })
    : api.infrastructure.updateFirewall({ firewall, validateOnly, requestId: id });
}
