/** The load balancers of an application: where they listen and who gets the traffic, live. */
import { fromJson, toJson } from "@bufbuild/protobuf";
import { type LoadBalancer, LoadBalancerSchema } from "@gennaker/client/gen/load_balancer";
import { useState } from "react";
import { api, applicationName, lastId, requestId, screenOf } from "~/api/index.ts";
import { type JsonObject, objectOf } from "~/form/values.ts";
import { useText } from "~/i18n/index.tsx";
import { useInfrastructure, useRefusal } from "~/live/hooks.ts";
import { Notices } from "~/screens/clusters/parts/notices.tsx";
import { Button, ConfirmDialog, EmptyState, Page, Panel, Spinner, toast } from "~/ui/index.ts";
import { useParameter } from "~/ui/parameters.ts";
import { BalancerPanel } from "./parts/balancer-panel.tsx";
import { type NewPlace, ResourceDialog } from "./parts/resource-dialog.tsx";
import "./parts/balancing.css";

type Open = { kind: "new" } | { kind: "edit" | "delete"; balancer: LoadBalancer } | undefined;

export default function LoadBalancers({ application: id }: { application: string }) {
  const t = useText();
  const application = applicationName(id);
  const snapshot = useInfrastructure(application);
  const refusal = useRefusal(`infrastructure:${application}`);
  const [wanted] = useParameter("lb");
  const [open, setOpen] = useState<Open>();
  const balancers = snapshot?.loadBalancers ?? [];
  const create = <Button tone="primary" icon="add" onClick={() => setOpen({ kind: "new" })}>{t("balancing.newLoadBalancer")}</Button>;
  const close = () => setOpen(undefined);
  return (
    <Page title={t("balancing.loadBalancersTitle", { application: id })} crumbs={[{ label: id, to: screenOf(application) }]} actions={balancers.length > 0 && create}>
      <Notices unreachable={snapshot?.unreachable} refusal={refusal?.message} />
      {!snapshot && !refusal && <Spinner />}
      {snapshot && balancers.length === 0 && <Panel><EmptyState icon="split" title={t("balancing.noLoadBalancers")} action={create} command="gennaker apply -f load-balancer.yaml">{t("balancing.noLoadBalancersText")}</EmptyState></Panel>}
      {balancers.map((balancer) => (
        <BalancerPanel key={balancer.name} balancer={balancer} wanted={wanted === lastId(balancer.name)} onEdit={() => setOpen({ kind: "edit", balancer })} onDelete={() => setOpen({ kind: "delete", balancer })} />
      ))}
      {open?.kind === "new" && <ResourceDialog title={t("balancing.newLoadBalancer")} kind="load_balancer" name={undefined} application={application}
        value={{ application, listeners: [{ protocol: "PROTOCOL_HTTP", port: 0 }] }} save={save} onClose={close} />}
      {open?.kind === "edit" && <ResourceDialog title={t("balancing.editLoadBalancer", { name: lastId(open.balancer.name) })} kind="load_balancer" name={open.balancer.name} application={application}
        value={editable(open.balancer)} save={save} onClose={close} />}
      {open?.kind === "delete" && <DeleteDialog balancer={open.balancer} onClose={close} />}
    </Page>
  );
}

function DeleteDialog({ balancer: { name }, onClose }: { balancer: LoadBalancer; onClose: () => void }) {
  const t = useText();
  const id = lastId(name);
  const remove = async () => {
    await api.infrastructure.deleteLoadBalancer({ name, requestId: requestId() });
    toast(t("balancing.deleted", { name: id }));
  };
  return <ConfirmDialog title={t("balancing.deleteLoadBalancer", { name: id })} action={t("common.delete")} danger typed={id} onConfirm={remove} onClose={onClose}><p>{t("balancing.deleteLoadBalancerText")}</p></ConfirmDialog>;
}

/** What of a load balancer can be written. */
function editable(balancer: LoadBalancer): JsonObject {
  const listeners = balancer.listeners.map((listener) => ({ ...listener, address: "" }));
  return objectOf(toJson(LoadBalancerSchema, { ...balancer, listeners, targets: [], provider: "" }));
}

async function save(value: JsonObject, place: NewPlace | undefined, validateOnly: boolean): Promise<unknown> {
  const loadBalancer = fromJson(LoadBalancerSchema, value);
  const id = validateOnly ? "" : requestId();
  return place
    ? api.infrastructure.createLoadBalancer({ parent: place.parent, loadBalancerId: place.id, loadBalancer, validateOnly, requestId: id })
    : api.infrastructure.updateLoadBalancer({ loadBalancer, validateOnly, requestId: id });
}
