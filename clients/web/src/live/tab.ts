/** One tab as the hub sees it: what it wants, and what it has been given. */
import type { Execution } from "@gennaker/client/gen/execution";
import type { ExecutionEvent } from "@gennaker/client/gen/execution_event";
import type { InfrastructureDelta, InfrastructureSnapshot } from "@gennaker/client/gen/infrastructure_service";
import type { Clock } from "./clock.ts";
import type { Executions } from "./executions.ts";
import type { Infrastructures } from "./infrastructures.ts";
import type { Logs } from "./logs.ts";
import { type HubMessage, type HubMessages, isAbout, type PageMessage, type Port, type Refusal, type Want, wantedBy } from "./protocol.ts";

/** Rows of a log that are sent at once. */
const ROWS = 500;
/** How seldom a tab is told things that nobody sees: what is on the screen comes first. */
const UNSEEN_MS = 250;
/** Rows that come within this time are sent together. */
const TOGETHER_MS = 16;

/** What the hub knows, for tabs to be told of. */
export interface Knowledge {
  readonly executions: Executions;
  readonly logs: Logs;
  readonly infrastructures: Infrastructures;
}

/** One tab. */
export class Tab {
  readonly wants = new Set<Want>();
  readonly #port: Port<HubMessages, PageMessage>;
  readonly #known: Knowledge;
  readonly #clock: Clock;
  /** The executions that it has, which get events from then on. */
  readonly #has = new Set<string>();
  readonly #ready = new Set<Want>();
  /** The logs that it has, up to which event, and whether it was told that they are complete. */
  readonly #logs = new Map<string, { last: number; complete: boolean }>();
  #isSeen = true;
  readonly #outbox: HubMessage[] = [];
  readonly #grown = new Set<string>();
  #heardAt: number;

  constructor(port: Port<HubMessages, PageMessage>, known: Knowledge, clock: Clock) {
    this.#port = port;
    this.#known = known;
    this.#clock = clock;
    this.#heardAt = clock.now();
  }

  /** When it last said something. */
  get heardAt(): number {
    return this.#heardAt;
  }

  heard(): void {
    this.#heardAt = this.#clock.now();
  }

  /** Sends a message, together with those that follow at once: a clone for each would keep the worker busy. */
  send(message: HubMessage): void {
    this.#outbox.push(message);
    if (this.#outbox.length > 1) return;
    if (this.#isSeen) this.#clock.soon(() => this.#flush());
    else this.#clock.after(UNSEEN_MS, () => this.#flush());
  }

  /** Whether anybody can see it. */
  see(isSeen: boolean): void {
    this.#isSeen = isSeen;
    this.#flush();
  }

  #flush(): void {
    if (this.#outbox.length > 0) this.#port.post(this.#outbox.splice(0));
  }

  /** Gives it what there is of something that it wants from now on. */
  want(want: Want): void {
    this.wants.add(want);
    const name = wantedBy(want);
    if (want.startsWith("executions:")) {
      const fresh = this.#known.executions.about(name).filter((execution) => !this.#has.has(execution.name));
      for (const execution of fresh) this.changed(execution);
      if (this.#known.executions.isGone(name)) this.send({ kind: "removed", name });
    } else if (want.startsWith("events:")) {
      this.#logs.set(name, { last: 0, complete: false });
      this.send({ kind: "clear", execution: name });
      this.grown(name);
    } else {
      const snapshot = this.#known.infrastructures.get(name);
      if (snapshot) this.infrastructure(name, snapshot);
    }
    const refusal = this.#refusal(want);
    if (refusal) this.refused(want, refusal);
    this.tellReady();
  }

  drop(want: Want): void {
    this.wants.delete(want);
    this.#ready.delete(want);
    if (want.startsWith("events:")) this.#logs.delete(wantedBy(want));
    for (const name of this.#has) {
      const execution = this.#known.executions.get(name);
      if (!execution || !this.#isAsked(execution)) this.#has.delete(name);
    }
  }

  /** An execution is another; by an event if there is one. */
  changed(execution: Execution, event?: ExecutionEvent): void {
    if (!this.#isAsked(execution)) return;
    if (event && this.#has.has(execution.name)) return this.send({ kind: "event", event });
    this.#has.add(execution.name);
    this.send({ kind: "execution", execution });
  }

  removed(name: string): void {
    if (this.#has.delete(name) || this.wants.has(`executions:${name}`)) this.send({ kind: "removed", name });
  }

  forget(names: readonly string[]): void {
    const had = names.filter((name) => this.#has.delete(name));
    if (had.length > 0) this.send({ kind: "forget", names: had });
  }

  refused(want: Want, refusal: Refusal): void {
    if (!this.wants.has(want)) return;
    this.#ready.delete(want);
    this.send({ kind: "refused", want, refusal });
  }

  /** Tells what has become ready of what it wants. */
  tellReady(): void {
    for (const want of this.wants) {
      if (this.#ready.has(want) || !this.#isReady(want)) continue;
      this.#ready.add(want);
      this.send({ kind: "ready", want });
    }
  }

  /** A log has more, which is sent soon, together with what follows at once. */
  grown(name: string): void {
    if (!this.#logs.has(name) || this.#grown.has(name)) return;
    this.#grown.add(name);
    this.#clock.after(TOGETHER_MS, () => {
      this.#grown.delete(name);
      this.#sendRows(name);
    });
  }

  #sendRows(name: string): void {
    const sent = this.#logs.get(name);
    const log = this.#known.logs.get(name);
    if (!sent || !log) return;
    const rows = log.rowsAfter(sent.last);
    const complete = this.#known.logs.isComplete(name);
    if (rows.length === 0 && complete === sent.complete) return;
    for (let start = 0; start < Math.max(rows.length, 1); start += ROWS) {
      const piece = rows.slice(start, start + ROWS);
      this.send({ kind: "rows", execution: name, rows: piece, complete: complete && start + ROWS >= rows.length });
    }
    this.#logs.set(name, { last: sent.last + rows.length, complete });
  }

  infrastructure(application: string, snapshot: InfrastructureSnapshot, delta?: InfrastructureDelta): void {
    const want = `infrastructure:${application}` as const;
    if (!this.wants.has(want)) return;
    if (delta && this.#ready.has(want)) this.send({ kind: "delta", application, delta });
    else this.send({ kind: "infrastructure", application, snapshot });
    this.tellReady();
  }

  #isReady(want: Want): boolean {
    const { executions, logs, infrastructures } = this.#known;
    const name = wantedBy(want);
    if (this.#refusal(want)) return false;
    if (want.startsWith("executions:")) return executions.isReady(name);
    return want.startsWith("events:") ? logs.isComplete(name) : infrastructures.get(name) !== undefined;
  }

  #refusal(want: Want): Refusal | undefined {
    const { executions, infrastructures } = this.#known;
    return want.startsWith("infrastructure:") ? infrastructures.refusal(wantedBy(want)) : executions.refusal(wantedBy(want));
  }

  #isAsked(execution: Execution): boolean {
    for (const want of this.wants) {
      if (want.startsWith("executions:") && isAbout(wantedBy(want), execution)) return true;
    }
    return false;
  }
}
