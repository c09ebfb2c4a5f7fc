/** The tree of server groups: a treegrid by the WAI-ARIA pattern, of which only the rows in sight are in the page. */
import type { Instance, ServerGroup } from "@gennaker/client/gen/server_group";
import type { Execution } from "@gennaker/client/gen/execution";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useRef } from "react";
import { useText } from "~/i18n/index.tsx";
import { useOffset } from "~/ui/virtual-list.tsx";
import { type Work, workKey, workOf } from "../model/operations.ts";
import type { Row } from "../model/tree.ts";
import { GroupCells } from "./group-cells.tsx";
import type { Deed } from "./group-menu.tsx";
import { HeadingCells } from "./heading-cells.tsx";
import { step } from "./tree-keys.ts";
import "./cluster-grid.css";

interface Props {
  rows: readonly Row[];
  instances: ReadonlyMap<string, readonly Instance[]>;
  work: ReadonlyMap<string, Work>;
  makers: ReadonlyMap<string, Execution>;
  selection: ReadonlySet<string>;
  onToggle: (key: string) => void;
  onSelect: (name: string, selected: boolean) => void;
  onOpen: (group: ServerGroup) => void;
  onDeed: (deed: Deed, group: ServerGroup) => void;
  onRollback: (groups: readonly ServerGroup[]) => void;
}

const NO_INSTANCES: readonly Instance[] = [];

export function ClusterGrid({ rows, instances, work, makers, selection, onToggle, onSelect, onOpen, onDeed, onRollback }: Props) {
  const t = useText();
  const body = useRef<HTMLDivElement>(null);
  const offset = useOffset(body);
  const virtual = useWindowVirtualizer({
    count: rows.length, estimateSize: (index) => (rows[index]?.kind === "group" ? 62 : 38), overscan: 10, scrollMargin: offset, getItemKey: (index) => rows[index]?.key ?? index,
  });
  const focus = (index: number) => {
    virtual.scrollToIndex(index, { align: "auto" });
    requestAnimationFrame(() => body.current?.querySelector<HTMLElement>(`[data-index="${index}"]`)?.focus({ preventScroll: true }));
  };
  const press = (event: KeyboardEvent<HTMLElement>, index: number) => {
    if (event.target !== event.currentTarget) return;
    const what = step(rows, index, event.key);
    if (!what) return;
    event.preventDefault();
    if (what.kind === "focus") focus(what.index);
    else if (what.kind === "toggle") onToggle(what.key);
    else if (what.kind === "open") onOpen(what.group);
    else onSelect(what.group.name, !selection.has(what.group.name));
  };
  return (
    <div role="treegrid" aria-label={t("clusters.tree")} aria-rowcount={rows.length + 1} aria-multiselectable="true" className="cluster-grid">
      <Columns />
      <div ref={body} role="rowgroup" style={{ height: virtual.getTotalSize(), position: "relative" }}>
        {virtual.getVirtualItems().map(({ key, index, start }) => {
          const row = rows[index];
          if (!row) return null;
          const group = row.kind === "group" ? row.group : undefined;
          return (
            <div key={key} role="row" ref={virtual.measureElement} data-index={index} data-row="" data-kind={row.kind} data-level={row.level} tabIndex={0} className="cluster-row"
              data-off={group?.disabled || undefined} aria-level={row.level} aria-rowindex={index + 2} aria-expanded={row.kind === "group" ? undefined : row.open}
              aria-selected={group ? selection.has(group.name) : undefined} onKeyDown={(event) => press(event, index)} style={{ transform: `translateY(${start - offset}px)` }}>
              {row.kind === "group"
                ? <GroupCells group={row.group} instances={instances.get(row.group.name) ?? NO_INSTANCES} work={workOf(row.group, work)} maker={makers.get(workKey(row.group))}
                    selected={selection.has(row.group.name)} onSelect={onSelect} onDeed={onDeed} />
                : <HeadingCells row={row} onToggle={onToggle} onRollback={onRollback} />}
            </div>
          );
        })}
      </div>
    </div>
  );
}

/** The names of the columns; on narrow pages, where rows are cards, for screen readers only. */
function Columns() {
  const t = useText();
  return (
    <div role="rowgroup">
      <div role="row" aria-rowindex={1} className="cluster-columns">
        <span role="columnheader"><span className="unseen">{t("clusters.select", { name: "" })}</span></span>
        <span role="columnheader">{t("clusters.serverGroup")}</span>
        <span role="columnheader">{t("clusters.instanceList")}</span>
        <span role="columnheader">{t("clusters.capacity")}</span>
        <span role="columnheader">{t("clusters.traffic")}</span>
        <span role="columnheader">{t("clusters.loadBalancers")}</span>
        <span role="columnheader">{t("clusters.age")}</span>
        <span role="columnheader"><span className="unseen">{t("common.actions")}</span></span>
      </div>
    </div>
  );
}
