/** Goes back: from one server group to another of its cluster, or a whole cluster to the version before. */
import type { TrafficGuard } from "@gennaker/client/gen/application";
import type { ServerGroup } from "@gennaker/client/gen/server_group";
import { useState } from "react";
import { lastId } from "~/api/names.ts";
import { useText } from "~/i18n/index.tsx";
import { Checkbox, Select } from "~/ui/index.ts";
import { clusterRollback, operationOn } from "../model/action.ts";
import { effectOf, previousOf, rollbackSteps } from "../model/effect.ts";
import { imageId } from "../model/names.ts";
import { siblings } from "../model/tree.ts";
import { OperationDialog } from "./operation-dialog.tsx";

interface Props {
  all: readonly ServerGroup[];
  guards: readonly TrafficGuard[];
  onClose: () => void;
}

/** From one server group to another. */
export function RollbackDialog({ group, all, guards, onClose }: Props & { group: ServerGroup }) {
  const t = useText();
  const others = siblings(group, all).filter(({ name }) => name !== group.name);
  const [chosen, setChosen] = useState(() => lastId(previousOf(group, all)?.name ?? ""));
  const action = { kind: "rollback" as const, to: chosen };
  const options = others.map((other) => ({
    value: lastId(other.name),
    label: t("clusters.rollbackOption", { name: lastId(other.name), image: imageId(other.image), state: t(other.disabled ? "status.disabled" : "status.enabled") }),
  }));
  return (
    <OperationDialog title={t("clusters.rollbackTitle", { name: lastId(group.name) })} action={t("clusters.rollback")} application={group.application} blocked={!chosen}
      operations={chosen ? [operationOn(group, action)] : []} effect={effectOf(chosen ? [{ group, action }] : [], all, guards)} onClose={onClose}>
      {others.length === 0 ? <p>{t("clusters.rollbackNone")}</p> : <>
        <p>{t("clusters.rollbackText")}</p>
        <Select label={t("clusters.rollbackTo")} value={chosen} options={options} onChange={setChosen} />
      </>}
    </OperationDialog>
  );
}

/** A cluster, in all regions or some of them. */
export function ClusterRollbackDialog({ groups, all, guards, onClose }: Props & { groups: readonly ServerGroup[] }) {
  const t = useText();
  const [first] = groups;
  const whole = first ? all.filter(({ account, cluster }) => account === first.account && cluster === first.cluster) : [];
  const regions = [...new Set(whole.map(({ region }) => region))].sort();
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const chosen = regions.filter((region) => !left.has(region));
  const steps = rollbackSteps(whole, chosen);
  const choose = (region: string, wanted: boolean) => {
    const next = new Set(left);
    if (wanted) next.delete(region);
    else next.add(region);
    setLeft(next);
  };
  if (!first) return null;
  return (
    <OperationDialog title={t("clusters.rollbackTitle", { name: first.cluster })} action={t("clusters.rollback")} application={first.application} blocked={steps.length === 0}
      operations={steps.length > 0 ? [clusterRollback(first, chosen, steps)] : []} effect={effectOf(steps, all, guards)} onClose={onClose}>
      <p>{t(steps.length === 0 ? "clusters.rollbackNone" : "clusters.rollbackClusterText")}</p>
      {regions.length > 1 && (
        <fieldset className="mode-tabs">
          <legend className="field-label">{t("clusters.regions")}</legend>
          {regions.map((region) => <Checkbox key={region} label={region} checked={!left.has(region)} onChange={(wanted) => choose(region, wanted)} />)}
        </fieldset>
      )}
    </OperationDialog>
  );
}
