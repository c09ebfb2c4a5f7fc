/** The log of an execution: what happened, when, and who did it. */
import type { Execution } from "@gennaker/client/gen/execution";
import { memo, useMemo } from "react";
import { useSearchParams } from "wouter";
import { useText } from "~/i18n/index.tsx";
import { type EventRow, useEvents } from "~/live/index.ts";
import { Badge, Button, Icon, SearchBox, Select, Spinner, Time } from "~/ui/index.ts";
import { VirtualList } from "~/ui/virtual-list.tsx";
import { EVENT_GROUPS, EVENT_LOOKS, type EventFilter, eventGroup, matching } from "../model/event-filter.ts";

interface Props {
  execution: Execution;
  /** Only events up to this one, when the past is shown. */
  until: number | undefined;
  /** The selected stage: its events can be chosen. */
  stage: string | undefined;
  onStage: (stage: string) => void;
  onReplay: (sequence: number) => void;
}

/** The filter stands in the address, as everything that is shown. */
function useFilter(stage: string | undefined): [EventFilter & { own: boolean }, (key: string, value: string) => void] {
  const [search, setSearch] = useSearchParams();
  const own = search.get("own") === "1";
  const change = (key: string, value: string) => setSearch((current) => {
    const next = new URLSearchParams(current);
    if (value) next.set(key, value);
    else next.delete(key);
    return next;
  }, { replace: true });
  const filter = {
    text: search.get("text") ?? "", group: EVENT_GROUPS.find((group) => group === search.get("type")) ?? ("" as const), people: search.get("people") === "1", own,
    ...(own && stage !== undefined && { stages: new Set([stage]) }),
  };
  return [filter, change];
}

export function EventsTab({ execution, until, stage, onStage, onReplay }: Props) {
  const t = useText();
  const { rows, complete } = useEvents(execution.name);
  const [filter, change] = useFilter(stage);
  const names = useMemo(() => new Map(execution.stages.map((one) => [one.id, one.name])), [execution.stages]);
  const shown = useMemo(() => {
    const past = until === undefined ? rows : rows.filter((row) => row.sequence <= until);
    return matching(past, filter, (id) => names.get(id) ?? "").toReversed();
  }, [rows, until, names, filter.text, filter.group, filter.people, filter.own, stage]);
  return (
    <div className="events">
      <div className="row events-tools">
        <SearchBox label={t("execution.findEvents")} value={filter.text} onChange={(text) => change("text", text)} />
        <Select hideLabel label={t("execution.eventType")} value={filter.group} onChange={(group) => change("type", group)}
          options={[{ value: "", label: t("execution.allEvents") }, ...EVENT_GROUPS.map((group) => ({ value: group, label: t(EVENT_LOOKS[group].text) }))]} />
        <Button icon="user" aria-pressed={filter.people} onClick={() => change("people", filter.people ? "" : "1")}>{t("execution.peopleOnly")}</Button>
        {stage !== undefined && <Button icon="filter" aria-pressed={filter.own} onClick={() => change("own", filter.own ? "" : "1")}>{t("execution.onlyOf", { stage: names.get(stage) ?? stage })}</Button>}
        <span className="muted" role="status">{t("execution.eventCount", { count: shown.length })}</span>
      </div>
      {!complete && rows.length === 0 && <Spinner />}
      {complete && shown.length === 0 && <p className="muted">{t("execution.noEvents")}</p>}
      <VirtualList items={shown} itemKey={keyOf} estimate={38} label={t("execution.events")}
        render={(row) => <EventLine row={row} name={names.get(row.stage) ?? row.stage} onStage={onStage} onReplay={onReplay} />} />
    </div>
  );
}

const keyOf = (row: EventRow) => String(row.sequence);

/** What is said after the name of the stage, which most messages begin with. */
function afterName({ stage, message }: EventRow, name: string): string {
  if (!stage) return message;
  return message.startsWith(name) ? message.slice(name.length) : ` ${message}`;
}

const EventLine = memo(function EventLine({ row, name, onStage, onReplay }: { row: EventRow; name: string } & Pick<Props, "onStage" | "onReplay">) {
  const t = useText();
  const look = EVENT_LOOKS[eventGroup(row.type)];
  return (
    <div className="event-row">
      <button type="button" className="link-button event-number" title={t("execution.showThen")} aria-label={t("execution.eventNumber", { number: row.sequence })} onClick={() => onReplay(row.sequence)}>{row.sequence}</button>
      <span className="muted event-time"><Time at={row.time} /></span>
      <span className="event-icon" title={t(look.text)}><Icon name={look.icon} /><span className="unseen">{t(look.text)}</span></span>
      <span className="event-text">
        {row.stage && <button type="button" className="link-button" onClick={() => onStage(row.stage)}>{name}</button>}
        {afterName(row, name)}
      </span>
      {row.actor && <Badge icon="user">{row.actor}</Badge>}
    </div>
  );
});
