/** One `WatchExecutions` stream over a set of subjects, with the place to go on from. */
import { Code, type ConnectError } from "@connectrpc/connect";
import { FINAL_CODES, problemOf } from "@gennaker/client";
import type { Execution } from "@gennaker/client/gen/execution";
import type { ExecutionEvent } from "@gennaker/client/gen/execution_event";
import type { WatchExecutionsResponse } from "@gennaker/client/gen/execution_service";
import type { Clock } from "./clock.ts";
import { type Feed, Line, type Remedy } from "./line.ts";
import { isExecution } from "./protocol.ts";
import type { Call, Streams, Subject } from "./streams.ts";

/** Who a lane brings things to. */
export interface LaneOwner {
  /** How far an execution is known. */
  sequenceOf(name: string): bigint | undefined;
  snapshot(execution: Execution, lane: Lane): void;
  event(event: ExecutionEvent, lane: Lane): void;
  /** Every execution of the subjects has been told as it stands, or how it went on. */
  begun(lane: Lane): void;
  /** The server does not take the subjects. */
  refused(lane: Lane, error: ConnectError): void;
  laneChanged(lane: Lane): void;
}

/** One stream over a set of subjects. */
export class Lane implements Feed<WatchExecutionsResponse> {
  readonly subjects: readonly string[];
  readonly line: Line<WatchExecutionsResponse>;
  /** The executions that it has told of since it began without a place to go on from. */
  readonly told = new Set<string>();
  readonly #streams: Streams;
  readonly #owner: LaneOwner;
  #token = "";
  #hasBegun = false;
  #asksForAll = false;

  constructor(subjects: readonly string[], streams: Streams, clock: Clock, owner: LaneOwner) {
    this.subjects = subjects;
    this.#streams = streams;
    this.#owner = owner;
    this.line = new Line(this, clock, () => owner.laneChanged(this));
  }

  /** Whether its snapshots replace what is known, whatever their sequence. */
  get asksForAll(): boolean {
    return this.#asksForAll;
  }

  /** Whether what it brings from now on is news. */
  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  /** Forgets the place to go on from: what the server has is not what it had. */
  forget(): void {
    this.#token = "";
    this.#hasBegun = false;
    this.#asksForAll = true;
  }

  open(call: Call): AsyncIterable<WatchExecutionsResponse> {
    if (this.#token === "") this.told.clear();
    return this.#streams.executions(this.subjects.map((name) => this.#asked(name)), this.#token, call);
  }

  take({ execution, resumeToken, message }: WatchExecutionsResponse): void {
    // Only once it has begun: before that, going on would leave out what was not told yet.
    const isBeginning = this.#token === "" && !this.#hasBegun;
    if (message.case === "snapshot") {
      this.told.add(execution);
      this.#owner.snapshot(message.value, this);
    } else if (message.case === "event") {
      this.#owner.event(message.value, this);
    }
    if (resumeToken !== "") this.#token = resumeToken;
    if (isBeginning && message.case === "heartbeat") {
      this.#hasBegun = true;
      this.#asksForAll = false;
      this.#owner.begun(this);
    }
  }

  broke(error: ConnectError): Remedy {
    const isPlaceGone = error.code === Code.OutOfRange || (error.code === Code.InvalidArgument && this.#token !== "");
    if (isPlaceGone && !this.#asksForAll) {
      this.forget();
      return "at once";
    }
    if (isFinal(error)) {
      this.#owner.refused(this, error);
      return "stop";
    }
    return "again";
  }

  #asked(name: string): Subject {
    const sequence = this.#asksForAll || !isExecution(name) ? undefined : this.#owner.sequenceOf(name);
    if (sequence === undefined) return { name };
    this.told.add(name);
    return { name, afterSequence: sequence };
  }
}

/** Whether a repeat of a call would meet the same answer. Only the server itself can say that, not what stands before it. */
export function isFinal(error: ConnectError): boolean {
  return FINAL_CODES.has(error.code) && problemOf(error).reason !== "";
}
