/** Chooses which executions are shown. Everything chosen is in the address. */
import { ExecutionStatus } from "@gennaker/client/gen/status";
import { useState } from "react";
import { type TextKey, useText } from "~/i18n/index.tsx";
import { Button, EXECUTION_LOOKS, Icon, type Option, Select, TextField } from "~/ui/index.ts";
import { DebouncedSearch } from "./debounced-search.tsx";
import { CAUSES, STATUSES, writeStatuses } from "./filter.ts";
import { FILTER_NAMES, type FilterName, useExecutionFilter } from "./filter-address.ts";
import "./filter-bar.css";

const CAUSE_TEXTS: Record<(typeof CAUSES)[number], TextKey> = {
  MANUAL: "lists.causeManual", TRIGGER: "lists.causeTrigger", PARENT: "lists.causeParent", OPERATION: "lists.causeOperation",
};

/** The bar. Without pipelines or triggers (of all applications there would be too many) these are found by text. */
export function FilterBar({ pipelines, triggers }: { pipelines?: readonly Option[]; triggers?: readonly Option[] }) {
  const t = useText();
  const { filter, values, set } = useExecutionFilter();
  const causes: Option[] = [
    { value: "", label: t("lists.anyCause") },
    ...CAUSES.map((cause) => ({ value: cause, label: t(CAUSE_TEXTS[cause]) })),
    ...(triggers ?? []).map(({ value, label }) => ({ value: `trigger:${value}`, label: t("lists.oneTrigger", { trigger: label }) })),
  ];
  const chooseCause = (value: string) => set(value.startsWith("trigger:") ? { cause: "", trigger: value.slice(8) } : { cause: value, trigger: "" });
  const filtered = FILTER_NAMES.some((name) => values[name]);
  return (
    <div className="filter-bar" role="search" aria-label={t("lists.filter")}>
      <DebouncedSearch label={t("lists.findText")} value={values.text} onChange={(text) => set({ text })} />
      {pipelines && (
        <Select hideLabel label={t("lists.pipeline")} value={values.pipeline} onChange={(pipeline) => set({ pipeline })}
          options={withValue([{ value: "", label: t("lists.anyPipeline") }, ...pipelines], values.pipeline)} />
      )}
      <Select hideLabel label={t("lists.cause")} value={values.trigger ? `trigger:${values.trigger}` : values.cause} options={withValue(causes, values.trigger && `trigger:${values.trigger}`)} onChange={chooseCause} />
      <Since value={values.since} set={set} />
      <DebouncedSearch label={t("lists.actor")} value={values.actor} onChange={(actor) => set({ actor })} />
      <div className="row" role="group" aria-label={t("lists.status")}>
        {STATUSES.map((status) => {
          const pressed = filter.statuses.includes(status);
          const { icon, tone, text } = EXECUTION_LOOKS[status];
          const others = pressed ? filter.statuses.filter((other) => other !== status) : [...filter.statuses, status];
          return (
            <button key={ExecutionStatus[status]} type="button" className="status-chip" data-tone={tone} aria-pressed={pressed} onClick={() => set({ status: writeStatuses(others) })}>
              <Icon name={icon} size={14} />{t(text)}
            </button>
          );
        })}
      </div>
      {filtered && <Button small tone="quiet" icon="close" onClick={() => set(Object.fromEntries(FILTER_NAMES.map((name) => [name, ""])))}>{t("lists.clearFilter")}</Button>}
    </div>
  );
}

/** The options, with the one of the address even if it names something that is not there any more. */
function withValue(options: readonly Option[], value: string): readonly Option[] {
  return !value || options.some((option) => option.value === value) ? options : [...options, { value, label: value }];
}

/** Since when: one of the usual spans, or from one time to another. */
function Since({ value, set }: { value: string; set: (changes: Partial<Record<FilterName, string>>) => void }) {
  const t = useText();
  const isRange = value.includes("..");
  const [choosing, setChoosing] = useState(false);
  const [from = "", before = ""] = isRange ? value.split("..") : [];
  const setRange = (first: string, last: string) => set({ since: first || last ? `${first}..${last}` : "" });
  const choose = (chosen: string) => {
    setChoosing(chosen === "range");
    set({ since: chosen === "range" ? "" : chosen });
  };
  const shown = isRange || choosing;
  return (
    <>
      <Select hideLabel label={t("lists.time")} value={shown ? "range" : value} onChange={choose} options={[
        { value: "", label: t("lists.anyTime") }, { value: "hour", label: t("lists.lastHour") }, { value: "day", label: t("lists.lastDay") },
        { value: "week", label: t("lists.lastWeek") }, { value: "range", label: t("lists.range") },
      ]} />
      {shown && <TextField hideLabel label={t("lists.from")} title={t("lists.from")} type="datetime-local" value={toLocal(from)} onChange={(text) => setRange(toUtc(text), before)} />}
      {shown && <TextField hideLabel label={t("lists.until")} title={t("lists.until")} type="datetime-local" value={toLocal(before)} onChange={(text) => setRange(from, toUtc(text))} />}
    </>
  );
}

/** The time of an address in the user's zone, as the browser's field takes it. */
function toLocal(utc: string): string {
  const time = Date.parse(utc);
  if (Number.isNaN(time)) return "";
  return new Date(time - new Date(time).getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

function toUtc(local: string): string {
  return local && `${new Date(local).toISOString().slice(0, 16)}Z`;
}
