/** A heading of the tree: an account, a cluster or a region, with what is under it in sum. */
import type { ServerGroup } from "@gennaker/client/gen/server_group";
import { useText } from "~/i18n/index.tsx";
import { Button, Icon } from "~/ui/index.ts";
import { sumOf } from "../model/health.ts";
import type { Row } from "../model/tree.ts";
import { HealthCounts } from "./health-dots.tsx";

type Heading = Exclude<Row, { kind: "group" }>;

export function HeadingCells({ row, onToggle, onRollback }: { row: Heading; onToggle: (key: string) => void; onRollback: (groups: readonly ServerGroup[]) => void }) {
  const t = useText();
  const { kind, key, label, groups, open, region } = row;
  return (
    <>
      <div role="gridcell" aria-colspan={7} className="cell-heading">
        <button type="button" tabIndex={-1} className="heading-toggle" aria-expanded={open} onClick={() => onToggle(key)}>
          <Icon name="chevron" />{kind === "account" && <Icon name="cloud" />}<span>{label}</span>
        </button>
        {region && <span className="muted">{region}</span>}
        <span className="muted">{t("clusters.shown", { count: groups.length })}</span>
        <HealthCounts numbers={sumOf(groups)} signs />
      </div>
      <div role="gridcell" className="cell-menu">
        {kind === "cluster" && groups.length > 1 && <Button small tone="quiet" icon="rollback" onClick={() => onRollback(groups)}>{t("clusters.rollback")}<span className="unseen"> {label}</span></Button>}
      </div>
    </>
  );
}
