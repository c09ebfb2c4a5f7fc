/** The calls of the API that the hub makes. */
import { createClient, type CallOptions } from "@connectrpc/connect";
import { transportTo } from "@gennaker/client";
import type { Execution } from "@gennaker/client/gen/execution";
import {
  ExecutionService,
  type WatchExecutionResponse,
  type WatchExecutionsResponse,
} from "@gennaker/client/gen/execution_service";
import { InfrastructureService, type WatchInfrastructureResponse } from "@gennaker/client/gen/infrastructure_service";

/** How a stream is called. */
export interface Call {
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Is called when the server has begun to answer. */
  onOpen(): void;
}

/** Something that `WatchExecutions` follows. */
export interface Subject {
  readonly name: string;
  readonly afterSequence?: bigint;
}

/** The calls, in the terms of the hub. */
export interface Streams {
  executions(subjects: readonly Subject[], resumeToken: string, call: Call): AsyncIterable<WatchExecutionsResponse>;
  events(execution: string, afterSequence: bigint, call: Call): AsyncIterable<WatchExecutionResponse>;
  infrastructure(application: string, afterRevision: bigint | undefined, call: Call): AsyncIterable<WatchInfrastructureResponse>;
  execution(name: string, signal: AbortSignal): Promise<Execution | undefined>;
}

/** The calls to the server at an address, over gRPC-Web. */
export function serverStreams(address: string): Streams {
  const transport = transportTo({ address });
  const executions = createClient(ExecutionService, transport);
  const infrastructure = createClient(InfrastructureService, transport);
  return {
    executions: (subjects, resumeToken, call) =>
      executions.watchExecutions({ subjects: [...subjects], resumeToken }, optionsOf(call)),
    events: (name, afterSequence, call) => executions.watchExecution({ name, afterSequence }, optionsOf(call)),
    infrastructure: (application, afterRevision, call) =>
      infrastructure.watchInfrastructure(
        afterRevision === undefined ? { application } : { application, afterRevision },
        optionsOf(call),
      ),
    execution: async (name, signal) => (await executions.getExecution({ name }, { signal })).execution,
  };
}

function optionsOf({ signal, onOpen }: Call): CallOptions {
  return {
    signal,
    onHeader(headers) {
      // An answer that has failed already says so in its headers.
      if ((headers.get("grpc-status") ?? "0") === "0") onOpen();
    },
  };
}
