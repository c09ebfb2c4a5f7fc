/** A project as a matrix: what stands in each environment, and where it is not what was deployed last. */
import type { ProjectCluster } from "@gennaker/client/gen/project";
import type { ServerGroup } from "@gennaker/client/gen/server_group";
import { lastId } from "~/api/names.ts";
import { millis } from "~/ui/time.ts";

/** Where clusters stand: a column. */
export interface Environment {
  key: string;
  account: string;
  region: string;
  stack: string;
}

/** A server group with traffic, and whether another version was deployed after it. */
export interface Standing {
  group: ServerGroup;
  version: string;
  behind: boolean;
}

/** One place of the matrix. */
export interface Cell {
  standing: readonly Standing[];
  /** How many server groups stand by without traffic. */
  disabled: number;
}

/** An application, and a detail where its clusters have one: a row. */
export interface Row {
  key: string;
  application: string;
  detail: string;
  cells: ReadonlyMap<string, Cell>;
  /** The versions with traffic, the last deployed first. More than one is drift. */
  versions: readonly string[];
}

export interface Matrix {
  environments: readonly Environment[];
  rows: readonly Row[];
}

/** What people call the version of an image: its tag, or its id. */
export function versionOf(image: string): string {
  const id = lastId(image);
  return id.slice(id.lastIndexOf(":") + 1);
}

/** Whether a project shows a server group. */
export function isShown(clusters: readonly ProjectCluster[], group: ServerGroup): boolean {
  const fits = (wanted: string, value: string) => wanted === "*" || wanted === value;
  return clusters.some(({ account, stack, detail, applications }) => account === group.account
    && fits(stack, group.moniker?.stack ?? "") && fits(detail, group.moniker?.detail ?? "")
    && (applications.length === 0 || applications.includes(group.application)));
}

/** The matrix of the server groups that a project shows; an application without any has a row too. */
export function matrixOf(applications: readonly string[], clusters: readonly ProjectCluster[], groups: readonly ServerGroup[]): Matrix {
  const shown = groups.filter((group) => isShown(clusters, group));
  const environments = new Map(shown.map((group) => [environmentKey(group), environmentOf(group)]));
  const rows = applications.flatMap((application) => {
    const own = grouped(shown.filter((group) => group.application === application), (group) => group.moniker?.detail ?? "");
    if (own.size === 0) own.set("", []);
    return [...own].sort(([a], [b]) => a.localeCompare(b)).map(([detail, of]) => rowOf(application, detail, of));
  });
  return { environments: [...environments.values()].sort((a, b) => a.key.localeCompare(b.key)), rows };
}

function environmentKey({ account, region, moniker }: ServerGroup): string {
  return `${account} / ${region} / ${moniker?.stack ?? ""}`;
}

function environmentOf(group: ServerGroup): Environment {
  return { key: environmentKey(group), account: group.account, region: group.region, stack: group.moniker?.stack ?? "" };
}

function rowOf(application: string, detail: string, groups: readonly ServerGroup[]): Row {
  const enabled = groups.filter((group) => !group.disabled).sort((a, b) => age(b) - age(a));
  const versions = [...new Set(enabled.map((group) => versionOf(group.image)))];
  const cells = new Map([...grouped(groups, environmentKey)].map(([key, of]): [string, Cell] => [key, {
    standing: of.filter((group) => !group.disabled).sort((a, b) => age(b) - age(a)).map((group) => {
      const version = versionOf(group.image);
      return { group, version, behind: version !== versions[0] };
    }),
    disabled: of.filter((group) => group.disabled).length,
  }]));
  return { key: `${application} ${detail}`, application, detail, cells, versions };
}

function age(group: ServerGroup): number {
  return millis(group.createTime) ?? 0;
}

function grouped<Item>(items: readonly Item[], key: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
}
