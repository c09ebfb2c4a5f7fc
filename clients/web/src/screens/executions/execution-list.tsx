/** Executions: those that run, live, on top; below them those that have ended, as far down as somebody scrolls. */
import { useMemo, useState } from "react";
import { Link } from "wouter";
import { idOf, lastId, screenOf } from "~/api/index.ts";
import { useText } from "~/i18n/index.tsx";
import { Badge, Button, ErrorNote, EXECUTION_LOOKS, Icon, Spinner, StatusBadge, Time } from "~/ui/index.ts";
import { VirtualList } from "~/ui/virtual-list.tsx";
import { useParameter } from "~/ui/parameters.ts";
import { ExecutionRow } from "./row.tsx";
import { flat, type Group, grouped, groupsOf, type Item } from "./rows.ts";
import type { Executions } from "./use-history.ts";
import "./execution-list.css";

interface Props {
  executions: Executions;
  byPipeline: boolean;
  showApplication?: boolean;
  /** What is shown when there is nothing. */
  empty: React.ReactNode;
}

export function ExecutionList({ executions, byPipeline, showApplication, empty }: Props) {
  const t = useText();
  const { history, state } = executions;
  const [items, toggle, showWhole] = useItems(executions, byPipeline);
  const more = () => void history.more();
  const see = (first: number, last: number) => {
    const names = items.slice(first, last + 1).flatMap((item) => (item.kind === "execution" ? item.key : []));
    const [newest, oldest] = [names[0], names.at(-1)];
    if (newest && oldest && !byPipeline) history.see(newest, oldest);
  };
  const known = state.begun && (executions.ready || state.rows.length > 0);
  return (
    <>
      {state.error !== undefined && <ErrorNote error={state.error} onRetry={more} />}
      {items.length > 0 && (
        <VirtualList items={items} itemKey={(item) => item.key} estimate={59} label={t("lists.executions")} onRange={see}
          onEnd={byPipeline || state.complete || state.error !== undefined ? undefined : more}
          render={(item) => <Line item={item} showApplication={showApplication ?? false} more={!state.complete} onToggle={toggle} onWhole={showWhole} />} />
      )}
      {!known && state.error === undefined && <Spinner />}
      {known && items.length === 0 && state.complete && empty}
      {known && state.loading && items.length > 0 && <Spinner />}
      {known && !state.complete && !state.loading && (byPipeline || state.rows.length === 0) && (
        <div className="list-more"><Button icon="history" onClick={more}>{t("lists.older")}</Button></div>
      )}
    </>
  );
}

/** The lines, and how a group is closed or shown whole. Which groups are closed is in the address. */
function useItems({ active, state }: Executions, byPipeline: boolean): [Item[], (pipeline: string) => void, (pipeline: string) => void] {
  const [closed, setClosed] = useParameter("closed");
  const [whole, setWhole] = useState<ReadonlySet<string>>(new Set());
  const closedSet = useMemo(() => new Set(closed ? closed.split(",").map((one) => (one === "-" ? "" : one)) : []), [closed]);
  const items = useMemo(() => {
    const running = new Set(active.map(({ name }) => name));
    const ended = running.size === 0 ? state.rows : state.rows.filter(({ name }) => !running.has(name));
    return byPipeline ? grouped(groupsOf(active, ended), closedSet, whole) : flat(active, ended);
  }, [active, state.rows, byPipeline, closedSet, whole]);
  const toggle = (pipeline: string) => {
    const next = new Set(closedSet);
    if (!next.delete(pipeline)) next.add(pipeline);
    setClosed([...next].map((one) => one || "-").join(","));
  };
  return [items, toggle, (pipeline) => setWhole(new Set([...whole, pipeline]))];
}

function Line({ item, showApplication, more, onToggle, onWhole }:
  { item: Item; showApplication: boolean; more: boolean; onToggle: (pipeline: string) => void; onWhole: (pipeline: string) => void }) {
  const t = useText();
  switch (item.kind) {
    case "heading":
      return <div className="list-heading"><h2>{t(item.text === "running" ? "lists.running" : "lists.ended")}</h2>{item.text === "running" && item.count}</div>;
    case "execution":
      return item.execution ? <ExecutionRow execution={item.execution} showApplication={showApplication} /> : <div className="execution-placeholder" aria-busy="true" />;
    case "group":
      return <GroupHead group={item.group} open={item.open} showApplication={showApplication} more={more} onToggle={() => onToggle(item.group.pipeline)} />;
    case "rest":
      return <div className="list-more"><Button small tone="quiet" onClick={() => onWhole(item.pipeline)}>{t("lists.rest", { count: item.count })}</Button></div>;
  }
}

function GroupHead({ group, open, showApplication, more, onToggle }: { group: Group; open: boolean; showApplication: boolean; more: boolean; onToggle: () => void }) {
  const t = useText();
  const last = group.ended[0]?.execution;
  const count = group.active.length + group.ended.length;
  const title = group.pipeline ? group.title || lastId(group.pipeline) : t("lists.operations");
  return (
    <div className="group-head">
      <button type="button" className="group-toggle" aria-expanded={open} onClick={onToggle}>
        <Icon name="chevron" />
        <span>{showApplication && group.pipeline ? `${idOf(group.pipeline, "applications")} / ` : ""}{title}</span>
      </button>
      <span className="muted">{t(more ? "lists.countMore" : "lists.count", { count })}</span>
      {group.active.length > 0 && <Badge tone="running" icon="running">{t("lists.runningCount", { count: group.active.length })}</Badge>}
      {last && <StatusBadge look={EXECUTION_LOOKS[last.status]} bare />}
      {last && <span className="muted"><Time at={last.endTime ?? last.createTime} relative /></span>}
      <span className="grow" />
      {group.pipeline && <Link href={screenOf(group.pipeline)}>{t("lists.openPipeline")}</Link>}
    </div>
  );
}
