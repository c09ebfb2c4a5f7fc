/** The infrastructure of applications, folded from one stream each. */
import { Code, ConnectError } from "@connectrpc/connect";
import { applyInfrastructure } from "@gennaker/client";
import type { InfrastructureDelta, InfrastructureSnapshot, WatchInfrastructureResponse } from "@gennaker/client/gen/infrastructure_service";
import type { Clock } from "./clock.ts";
import { isFinal } from "./lane.ts";
import { type Feed, Line, type Remedy } from "./line.ts";
import type { Refusal } from "./protocol.ts";
import type { Call, Streams } from "./streams.ts";

/** Who is told of infrastructure. */
export interface InfrastructuresListener {
  infrastructure(application: string, snapshot: InfrastructureSnapshot, delta?: InfrastructureDelta): void;
  /** The infrastructure is not followed, or again. */
  infrastructureRefused(application: string, refusal: Refusal | undefined): void;
  healthChanged(): void;
}

class Entry implements Feed<WatchInfrastructureResponse> {
  readonly application: string;
  readonly line: Line<WatchInfrastructureResponse>;
  snapshot: InfrastructureSnapshot | undefined;
  refusal: Refusal | undefined;
  readonly #streams: Streams;
  readonly #listener: InfrastructuresListener;

  constructor(application: string, streams: Streams, clock: Clock, listener: InfrastructuresListener) {
    this.application = application;
    this.#streams = streams;
    this.#listener = listener;
    this.line = new Line(this, clock, () => listener.healthChanged());
  }

  open(call: Call): AsyncIterable<WatchInfrastructureResponse> {
    return this.#streams.infrastructure(this.application, this.snapshot?.revision, call);
  }

  take({ message }: WatchInfrastructureResponse): void {
    if (message.case === "snapshot") {
      this.snapshot = message.value;
      this.#listener.infrastructure(this.application, this.snapshot);
    } else if (message.case === "delta" && this.snapshot && message.value.revision > this.snapshot.revision) {
      this.snapshot = applyInfrastructure(this.snapshot, message.value);
      this.#listener.infrastructure(this.application, this.snapshot, message.value);
    }
  }

  broke(error: ConnectError): Remedy {
    if (!isFinal(error)) return "again";
    this.refuse(error);
    return "stop";
  }

  /** Stops following it, with a reason; without one, goes on. */
  refuse(error: ConnectError | undefined): void {
    if (error?.code === this.refusal?.code) return;
    this.refusal = error && { code: error.code, message: error.rawMessage };
    this.#listener.infrastructureRefused(this.application, this.refusal);
  }
}

/** The infrastructure of the applications that are wanted. */
export class Infrastructures {
  readonly #streams: Streams;
  readonly #clock: Clock;
  readonly #listener: InfrastructuresListener;
  readonly #atOnce: number;
  /** In the order in which they came to be wanted. */
  readonly #entries = new Map<string, Entry>();
  #isPaused = false;

  /** `atOnce` is how many are followed at a time: those that came to be wanted last. */
  constructor(streams: Streams, clock: Clock, listener: InfrastructuresListener, atOnce: number) {
    this.#streams = streams;
    this.#clock = clock;
    this.#listener = listener;
    this.#atOnce = atOnce;
  }

  get(application: string): InfrastructureSnapshot | undefined {
    return this.#entries.get(application)?.snapshot;
  }

  refusal(application: string): Refusal | undefined {
    return this.#entries.get(application)?.refusal;
  }

  /** The streams that say how the connection stands. */
  lines(): Line<unknown>[] {
    return this.#followed().map(({ line }) => line);
  }

  /** Follows these applications from now on, and no others. */
  want(applications: ReadonlySet<string>): void {
    for (const [application, entry] of this.#entries) {
      if (applications.has(application)) continue;
      entry.line.stop();
      this.#entries.delete(application);
    }
    for (const application of applications) {
      if (this.#entries.has(application)) continue;
      this.#entries.set(application, new Entry(application, this.#streams, this.#clock, this.#listener));
    }
    this.#choose();
  }

  /** Says that somebody looks at an application now, so that others make room. */
  prefer(application: string): void {
    const entry = this.#entries.get(application);
    if (!entry) return;
    this.#entries.delete(application);
    this.#entries.set(application, entry);
    this.#choose();
  }

  renew(onlyIfDoubtful: boolean): void {
    for (const line of this.lines()) line.renew(onlyIfDoubtful);
  }

  pause(): void {
    this.#isPaused = true;
    for (const { line } of this.#entries.values()) line.stop();
  }

  resume(): void {
    this.#isPaused = false;
    this.#choose();
  }

  #choose(): void {
    const entries = [...this.#entries.values()].filter((entry) => !isRefused(entry));
    const latest = new Set(entries.slice(-this.#atOnce));
    for (const entry of entries) {
      if (latest.has(entry)) {
        entry.refuse(undefined);
        if (!this.#isPaused) entry.line.start();
      } else {
        entry.line.stop();
        entry.refuse(new ConnectError(`only ${this.#atOnce} applications can be followed at a time`, Code.ResourceExhausted));
      }
    }
    this.#listener.healthChanged();
  }

  #followed(): Entry[] {
    return [...this.#entries.values()].filter((entry) => entry.refusal === undefined);
  }
}

/** Whether the server does not give it. */
function isRefused({ refusal }: Entry): boolean {
  return refusal !== undefined && refusal.code !== Code.ResourceExhausted;
}
