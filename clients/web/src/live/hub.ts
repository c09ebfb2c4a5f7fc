/** The hub: holds the streams of all tabs, keeps what they bring, and gives each tab what it wants. */
import type { Execution } from "@gennaker/client/gen/execution";
import type { ExecutionEvent } from "@gennaker/client/gen/execution_event";
import type { InfrastructureDelta, InfrastructureSnapshot } from "@gennaker/client/gen/infrastructure_service";
import type { ConnectError } from "@connectrpc/connect";
import type { Clock } from "./clock.ts";
import { Executions, type ExecutionsListener } from "./executions.ts";
import { HealthMonitor } from "./health.ts";
import { Infrastructures, type InfrastructuresListener } from "./infrastructures.ts";
import { Logs, type LogsListener } from "./logs.ts";
import { type HubMessage, type HubMessages, type PageMessage, type Port, type Refusal, type Want, wantedBy } from "./protocol.ts";
import type { Streams } from "./streams.ts";
import { Tab, type Knowledge } from "./tab.ts";

/** How long something is still followed that no tab wants any more. */
export const GRACE_MS = 30_000;
/** Wants that come together make one request. */
const TOGETHER_MS = 5;
/** A tab without a lock that has not been heard of for so long is gone. */
export const SILENT_TAB_MS = 180_000;

/** What a hub needs. */
export interface HubOptions {
  readonly streams: Streams;
  readonly clock: Clock;
  /** How many applications' infrastructure is followed at once. */
  readonly infrastructures: number;
  /** Calls back when a page's lock is free, which is when the page has ended. */
  readonly onRelease?: (lock: string, released: () => void) => void;
}

/** Holds the streams. */
export class Hub implements ExecutionsListener, LogsListener, InfrastructuresListener {
  readonly #clock: Clock;
  readonly #onRelease: HubOptions["onRelease"];
  readonly #tabs = new Set<Tab>();
  readonly #executions: Executions;
  readonly #logs: Logs;
  readonly #infrastructures: Infrastructures;
  readonly #health: HealthMonitor;
  readonly #knowledge: Knowledge;
  /** What is followed, with what takes it off again once nobody wants it. */
  readonly #followed = new Map<Want, { leave?: (() => void) | undefined }>();
  #isPlanned = false;

