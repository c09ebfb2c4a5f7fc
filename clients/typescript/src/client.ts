/** The connection to a server: one typed client a service. */
import { type Client, createClient, type Interceptor, type Transport } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { AccountService } from "./gen/gennaker/v1/account_service_pb.ts";
import { ApplicationService } from "./gen/gennaker/v1/application_service_pb.ts";
import { ExecutionService } from "./gen/gennaker/v1/execution_service_pb.ts";
import { InfrastructureService } from "./gen/gennaker/v1/infrastructure_service_pb.ts";
import { MigrationService } from "./gen/gennaker/v1/migration_service_pb.ts";
import { PipelineService } from "./gen/gennaker/v1/pipeline_service_pb.ts";
import { ProjectService } from "./gen/gennaker/v1/project_service_pb.ts";
import { SystemService } from "./gen/gennaker/v1/system_service_pb.ts";
import { TriggerService } from "./gen/gennaker/v1/trigger_service_pb.ts";

/** The header in which a call says on whose behalf it is made. */
const ACTOR_HEADER = "x-gennaker-actor";

/** How to reach a server. */
export interface ConnectOptions {
  /** The address of the server, with the path that it is reached under: `http://127.0.0.1:8480`. */
  address: string;
  /** On whose behalf calls are made: 1 to 128 printable ASCII characters, asked for at each call if it is a function. */
  actor?: string | (() => string | undefined);
  /** What makes the HTTP requests, in place of the global `fetch`. */
  fetch?: typeof globalThis.fetch;
  /** What sees each call before it is made, the first one outermost. */
  interceptors?: Interceptor[];
}

/** A server, one property a service: `await gennaker.pipelines.getPipeline({ name })`. */
export interface Gennaker {
  accounts: Client<typeof AccountService>;
  applications: Client<typeof ApplicationService>;
  executions: Client<typeof ExecutionService>;
  infrastructure: Client<typeof InfrastructureService>;
  migration: Client<typeof MigrationService>;
  pipelines: Client<typeof PipelineService>;
  projects: Client<typeof ProjectService>;
  system: Client<typeof SystemService>;
  triggers: Client<typeof TriggerService>;
}

/** The clients of all services of a server. No connection is made before the first call. */
export function connect(options: ConnectOptions): Gennaker {
  return connectOver(transportTo(options));
}

/** The clients of all services over a transport of the caller: a router in memory, for tests. */
export function connectOver(transport: Transport): Gennaker {
  return {
    accounts: createClient(AccountService, transport),
    applications: createClient(ApplicationService, transport),
    executions: createClient(ExecutionService, transport),
    infrastructure: createClient(InfrastructureService, transport),
    migration: createClient(MigrationService, transport),
    pipelines: createClient(PipelineService, transport),
    projects: createClient(ProjectService, transport),
    system: createClient(SystemService, transport),
    triggers: createClient(TriggerService, transport),
  };
}

/** The transport alone, for `createClient` with a single service: what the others need is then not loaded. */
export function transportTo({ address, actor, fetch, interceptors = [] }: ConnectOptions): Transport {
  return createGrpcWebTransport({
    baseUrl: address.replace(/\/+$/, ""),
    useBinaryFormat: true,
    interceptors: actor === undefined ? interceptors : [...interceptors, onBehalfOf(actor)],
    ...(fetch && { fetch }),
  });
}

/** A fresh id for a call that changes something: a repeat with the same id changes nothing again. */
export function requestId(): string {
  return globalThis.crypto.randomUUID();
}

function onBehalfOf(actor: string | (() => string | undefined)): Interceptor {
  return (next) => (request) => {
    const name = typeof actor === "string" ? actor : actor();
    if (name) request.header.set(ACTOR_HEADER, name);
    return next(request);
  };
}
