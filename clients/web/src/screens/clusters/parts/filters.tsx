/** Chooses which server groups are shown, with how many each choice would show. Everything chosen is in the address. */
import type { ServerGroup } from "@gennaker/client/gen/server_group";
import { useMemo } from "react";
import { useSearchParams } from "wouter";
import { useText } from "~/i18n/index.tsx";
import { DebouncedSearch } from "~/screens/executions/debounced-search.tsx";
import { Button, type Option, Select } from "~/ui/index.ts";
import { useParameter } from "~/ui/parameters.ts";
import { type Sort, SORT_LOOKS, SORTS, sortOf } from "../model/health.ts";
import { counts, type Filter } from "../model/tree.ts";
import { HealthDot } from "./health-dots.tsx";
import "~/screens/executions/filter-bar.css";

/** The filter in the address. */
export function useClusterFilter(): Filter {
  const [parameters] = useSearchParams();
  const [account, region, health, text] = ["account", "region", "health", "text"].map((name) => parameters.get(name) ?? "");
  return useMemo(() => ({ account: account ?? "", region: region ?? "", health: sortsOf(health ?? ""), text: text ?? "" }), [account, region, health, text]);
}

/** Whether a filter leaves anything out. */
export function isFiltering({ account, region, health, text }: Filter): boolean {
  return account !== "" || region !== "" || health.length > 0 || text !== "";
}

function sortsOf(text: string): Sort[] {
  const names = text.split(",");
  return SORTS.filter((sort) => names.includes(sort));
}

export function Filters({ groups, filter, onClear }: { groups: readonly ServerGroup[]; filter: Filter; onClear: () => void }) {
  const t = useText();
  const [account, setAccount] = useParameter("account");
  const [region, setRegion] = useParameter("region");
  const [, setHealth] = useParameter("health");
  const [text, setText] = useParameter("text");
  const accounts = useMemo(() => counts(groups, filter, "account", (group) => group.account), [groups, filter]);
  const regions = useMemo(() => counts(groups, filter, "region", (group) => group.region), [groups, filter]);
  const sorts = useMemo(() => counts(groups, filter, "health", (group) => sortOf(group.health)), [groups, filter]);
  const options = (all: string, values: ReadonlyMap<string, number>, chosen: string): Option[] => [
    { value: "", label: all },
    ...[...new Map([...(chosen ? [[chosen, 0] as const] : []), ...values])].map(([value, count]) => ({ value, label: t("clusters.choice", { name: value, count }) })),
  ];
  return (
    <div className="filter-bar" role="search" aria-label={t("clusters.filter")}>
      <DebouncedSearch label={t("clusters.find")} value={text} onChange={setText} />
      <Select hideLabel label={t("clusters.account")} value={account} options={options(t("clusters.anyAccount"), accounts, account)} onChange={setAccount} />
      <Select hideLabel label={t("clusters.region")} value={region} options={options(t("clusters.anyRegion"), regions, region)} onChange={setRegion} />
      <div className="row" role="group" aria-label={t("clusters.health")}>
        {SORTS.filter((sort) => sorts.has(sort) || filter.health.includes(sort)).map((sort) => {
          const pressed = filter.health.includes(sort);
          const next = pressed ? filter.health.filter((other) => other !== sort) : [...filter.health, sort];
          return (
            <button key={sort} type="button" className="status-chip" aria-pressed={pressed} onClick={() => setHealth(next.join(","))}>
              <HealthDot sort={sort} />{t("clusters.choice", { name: t(SORT_LOOKS[sort].text), count: sorts.get(sort) ?? 0 })}
            </button>
          );
        })}
      </div>
      {isFiltering(filter) && <Button small tone="quiet" icon="close" onClick={onClear}>{t("clusters.clearFilter")}</Button>}
    </div>
  );
}