  constructor({ streams, clock, infrastructures, onRelease }: HubOptions) {
    this.#clock = clock;
    this.#onRelease = onRelease;
    this.#executions = new Executions(streams, clock, this);
    this.#logs = new Logs(streams, clock, this);
    this.#infrastructures = new Infrastructures(streams, clock, this, infrastructures);
    const lines = () => [...(this.#executions.line ? [this.#executions.line] : []), ...this.#infrastructures.lines()];
    this.#health = new HealthMonitor(lines, clock, (health) => this.#tell({ kind: "health", health }));
    this.#knowledge = { executions: this.#executions, logs: this.#logs, infrastructures: this.#infrastructures };
  }

  /** How many tabs there are. */
  get tabs(): number {
    return this.#tabs.size;
  }

  /** What is followed now, wanted or not long ago. */
  get followed(): Want[] {
    return [...this.#followed.keys()];
  }

  /** Takes a page in. It may say hello again, to begin anew. */
  connect(port: Port<HubMessages, PageMessage>): void {
    let tab: Tab | undefined;
    port.listen((message) => {
      if (message.kind === "hello") {
        if (tab) this.#leave(tab);
        tab = this.#welcome(port, message.lock);
      } else if (tab && this.#tabs.has(tab)) {
        this.#receive(tab, message);
      } else {
        // It was taken for gone.
        port.post([{ kind: "again" }]);
      }
    });
  }

  /** Calls the server again: what looks open may not be. */
  nudge(reason: "network" | "visible"): void {
    for (const part of [this.#executions, this.#infrastructures, this.#logs]) part.renew(reason === "visible");
  }

  /** Ends all streams until `resume`, and keeps what is known. */
  pause(): void {
    for (const part of [this.#executions, this.#infrastructures, this.#logs]) part.pause();
    this.#health.update();
  }

  resume(): void {
    for (const part of [this.#executions, this.#infrastructures, this.#logs]) part.resume();
    this.#health.update();
  }

  changed(execution: Execution, event?: ExecutionEvent): void {
    for (const tab of this.#tabs) tab.changed(execution, event);
    this.#logs.advance(execution.name, event);
  }

  removed(name: string): void {
    for (const tab of this.#tabs) tab.removed(name);
  }

  forgotten(names: readonly string[]): void {
    for (const tab of this.#tabs) tab.forget(names);
  }

  refused(name: string, refusal: Refusal): void {
    for (const tab of this.#tabs) {
      tab.refused(`executions:${name}`, refusal);
      tab.refused(`events:${name}`, refusal);
    }
  }

  logRefused(name: string, { code, rawMessage: message }: ConnectError): void {
    for (const tab of this.#tabs) tab.refused(`events:${name}`, { code, message });
  }

  advanced(): void {
    for (const tab of this.#tabs) tab.tellReady();
  }

  missed(): void {
    this.#tell({ kind: "missed" });
  }

  healthChanged(): void {
    this.#health.update();
  }

  grown(name: string): void {
    for (const tab of this.#tabs) tab.grown(name);
  }

  sequenceOf(name: string): bigint | undefined {
    return this.#executions.sequenceOf(name);
  }

  infrastructure(application: string, snapshot: InfrastructureSnapshot, delta?: InfrastructureDelta): void {
    for (const tab of this.#tabs) tab.infrastructure(application, snapshot, delta);
  }

  infrastructureRefused(application: string, refusal: Refusal | undefined): void {
    const want = `infrastructure:${application}` as const;
    for (const tab of this.#tabs) {
      if (refusal) tab.refused(want, refusal);
      else tab.tellReady();
    }
  }

  #welcome(port: Port<HubMessages, PageMessage>, lock: string | undefined): Tab {
    const tab = new Tab(port, this.#knowledge, this.#clock);
    this.#tabs.add(tab);
    if (lock !== undefined && this.#onRelease) this.#onRelease(lock, () => this.#leave(tab));
    else this.#expectPings(tab);
    tab.send({ kind: "welcome" });
    tab.send({ kind: "health", health: this.#health.health });
    return tab;
  }

  #expectPings(tab: Tab): void {
    const silence = this.#clock.now() - tab.heardAt;
    if (silence >= SILENT_TAB_MS) return this.#leave(tab);
    this.#clock.after(SILENT_TAB_MS - silence, () => {
      if (this.#tabs.has(tab)) this.#expectPings(tab);
    });
  }

  #receive(tab: Tab, message: Exclude<PageMessage, { kind: "hello" }>): void {
    tab.heard();
    switch (message.kind) {
      case "want":
        tab.want(message.want);
        this.#follow(message.want);
        break;
      case "drop":
        tab.drop(message.want);
        this.#release(message.want);
        break;
      case "at": {
        const { id, execution: name, sequence } = message;
        this.#logs.at(name, sequence, (execution) => tab.send({ kind: "at", id, execution }));
        break;
      }
      case "nudge":
        this.nudge(message.reason);
        break;
      case "seen":
        tab.see(message.seen);
        break;
      case "bye":
        this.#leave(tab);
        break;
      case "ping":
        break;
    }
  }

  #leave(tab: Tab): void {
    if (!this.#tabs.delete(tab)) return;
    for (const want of tab.wants) this.#release(want);
  }

  #follow(want: Want): void {
    const known = this.#followed.get(want);
    known?.leave?.();
    this.#followed.set(want, {});
    if (!known) this.#planSoon();
    else if (want.startsWith("infrastructure:")) this.#infrastructures.prefer(wantedBy(want));
  }

  /** Stops following something after a while, if no tab wants it then. */
  #release(want: Want): void {
    if ([...this.#tabs].some(({ wants }) => wants.has(want)) || !this.#followed.has(want)) return;
    const leave = this.#clock.after(GRACE_MS, () => {
      this.#followed.delete(want);
      this.#planSoon();
    });
    this.#followed.set(want, { leave });
  }

  #planSoon(): void {
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    this.#clock.after(TOGETHER_MS, () => {
      this.#isPlanned = false;
      this.#plan();
    });
  }

  #plan(): void {
    const names = (sort: string) => this.followed.filter((want) => want.startsWith(sort)).map(wantedBy);
    const logs = names("events:");
    this.#executions.want(new Set([...names("executions:"), ...logs]));
    this.#logs.want(new Set(logs));
    this.#infrastructures.want(new Set(names("infrastructure:")));
    this.#health.update();
    this.advanced();
  }

  #tell(message: HubMessage): void {
    for (const tab of this.#tabs) tab.send(message);
  }
}
