/** Which executions that have ended are too many to keep. */
import { hasEnded } from "@gennaker/client";
import type { Execution } from "@gennaker/client/gen/execution";

/** How many executions that have ended are kept for those who watch more than them. */
export const KEPT_ENDED = 200;

/** The names of the executions that ended before the newest that are kept. */
export function surplusOf(executions: readonly Execution[]): string[] {
  const ended = executions.filter(hasEnded);
  if (ended.length <= KEPT_ENDED) return [];
  const oldestFirst = ended.sort((one, other) => Number(endOf(one) - endOf(other)));
  return oldestFirst.slice(0, ended.length - KEPT_ENDED).map(({ name }) => name);
}

function endOf({ endTime }: Execution): bigint {
  return endTime?.seconds ?? 0n;
}
