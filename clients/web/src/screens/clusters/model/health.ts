/** The health of instances: which sorts there are to filter by, and how many a server group has of each. */
import { HealthState, type InstanceCounts, type ServerGroup } from "@gennaker/client/gen/server_group";
import type { TextKey } from "~/i18n/index.tsx";
import type { Tone } from "~/ui/index.ts";

/** A sort of health: what people tell apart when they look at many. */
export type Sort = "up" | "down" | "starting" | "out" | "unknown";

/** The sorts, worst things not hidden behind good ones: in the order in which they are shown. */
export const SORTS: readonly Sort[] = ["up", "starting", "down", "out", "unknown"];

/** How a sort looks; its shape is drawn by `HealthDot`. */
export const SORT_LOOKS: Record<Sort, { tone: Tone; text: TextKey; count: TextKey }> = {
  up: { tone: "ok", text: "status.up", count: "clusters.countUp" },
  starting: { tone: "running", text: "status.starting", count: "clusters.countStarting" },
  down: { tone: "failed", text: "status.down", count: "clusters.countDown" },
  out: { tone: "idle", text: "status.outOfService", count: "clusters.countOut" },
  unknown: { tone: "waiting", text: "status.unknown", count: "clusters.countUnknown" },
};

const SORT_OF: Record<HealthState, Sort> = {
  [HealthState.UNSPECIFIED]: "unknown",
  [HealthState.FAILED]: "down",
  [HealthState.DOWN]: "down",
  [HealthState.OUT_OF_SERVICE]: "out",
  [HealthState.DRAINING]: "out",
  [HealthState.STARTING]: "starting",
  [HealthState.UP]: "up",
};

/** The sort of a health. */
export function sortOf(health: HealthState): Sort {
  return SORT_OF[health];
}

/** How many instances there are of each sort. */
export function countsOf(counts: InstanceCounts | undefined): Record<Sort, number> {
  const { up = 0, down = 0, starting = 0, outOfService = 0, unknown = 0 } = counts ?? {};
  return { up, down, starting, out: outOfService, unknown };
}

/** The counts of several server groups together. */
export function sumOf(groups: readonly ServerGroup[]): Record<Sort, number> {
  const sum = countsOf(undefined);
  for (const group of groups) {
    const counts = countsOf(group.instanceCounts);
    for (const sort of SORTS) sum[sort] += counts[sort];
  }
  return sum;
}
