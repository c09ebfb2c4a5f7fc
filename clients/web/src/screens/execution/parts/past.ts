/** The execution as it was. */
import { type Timestamp, timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { Execution } from "@gennaker/client/gen/execution";
import { useMemo } from "react";
import { type Log, useEvents, useExecutionAt } from "~/live/index.ts";

/** A state of the past; empty while the present is shown. */
export interface Past {
  /** The execution then; not set until it is known. */
  execution: Execution | undefined;
  /** When that was. */
  time: Timestamp | undefined;
  log: Log;
}

/** The state after an event. The log is read only when somebody looks back. */
export function usePast(name: string, at: number | undefined): Past {
  const log = useEvents(at === undefined ? undefined : name);
  const known = at !== undefined && (log.complete || (log.rows.at(-1)?.sequence ?? 0) >= at);
  const execution = useExecutionAt(name, known ? at : undefined);
  const milliseconds = at === undefined ? undefined : log.rows.find((row) => row.sequence >= at)?.time;
  const time = useMemo(() => (milliseconds === undefined ? undefined : timestampFromMs(milliseconds)), [milliseconds]);
  return { execution: at === undefined ? undefined : execution, time, log };
}
