/** A server, time and tabs for the tests of this folder. */
import { create } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { type Execution, ExecutionSchema, StageExecutionSchema } from "@gennaker/client/gen/execution";
import { type ExecutionEvent, ExecutionEventSchema } from "@gennaker/client/gen/execution_event";
import { type WatchExecutionResponse, WatchExecutionResponseSchema, type WatchExecutionsResponse, WatchExecutionsResponseSchema } from "@gennaker/client/gen/execution_service";
import { type WatchInfrastructureResponse } from "@gennaker/client/gen/infrastructure_service";
import { ExecutionStatus, StageStatus } from "@gennaker/client/gen/status";
import { ErrorInfoSchema, ResourceInfoSchema } from "../../../typescript/src/gen/google/rpc/error_details_pb.ts";
import type { Clock } from "./clock.ts";
import { Hub } from "./hub.ts";
import type { HubMessage, HubMessages, PageMessage, Port, Want } from "./protocol.ts";
import type { Call, Streams, Subject } from "./streams.ts";

/** Time that passes when the test says so. */
export class FakeClock implements Clock {
  #now = 1_000_000;
  #timers: { at: number; run: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  soon(run: () => void): void {
    queueMicrotask(run);
  }

  random(): number {
    return 1;
  }

  after(milliseconds: number, run: () => void): () => void {
    const timer = { at: this.#now + milliseconds, run };
    this.#timers.push(timer);
    return () => (this.#timers = this.#timers.filter((other) => other !== timer));
  }

  /** Lets time pass, and what is due happen. */
  async pass(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    await settle();
    for (;;) {
      const next = this.#timers.filter(({ at }) => at <= end).sort((one, other) => one.at - other.at)[0];
      if (!next) break;
      this.#timers = this.#timers.filter((other) => other !== next);
      this.#now = Math.max(this.#now, next.at);
      next.run();
      await settle();
    }
    this.#now = end;
  }
}

/** Lets everything run that does not wait for time. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

/** A stream that the test is the server of. */
export class FakeStream<M> {
  isClosed = false;
  readonly #queue: M[] = [];
  #end: { error?: ConnectError } | undefined;
  #wake: () => void = () => {};
  readonly #call: Call;

  constructor(call: Call) {
    this.#call = call;
    call.signal.addEventListener("abort", () => this.#close());
  }

  open(): this {
    this.#call.onOpen();
    return this;
  }

  send(...messages: M[]): this {
    this.#queue.push(...messages);
    this.#wake();
    return this;
  }

  end(error?: ConnectError): void {
    this.#end = error ? { error } : {};
    this.#wake();
  }

  async *messages(): AsyncGenerator<M> {
    for (;;) {
      const message = this.#queue.shift();
      if (message !== undefined) yield message;
      else if (this.isClosed) throw new ConnectError("aborted", Code.Canceled);
      else if (this.#end?.error) throw this.#end.error;
      else if (this.#end) return;
      else await new Promise<void>((wake) => (this.#wake = wake));
    }
  }

  #close(): void {
    this.isClosed = true;
    this.#wake();
  }
}

/** The calls that a hub made, each for the test to answer. */
export class FakeStreams implements Streams {
  readonly lanes: { subjects: readonly Subject[]; token: string; stream: FakeStream<WatchExecutionsResponse> }[] = [];
  readonly logs: { name: string; after: bigint; stream: FakeStream<WatchExecutionResponse> }[] = [];
  readonly clouds: { application: string; after: bigint | undefined; stream: FakeStream<WatchInfrastructureResponse> }[] = [];
  readonly stored = new Map<string, Execution>();
  readonly reads: string[] = [];

  executions(subjects: readonly Subject[], token: string, call: Call) {
    const stream = new FakeStream<WatchExecutionsResponse>(call);
    this.lanes.push({ subjects, token, stream });
    return stream.messages();
  }

  events(name: string, after: bigint, call: Call) {
    const stream = new FakeStream<WatchExecutionResponse>(call);
    this.logs.push({ name, after, stream });
    return stream.messages();
  }

  infrastructure(application: string, after: bigint | undefined, call: Call) {
    const stream = new FakeStream<WatchInfrastructureResponse>(call);
    this.clouds.push({ application, after, stream });
    return stream.messages();
  }

  async execution(name: string) {
    this.reads.push(name);
    const execution = this.stored.get(name);
    if (!execution) throw refusal(Code.NotFound, "NOT_FOUND", name);
    return execution;
  }

  /** The latest stream of executions. */
  get lane() {
    const lane = this.lanes.at(-1);
    if (!lane) throw new Error("there is no stream");
    return lane;
  }

  /** The names that the latest stream asks for. */
  get asked(): string[] {
    return this.lane.subjects.map(({ name }) => name);
  }
}

/** A tab that keeps what it is told. */
export class FakeTab {
  readonly told: HubMessage[] = [];
  #send: (message: PageMessage) => void = () => {};

  constructor(hub: Hub, lock?: string) {
    const port: Port<HubMessages, PageMessage> = {
      post: (messages) => this.told.push(...messages),
      listen: (receive) => (this.#send = receive),
    };
    hub.connect(port);
    this.say({ kind: "hello", base: "http://server/", ...(lock !== undefined && { lock }) });
  }

  say(message: PageMessage): void {
    this.#send(message);
  }

  want(...wants: Want[]): this {
    for (const want of wants) this.say({ kind: "want", want });
    return this;
  }

  /** What it was told of one kind, oldest first. */
  of<K extends HubMessage["kind"]>(kind: K): Extract<HubMessage, { kind: K }>[] {
    return this.told.filter((message): message is Extract<HubMessage, { kind: K }> => message.kind === kind);
  }

  /** The states and events of executions that it was told, as `S<sequence>` and `E<sequence>`. */
  story(): string[] {
    return this.told.flatMap((message) => {
      if (message.kind === "execution") return [`S${message.execution.sequence}`];
      return message.kind === "event" ? [`E${message.event.sequence}`] : [];
    });
  }
}

/** A hub with a server and time that the test has in hand. */
export function fakeHub() {
  const [streams, clock] = [new FakeStreams(), new FakeClock()];
  const locks = new Map<string, () => void>();
  const hub = new Hub({ streams, clock, infrastructures: 2, onRelease: (lock, released) => locks.set(lock, released) });
  return { hub, streams, clock, locks };
}

export const X = "applications/x";

/** The name of an execution of the application x. */
export function named(id: string | number): string {
  return `${X}/executions/${id}`;
}

export function execution(name: string, sequence: number, status = ExecutionStatus.RUNNING): Execution {
  const stages = [create(StageExecutionSchema, { id: "a", status: StageStatus.RUNNING })];
  return create(ExecutionSchema, { name, sequence: BigInt(sequence), status, stages, pipeline: `${X}/pipelines/p` });
}

export function event(name: string, sequence: number, status = ExecutionStatus.RUNNING): ExecutionEvent {
  const changed = { ...execution(name, sequence, status), stages: [create(StageExecutionSchema, { id: `s${sequence % 7}` })] };
  return create(ExecutionEventSchema, { execution: name, sequence: BigInt(sequence), changed, message: `event ${sequence}` });
}

export function snapshotOf(value: Execution, resumeToken = ""): WatchExecutionsResponse {
  return create(WatchExecutionsResponseSchema, { execution: value.name, resumeToken, message: { case: "snapshot", value } });
}

export function eventOf(value: ExecutionEvent, resumeToken = `t${value.sequence}`): WatchExecutionsResponse {
  return create(WatchExecutionsResponseSchema, { execution: value.execution, resumeToken, message: { case: "event", value } });
}

/** A heartbeat, which also ends the beginning of a stream. */
export function beat(resumeToken = "t0"): WatchExecutionsResponse {
  return create(WatchExecutionsResponseSchema, { resumeToken, message: { case: "heartbeat", value: {} } });
}

export function logged(value: ExecutionEvent): WatchExecutionResponse {
  return create(WatchExecutionResponseSchema, { message: { case: "event", value } });
}

/** An error as the server gives it. */
export function refusal(code: Code, reason: string, resourceName = ""): ConnectError {
  return new ConnectError(`${resourceName} ${reason}`, code, undefined, [
    { desc: ErrorInfoSchema, value: { reason } },
    ...(resourceName ? [{ desc: ResourceInfoSchema, value: { resourceName } }] : []),
  ]);
}

export const UNAVAILABLE = new ConnectError("gone", Code.Unavailable);
