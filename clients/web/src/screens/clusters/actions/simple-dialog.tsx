/** Enables, disables or destroys server groups. */
import type { TrafficGuard } from "@gennaker/client/gen/application";
import type { ServerGroup } from "@gennaker/client/gen/server_group";
import { lastId } from "~/api/names.ts";
import { useText } from "~/i18n/index.tsx";
import { operationOn } from "../model/action.ts";
import { effectOf } from "../model/effect.ts";
import { OperationDialog } from "./operation-dialog.tsx";
import { TargetList } from "./target-list.tsx";

interface Props {
  kind: "enable" | "disable" | "destroy";
  targets: readonly ServerGroup[];
  all: readonly ServerGroup[];
  guards: readonly TrafficGuard[];
  onClose: () => void;
  onStarted: () => void;
}

export function SimpleDialog({ kind, targets, all, guards, onClose, onStarted }: Props) {
  const t = useText();
  const [first] = targets;
  if (!first) return null;
  const name = targets.length === 1 ? lastId(first.name) : t("clusters.many", { count: targets.length });
  return (
    <OperationDialog title={t(`clusters.${kind}Title`, { name })} action={t(`clusters.${kind}`)} application={first.application} danger={kind === "destroy"}
      typed={kind === "destroy" ? name : undefined} operations={targets.map((group) => operationOn(group, { kind }))}
      effect={effectOf(targets.map((group) => ({ group, action: { kind } })), all, guards)} onClose={onClose} onStarted={onStarted}>
      <TargetList targets={targets} />
      <p>{t(`clusters.${kind}Text`)}</p>
    </OperationDialog>
  );
}
