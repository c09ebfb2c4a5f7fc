/** What stories find in a server: the sample application, as the first run makes it, and pipelines for one purpose each. */
import { fromJson, type JsonObject } from "@bufbuild/protobuf";
import { type Gennaker, watchExecution } from "@gennaker/client";
import { ApplicationSchema } from "@gennaker/client/gen/application";
import type { Execution } from "@gennaker/client/gen/execution";
import { FirewallSchema } from "@gennaker/client/gen/firewall";
import { LoadBalancerSchema } from "@gennaker/client/gen/load_balancer";
import { PipelineSchema } from "@gennaker/client/gen/pipeline";
import { ProjectSchema } from "@gennaker/client/gen/project";
import type { Executions } from "./routes.ts";
import sample from "../../../examples/demo/world.json" with { type: "json" };

/** Makes the sample application with its images, load balancer, firewall, pipelines and project. */
export async function makeSample(api: Gennaker): Promise<void> {
  for (const { imageId, source } of sample.images) await api.infrastructure.registerImage({ parent: sample.region, imageId, source });
  await api.applications.updateApplication({ application: fromJson(ApplicationSchema, sample.application), allowMissing: true });
  await api.infrastructure.updateFirewall({ firewall: fromJson(FirewallSchema, sample.firewall), allowMissing: true });
  await api.infrastructure.updateLoadBalancer({ loadBalancer: fromJson(LoadBalancerSchema, sample.loadBalancer), allowMissing: true });
  for (const pipeline of sample.pipelines) await api.pipelines.updatePipeline({ pipeline: fromJson(PipelineSchema, pipeline), allowMissing: true });
  await api.projects.updateProject({ project: fromJson(ProjectSchema, sample.project), allowMissing: true });
}

/** Makes an application. */
export async function makeApplication(api: Gennaker, id: string): Promise<void> {
  await api.applications.updateApplication({ application: { name: `applications/${id}` }, allowMissing: true });
}

/** Makes or replaces a pipeline from its JSON: `{ stages: [...] }`. Gives its name. */
export async function makePipeline(api: Gennaker, application: string, id: string, pipeline: JsonObject): Promise<string> {
  const name = `applications/${application}/pipelines/${id}`;
  await api.pipelines.updatePipeline({ pipeline: fromJson(PipelineSchema, { ...pipeline, name }), allowMissing: true });
  return name;
}

/** Starts a pipeline. Gives the name of the execution. */
export async function start(api: Gennaker, pipeline: string, parameters: Record<string, string> = {}): Promise<string> {
  const { execution } = await api.executions.startExecution({ pipeline, parameters });
  if (!execution) throw new Error("a start gives an execution");
  return execution.name;
}

/** Follows an execution until something holds. It fails when the execution ends before. */
export async function until(api: Gennaker, name: string, holds: (execution: Execution) => boolean): Promise<Execution> {
  const stop = new AbortController();
  try {
    for await (const { execution } of watchExecution(api, name, { signal: stop.signal })) {
      if (holds(execution)) return execution;
    }
  } finally {
    stop.abort();
  }
  throw new Error(`${name} ended before`);
}

/** Follows an execution to its end. */
export function ended(api: Gennaker, name: string): Promise<Execution> {
  return until(api, name, (execution) => execution.endTime !== undefined);
}

/** The address of an execution's screen. */
export function screenOf(execution: string): string {
  return execution.replace(/^applications\//, "/apps/");
}

/** `count` stages, one after the other, that take a moment each: `s0`, `s1`, … */
export function chain(count: number, duration: string): JsonObject {
  return { stages: Array.from({ length: count }, (_, index) => ({ id: `s${index}`, dependsOn: index > 0 ? [`s${index - 1}`] : [], wait: { duration } })) };
}

/** Fills a server so that no screen is empty. */
export async function prepare(api: Gennaker): Promise<Executions> {
  await makeSample(api);
  const deployed = await start(api, "applications/hello/pipelines/deploy");
  await ended(api, deployed);
  const judged = await start(api, "applications/hello/pipelines/red-black");
  await until(api, judged, (execution) => execution.stages.some((stage) => stage.judgment !== undefined));
  await makeApplication(api, "shop");
  const pipeline = await makePipeline(api, "shop", "release", {
    stages: [
      { id: "build", name: "Build", wait: { duration: "0.1s" } },
      { id: "check", name: "Check", dependsOn: ["build"], fail: { message: "the tests of the release failed" } },
    ],
  });
  await api.triggers.createTrigger({
    parent: "applications/shop", triggerId: "on-push", trigger: { displayName: "On a push", pipeline, source: { case: "webhook", value: {} } },
  });
  await api.triggers.fireTrigger({ name: "applications/shop/triggers/on-push", reason: "to see it fire" });
  const failed = await start(api, pipeline);
  await ended(api, failed);
  return { deployed, judged, failed };
}
