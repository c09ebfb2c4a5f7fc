/** What a page knows, as components read it. */
import type { Execution } from "@gennaker/client/gen/execution";
import type { EventRow, Refusal } from "./protocol.ts";

/** What is known of one execution. */
export interface ExecutionEntry {
  readonly execution?: Execution;
  /** Why it can't be read. */
  readonly error?: Refusal;
  /** Whether it does not exist any more, or never did. */
  readonly removed: boolean;
}

/** The log of an execution as far as it is here. */
export interface Log {
  readonly rows: readonly EventRow[];
  /** Whether it is there up to now. */
  readonly complete: boolean;
}
