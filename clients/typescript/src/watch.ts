/** Watches that fold what they bring and go on after a break of the connection. */
import { type CallOptions, Code, ConnectError } from "@connectrpc/connect";
import { create } from "@bufbuild/protobuf";
import type { Gennaker } from "./client.ts";
import { applyEvent, applyInfrastructure, hasEnded } from "./fold.ts";
import type { ExecutionEvent } from "./gen/gennaker/v1/execution_event_pb.ts";
import { type Execution, ExecutionSchema } from "./gen/gennaker/v1/execution_pb.ts";
import type { WatchExecutionResponse } from "./gen/gennaker/v1/execution_service_pb.ts";
import type {
  InfrastructureDelta,
  InfrastructureSnapshot,
  WatchInfrastructureResponse,
} from "./gen/gennaker/v1/infrastructure_service_pb.ts";
import { resume, type Source, type WatchOptions } from "./resume.ts";

/** What a watch of an execution brings. */
export interface ExecutionUpdate {
  /** The execution as it stands now. */
  execution: Execution;
  /** What happened; not set for a snapshot, which comes first, and later only where the server has lost the events. */
  event?: ExecutionEvent;
}

/** How to watch an execution. */
export interface WatchExecutionOptions extends WatchOptions {
  /**
   * The sequence of the last event that is known: 0 brings every event from the first. Not set: a snapshot comes first.
   * From another sequence than 0, the updates have only the stages that changed since; give `execution` for all.
   */
  afterSequence?: bigint;
  /** The execution that is known already: the watch goes on after it. */
  execution?: Execution;
}

/** Follows an execution until it ends: each of its events once and in order, over any number of broken connections. */
export function watchExecution(
  client: Pick<Gennaker, "executions">,
  name: string,
  options: WatchExecutionOptions = {},
): AsyncGenerator<ExecutionUpdate, void, undefined> {
  return resume(new ExecutionSource(client, name, options), options);
}

class ExecutionSource implements Source<WatchExecutionResponse, ExecutionUpdate> {
  readonly #client: Pick<Gennaker, "executions">;
  readonly #name: string;
  #execution: Execution | undefined;

  constructor(client: Pick<Gennaker, "executions">, name: string, { afterSequence, execution }: WatchExecutionOptions) {
    this.#client = client;
    this.#name = name;
    const sequence = afterSequence;
    this.#execution = execution ?? (sequence === undefined ? undefined : create(ExecutionSchema, { name, sequence }));
  }

  open(options: CallOptions): AsyncIterable<WatchExecutionResponse> {
    const known = this.#execution;
    const request = { name: this.#name, ...(known && { afterSequence: known.sequence }) };
    return this.#client.executions.watchExecution(request, options);
  }

  accept({ message }: WatchExecutionResponse): ExecutionUpdate | undefined {
    switch (message.case) {
      case "snapshot":
        return this.#acceptSnapshot(message.value);
      case "event":
        return this.#acceptEvent(message.value);
      case "heartbeat":
        if (this.#execution && message.value.sequence > this.#execution.sequence) {
          throw gap(`the server is at event ${message.value.sequence}, but sent none after ${this.#execution.sequence}`);
        }
        return undefined;
      default:
        return undefined;
    }
  }

  #acceptSnapshot(execution: Execution): ExecutionUpdate | undefined {
    if (this.#execution && execution.sequence < this.#execution.sequence) return undefined;
    this.#execution = execution;
    return { execution };
  }

  #acceptEvent(event: ExecutionEvent): ExecutionUpdate | undefined {
    const known = this.#execution;
    if (!known) throw gap("an event came before the snapshot");
    if (event.sequence <= known.sequence) return undefined;
    if (event.sequence !== known.sequence + 1n) throw gap(`event ${event.sequence} came after event ${known.sequence}`);
    this.#execution = applyEvent(known, event);
    return { execution: this.#execution, event };
  }

  reset(): boolean {
    const hadPlace = this.#execution !== undefined;
    this.#execution = undefined;
    return hadPlace;
  }

  async isOver(options: CallOptions): Promise<boolean> {
    const known = this.#execution;
    if (!known) return false;
    if (hasEnded(known)) return true;
    // An execution that had ended before the position gives a stream without a message.
    const { execution } = await this.#client.executions.getExecution({ name: this.#name }, options);
    return execution !== undefined && hasEnded(execution) && execution.sequence <= known.sequence;
  }
}

/** What a watch of infrastructure brings. */
export interface InfrastructureUpdate {
  /** The infrastructure as it is now. */
  infrastructure: InfrastructureSnapshot;
  /** What changed; not set for a snapshot. */
  delta?: InfrastructureDelta;
}

/** Follows the infrastructure of an application, over any number of broken connections. It doesn't end by itself. */
export function watchInfrastructure(
  client: Pick<Gennaker, "infrastructure">,
  application: string,
  options: WatchOptions = {},
): AsyncGenerator<InfrastructureUpdate, void, undefined> {
  let known: InfrastructureSnapshot | undefined;
  const accept = ({ message }: WatchInfrastructureResponse): InfrastructureUpdate | undefined => {
    if (message.case === "snapshot") {
      known = message.value;
      return { infrastructure: known };
    }
    if (message.case !== "delta") return undefined;
    if (!known) throw gap("a change came before the snapshot");
    known = applyInfrastructure(known, message.value);
    return { infrastructure: known, delta: message.value };
  };
  const source: Source<WatchInfrastructureResponse, InfrastructureUpdate> = {
    open: (call) =>
      client.infrastructure.watchInfrastructure({ application, ...(known && { afterRevision: known.revision }) }, call),
    accept,
    reset: () => {
      const hadPlace = known !== undefined;
      known = undefined;
      return hadPlace;
    },
    isOver: async () => false,
  };
  return resume(source, options);
}

function gap(message: string): ConnectError {
  return new ConnectError(message, Code.DataLoss);
}
