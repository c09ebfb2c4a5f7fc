/** The API, as every client has it: the generated SDK over gRPC-Web, at the address that the page came from. */
import { createClient } from "@connectrpc/connect";
import { type Gennaker, transportTo } from "@gennaker/client";
import { settings } from "~/settings.ts";

/** The address under which the server is reached, without a slash at the end. */
export function baseAddress(): string {
  return new URL(".", document.baseURI).href.replace(/\/$/, "");
}

const transport = transportTo({ address: baseAddress(), actor: () => settings().actor });

/** One typed client a service: `api.executions.getExecution({ name })`. What a service is made of is loaded with its first call. */
export const api: Gennaker = {
  accounts: later(async () => createClient((await import("@gennaker/client/gen/account_service")).AccountService, transport)),
  applications: later(async () => createClient((await import("@gennaker/client/gen/application_service")).ApplicationService, transport)),
  executions: later(async () => createClient((await import("@gennaker/client/gen/execution_service")).ExecutionService, transport)),
  infrastructure: later(async () => createClient((await import("@gennaker/client/gen/infrastructure_service")).InfrastructureService, transport)),
  migration: later(async () => createClient((await import("@gennaker/client/gen/migration_service")).MigrationService, transport)),
  pipelines: later(async () => createClient((await import("@gennaker/client/gen/pipeline_service")).PipelineService, transport)),
  projects: later(async () => createClient((await import("@gennaker/client/gen/project_service")).ProjectService, transport)),
  system: later(async () => createClient((await import("@gennaker/client/gen/system_service")).SystemService, transport)),
  triggers: later(async () => createClient((await import("@gennaker/client/gen/trigger_service")).TriggerService, transport)),
};

/** A client that is made by its first call. Only for unary calls: streams are the live hub's. */
function later<Service extends object>(make: () => Promise<Service>): Service {
  let made: Promise<Service> | undefined;
  const call = (method: string | symbol) => async (...values: unknown[]) => {
    made ??= make();
    const service = await made;
    const target: unknown = Reflect.get(service, method);
    if (typeof target !== "function") throw new TypeError(`the service has no method ${String(method)}`);
    return target.apply(service, values);
  };
  return new Proxy({} as Service, { get: (_, method) => call(method) });
}

export { requestId } from "@gennaker/client";
