/** The sample application: a small web server in two versions, with everything that it takes to deploy it. It is made through the
 * API like everything else, from the definitions that `gennaker demo` uses too. */
import { fromJson } from "@bufbuild/protobuf";
import { ApplicationSchema } from "@gennaker/client/gen/application";
import { FirewallSchema } from "@gennaker/client/gen/firewall";
import { LoadBalancerSchema } from "@gennaker/client/gen/load_balancer";
import { PipelineSchema } from "@gennaker/client/gen/pipeline";
import { ProjectSchema } from "@gennaker/client/gen/project";
import { api, requestId } from "~/api/index.ts";
import world from "../../../../../examples/demo/world.json";

/** Makes the sample, or brings it up to date, and starts its first deploy. Gives the name of the execution. Repeating it is harmless. */
export async function createSample(): Promise<string> {
  for (const { imageId, source } of world.images) {
    await api.infrastructure.registerImage({ parent: world.region, imageId, source, requestId: requestId() });
  }
  await api.applications.updateApplication({ application: fromJson(ApplicationSchema, world.application), allowMissing: true });
  await api.infrastructure.updateFirewall({ firewall: fromJson(FirewallSchema, world.firewall), allowMissing: true });
  await api.infrastructure.updateLoadBalancer({ loadBalancer: fromJson(LoadBalancerSchema, world.loadBalancer), allowMissing: true });
  for (const pipeline of world.pipelines) {
    await api.pipelines.updatePipeline({ pipeline: fromJson(PipelineSchema, pipeline), allowMissing: true });
  }
  await api.projects.updateProject({ project: fromJson(ProjectSchema, world.project), allowMissing: true });
  const [first] = world.pipelines;
  const started = await api.executions.startExecution({ pipeline: first?.name ?? "", requestId: requestId() });
  return started.execution?.name ?? "";
}
