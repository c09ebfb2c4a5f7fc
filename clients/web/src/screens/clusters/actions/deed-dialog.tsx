/** The dialog of something to do to server groups. */
import type { ServerGroup } from "@gennaker/client/gen/server_group";
import { useApplication } from "~/screens/applications/queries.ts";
import type { Deed } from "../parts/group-menu.tsx";
import { CreateDialog } from "./create-dialog.tsx";
import { ResizeDialog } from "./resize-dialog.tsx";
import { ClusterRollbackDialog, RollbackDialog } from "./rollback-dialog.tsx";
import { SimpleDialog } from "./simple-dialog.tsx";

/** What is to be done, to what. */
export type Asked =
  | { deed: Deed; targets: readonly ServerGroup[] }
  | { deed: "rollbackCluster"; targets: readonly ServerGroup[] };

interface Props {
  asked: Asked;
  application: string;
  all: readonly ServerGroup[];
  onClose: () => void;
  onStarted: () => void;
}

export function DeedDialog({ asked: { deed, targets: asked }, application, all, onClose, onStarted }: Props) {
  const guards = useApplication(application).data?.trafficGuards ?? [];
  // What is shown is how they are now, not how they were when somebody asked.
  const now = new Map(all.map((group) => [group.name, group]));
  const targets = asked.map((group) => now.get(group.name) ?? group);
  const [first] = targets;
  if (!first) return null;
  const shared = { all, guards, onClose };
  switch (deed) {
    case "resize": return <ResizeDialog {...shared} targets={targets} onStarted={onStarted} />;
    case "rollback": return <RollbackDialog {...shared} group={first} />;
    case "rollbackCluster": return <ClusterRollbackDialog {...shared} groups={targets} />;
    case "clone": return <CreateDialog application={application} source={first} onClose={onClose} />;
    default: return <SimpleDialog {...shared} kind={deed} targets={targets} onStarted={onStarted} />;
  }
}
