/** The server groups as a tree, account over cluster over region, filtered, and flattened to the rows in sight. */
import type { ServerGroup } from "@gennaker/client/gen/server_group";
import { lastId } from "~/api/names.ts";
import { type Sort, sortOf } from "./health.ts";
import { groupBy } from "./group-by.ts";
import { imageId, placeOf } from "./names.ts";

/** What to show; empty parts let everything pass. */
export interface Filter {
  account: string;
  region: string;
  health: readonly Sort[];
  text: string;
}

/** A heading of the tree, or a server group. */
export type Row =
  | { kind: "account" | "cluster" | "region"; key: string; level: number; label: string; parent: string | undefined; groups: readonly ServerGroup[]; open: boolean; region?: string }
  | { kind: "group"; key: string; level: number; parent: string; group: ServerGroup };

type Part = keyof Filter;

/** Whether a server group passes a filter; `ignore` leaves one part out, to count what it would let pass. */
export function passes(group: ServerGroup, filter: Filter, ignore?: Part): boolean {
  if (ignore !== "account" && filter.account && group.account !== filter.account) return false;
  if (ignore !== "region" && filter.region && group.region !== filter.region) return false;
  if (ignore !== "health" && filter.health.length > 0 && !filter.health.includes(sortOf(group.health))) return false;
  return ignore === "text" || matches(group, filter.text);
}

/** Every word is in the name, the image, a load balancer or a label. */
function matches(group: ServerGroup, text: string): boolean {
  if (!text.trim()) return true;
  const labels = Object.entries(group.labels).map(([key, value]) => `${key}=${value}`);
  const all = [lastId(group.name), imageId(group.image), ...group.loadBalancers, ...labels].join(" ").toLowerCase();
  return text.toLowerCase().split(/\s+/).every((word) => all.includes(word));
}

/** How many server groups each value of a part of the filter would show, with the other parts as they are. */
export function counts<Value extends string>(groups: readonly ServerGroup[], filter: Filter, part: Part, valueOf: (group: ServerGroup) => Value): Map<Value, number> {
  const found = new Map<Value, number>();
  for (const group of groups) {
    if (passes(group, filter, part)) found.set(valueOf(group), (found.get(valueOf(group)) ?? 0) + 1);
  }
  return new Map([...found].sort(([a], [b]) => a.localeCompare(b)));
}

/** The newest first. */
export function newestFirst(a: ServerGroup, b: ServerGroup): number {
  const made = (group: ServerGroup) => (group.createTime ? Number(group.createTime.seconds) + group.createTime.nanos / 1e9 : 0);
  return made(b) - made(a) || (b.moniker?.sequence ?? 0) - (a.moniker?.sequence ?? 0) || b.name.localeCompare(a.name);
}

/** The rows of the tree. What is under the keys in `closed` is left out. O(n log n). */
export function rowsOf(groups: readonly ServerGroup[], filter: Filter, closed: ReadonlySet<string>): Row[] {
  const shown = groups.filter((group) => passes(group, filter));
  const rows: Row[] = [];
  for (const [account, ofAccount] of sorted(shown, (group) => group.account)) {
    const accountOpen = !closed.has(account);
    rows.push({ kind: "account", key: account, level: 1, label: account, parent: undefined, groups: ofAccount, open: accountOpen });
    if (!accountOpen) continue;
    for (const [cluster, ofCluster] of sorted(ofAccount, (group) => group.cluster)) addCluster(rows, `${account}/${cluster}`, account, cluster, ofCluster, closed);
  }
  return rows;
}

/** A cluster in one region is one heading with the region in it. */
function addCluster(rows: Row[], key: string, parent: string, label: string, groups: readonly ServerGroup[], closed: ReadonlySet<string>) {
  const regions = sorted(groups, (group) => group.region);
  const only = regions.length === 1 ? regions[0]?.[0] : undefined;
  const open = !closed.has(key);
  rows.push({ kind: "cluster", key, level: 2, label, parent, groups, open, ...(only !== undefined && { region: only }) });
  if (!open) return;
  for (const [region, ofRegion] of regions) {
    const place = only === undefined ? `${key}/${region}` : key;
    const placeOpen = !closed.has(place);
    if (only === undefined) rows.push({ kind: "region", key: place, level: 3, label: region, parent: key, groups: ofRegion, open: placeOpen });
    if (!placeOpen) continue;
    for (const group of [...ofRegion].sort(newestFirst)) {
      rows.push({ kind: "group", key: group.name, level: only === undefined ? 4 : 3, parent: place, group });
    }
  }
}

function sorted(groups: readonly ServerGroup[], keyOf: (group: ServerGroup) => string): [string, ServerGroup[]][] {
  return [...groupBy(groups, keyOf)].sort(([a], [b]) => a.localeCompare(b));
}

/** The server groups of the same cluster and region, newest first, the one given included. */
export function siblings(group: ServerGroup, all: readonly ServerGroup[]): ServerGroup[] {
  return all.filter((other) => placeOf(other) === placeOf(group)).sort(newestFirst);
}
