/** The logs that are wanted: each is read once from the beginning, and then goes on with what the main stream brings. */
import type { ConnectError } from "@connectrpc/connect";
import type { Execution } from "@gennaker/client/gen/execution";
import type { ExecutionEvent } from "@gennaker/client/gen/execution_event";
import type { WatchExecutionResponse } from "@gennaker/client/gen/execution_service";
import type { Clock } from "./clock.ts";
import { EventLog } from "./event-log.ts";
import { isFinal } from "./lane.ts";
import { type Feed, Line, type Remedy } from "./line.ts";
import type { Call, Streams } from "./streams.ts";

/** Who is told of logs. */
export interface LogsListener {
  /** The log has more. */
  grown(name: string): void;
  logRefused(name: string, error: ConnectError): void;
  /** The last sequence of an execution, as far as it is known. */
  sequenceOf(name: string): bigint | undefined;
}

/** A question about the past that waits for the log to reach there. */
interface Question {
  readonly sequence: number;
  readonly answer: (execution: Execution | undefined) => void;
}

/** A log with what reads it. */
class Entry implements Feed<WatchExecutionResponse> {
  readonly name: string;
  readonly log: EventLog;
  readonly line: Line<WatchExecutionResponse>;
  questions: Question[] = [];
  readonly #streams: Streams;
  readonly #logs: { filled(entry: Entry): void; refused(entry: Entry, error: ConnectError): void };

  constructor(name: string, streams: Streams, clock: Clock, logs: { filled(entry: Entry): void; refused(entry: Entry, error: ConnectError): void }) {
    this.name = name;
    this.log = new EventLog(name);
    this.#streams = streams;
    this.#logs = logs;
    this.line = new Line(this, clock, () => {});
  }

  open(call: Call): AsyncIterable<WatchExecutionResponse> {
    return this.#streams.events(this.name, BigInt(this.log.last), call);
  }

  take({ message }: WatchExecutionResponse): void {
    if (message.case === "event") this.log.add(message.value);
    this.#logs.filled(this);
  }

  broke(error: ConnectError): Remedy {
    if (!isFinal(error)) return "again";
    this.#logs.refused(this, error);
    return "stop";
  }
}

/** The logs that are wanted. */
export class Logs {
  readonly #streams: Streams;
  readonly #clock: Clock;
  readonly #listener: LogsListener;
  readonly #entries = new Map<string, Entry>();
  /** Logs to read, one at a time: the browser has few connections. */
  #queue: Entry[] = [];

  constructor(streams: Streams, clock: Clock, listener: LogsListener) {
    this.#streams = streams;
    this.#clock = clock;
    this.#listener = listener;
  }

  get(name: string): EventLog | undefined {
    return this.#entries.get(name)?.log;
  }

  /** Whether a log reaches up to now. */
  isComplete(name: string): boolean {
    const [log, sequence] = [this.get(name), this.#listener.sequenceOf(name)];
    return log !== undefined && sequence !== undefined && BigInt(log.last) >= sequence;
  }

  /** Keeps these logs from now on, and no others. */
  want(names: ReadonlySet<string>): void {
    for (const [name, entry] of this.#entries) {
      if (names.has(name)) continue;
      this.#entries.delete(name);
      this.#finish(entry);
      for (const { answer } of entry.questions) answer(undefined);
    }
    for (const name of names) {
      if (!this.#entries.has(name)) this.#entries.set(name, new Entry(name, this.#streams, this.#clock, this));
      this.advance(name);
    }
  }

  /** An execution is known up to another event, which is given if it came alone. */
  advance(name: string, event?: ExecutionEvent): void {
    const entry = this.#entries.get(name);
    if (!entry) return;
    if (event && entry.log.add(event)) this.#grown(entry);
    if (!this.isComplete(name) && this.#listener.sequenceOf(name) !== undefined) this.#read(entry);
  }

  /** The execution as it was after an event, once the log reaches there; undefined where it never will. */
  at(name: string, sequence: number, answer: (execution: Execution | undefined) => void): void {
    const entry = this.#entries.get(name);
    if (!entry || sequence < 1 || sequence <= entry.log.last) answer(entry?.log.at(sequence));
    else entry.questions.push({ sequence, answer });
  }

  renew(onlyIfDoubtful: boolean): void {
    this.#queue[0]?.line.renew(onlyIfDoubtful);
  }

  pause(): void {
    this.#queue[0]?.line.stop();
  }

  resume(): void {
    this.#queue[0]?.line.start();
  }

  /** The reading of a log has got further. */
  filled(entry: Entry): void {
    this.#grown(entry);
    if (this.isComplete(entry.name)) this.#finish(entry);
  }

  refused(entry: Entry, error: ConnectError): void {
    this.#finish(entry);
    for (const { answer } of entry.questions.splice(0)) answer(undefined);
    this.#listener.logRefused(entry.name, error);
  }

  #read(entry: Entry): void {
    if (this.#queue.includes(entry)) return;
    this.#queue.push(entry);
    this.#queue[0]?.line.start();
  }

  #finish(entry: Entry): void {
    entry.line.stop();
    this.#queue = this.#queue.filter((other) => other !== entry);
    this.#queue[0]?.line.start();
  }

  #grown(entry: Entry): void {
    const { log } = entry;
    const ready = entry.questions.filter(({ sequence }) => sequence <= log.last);
    entry.questions = entry.questions.filter(({ sequence }) => sequence > log.last);
    for (const { sequence, answer } of ready) answer(log.at(sequence));
    this.#listener.grown(entry.name);
  }
}
