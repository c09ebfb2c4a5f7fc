/**
 * What a page and the hub say to each other: plain data, for it crosses to the worker as a structured clone. (Messages of
 * the API are plain data too.)
 *
 * A page says hello, and then what it wants and no longer wants; the hub answers with what it knows and then with what
 * changes. When a page ends, it says bye; where it can't, its lock ends with it (see `page.ts`), and without locks its
 * pings stop.
 */
import type { Execution } from "@gennaker/client/gen/execution";
import type { ExecutionEvent, ExecutionEventType } from "@gennaker/client/gen/execution_event";
import type { InfrastructureDelta, InfrastructureSnapshot } from "@gennaker/client/gen/infrastructure_service";

/** Something that can be wanted: `executions:<name>`, `events:<execution name>` or `infrastructure:<application name>`. */
export type Want = `executions:${string}` | `events:${string}` | `infrastructure:${string}`;

/** How the connection stands; `since` is when it was last good, in milliseconds. */
export type Health =
  /** Nothing is wanted. */
  | { readonly state: "idle" }
  /** It has not been good yet. */
  | { readonly state: "connecting" }
  | { readonly state: "live" }
  /** It broke a moment ago. */
  | { readonly state: "reconnecting"; readonly since: number }
  /** It has been broken for so long that what is shown may well be wrong. */
  | { readonly state: "stale"; readonly since: number };

/** An event as the page keeps it: without the state after it, which it asks for where it needs it. */
export interface EventRow {
  readonly sequence: number;
  /** In milliseconds. */
  readonly time: number;
  readonly type: ExecutionEventType;
  /** The id of the stage; empty where it is about none. */
  readonly stage: string;
  readonly task: string;
  readonly actor: string;
  readonly message: string;
}

/** Why something wanted can't be had. */
export interface Refusal {
  /** A gRPC code. */
  readonly code: number;
  readonly message: string;
}

/** From a page to the hub. */
export type PageMessage =
  | {
      readonly kind: "hello";
      /** The address that the API is under. */
      readonly base: string;
      /** The name of a lock that the page holds as long as it lives; not set where there are no locks. */
      readonly lock?: string;
    }
  | { readonly kind: "want" | "drop"; readonly want: Want }
  /** Asks for the execution as it was after an event. */
  | { readonly kind: "at"; readonly id: number; readonly execution: string; readonly sequence: number }
  /** The connection may have changed: the page is seen again, or the browser says that its network went or came. */
  | { readonly kind: "nudge"; readonly reason: "network" | "visible" }
  /** Whether anybody can see the page. One that nobody sees is told more seldom. */
  | { readonly kind: "seen"; readonly seen: boolean }
  | { readonly kind: "ping" | "bye" };

/** From the hub to a page. */
export type HubMessage =
  | { readonly kind: "welcome" }
  /** The hub does not know the page (any more): it should say hello and what it wants once more. */
  | { readonly kind: "again" }
  | { readonly kind: "health"; readonly health: Health }
  /** An execution as it stands; in place of what the page has of it. */
  | { readonly kind: "execution"; readonly execution: Execution }
  | { readonly kind: "event"; readonly event: ExecutionEvent }
  /** Executions that are no longer followed (not those that were removed). */
  | { readonly kind: "forget"; readonly names: readonly string[] }
  /** The execution does not exist any more. */
  | { readonly kind: "removed"; readonly name: string }
  /** Everything that there is of what was wanted has been sent; what comes from now on is news. */
  | { readonly kind: "ready"; readonly want: Want }
  | { readonly kind: "refused"; readonly want: Want; readonly refusal: Refusal }
  /** Something may have happened that wasn't told: lists should be read again. */
  | { readonly kind: "missed" }
  /** More of a log, in order. `complete` once it is there up to now. */
  | { readonly kind: "rows"; readonly execution: string; readonly rows: readonly EventRow[]; readonly complete: boolean }
  /** The rows of a log that come now begin with the first. */
  | { readonly kind: "clear"; readonly execution: string }
  | { readonly kind: "infrastructure"; readonly application: string; readonly snapshot: InfrastructureSnapshot }
  | { readonly kind: "delta"; readonly application: string; readonly delta: InfrastructureDelta }
  | { readonly kind: "at"; readonly id: number; readonly execution: Execution | undefined };

/** What the hub sends at once, in order. */
export type HubMessages = readonly HubMessage[];

/** One end of the line between a page and the hub. */
export interface Port<Out, In> {
  post(message: Out): void;
  /** Sets who gets what comes in. */
  listen(receive: (message: In) => void): void;
}

/** The name in a want: what comes after its sort. */
export function wantedBy(want: Want): string {
  return want.slice(want.indexOf(":") + 1);
}

/** Whether a name is that of one execution. */
export function isExecution(name: string): boolean {
  return name.split("/")[2] === "executions";
}

/** Whether an execution is one of those that a subject means. `applications/-` means those of all applications. */
export function isAbout(subject: string, execution: Execution): boolean {
  if (subject === "applications/-" || subject === execution.name || subject === execution.pipeline) return true;
  return execution.name.startsWith(`${subject}/executions/`);
}
