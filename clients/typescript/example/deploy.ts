/**
 * Pipelines as code: makes an application with a pipeline, runs the pipeline and follows it live to its end.
 *
 * Start a server with `gennaker serve`, then `npm run example`. GENNAKER_SERVER is its address.
 */
import { create } from "@bufbuild/protobuf";
import { connect, type Gennaker, problemOf, requestId, watchExecution } from "@gennaker/client";
import { ExecutionEventType } from "@gennaker/client/gen/execution_event";
import { type Pipeline, PipelineSchema } from "@gennaker/client/gen/pipeline";
import { ExecutionStatus } from "@gennaker/client/gen/status";

const application = "applications/example";
const regions = ["eu", "us", "asia"];

/** A stage a region at once, and one after all of them: what is a list in the program is a graph in the pipeline. */
const pipeline = create(PipelineSchema, {
  name: `${application}/pipelines/around-the-world`,
  displayName: "Around the world",
  stages: [
    ...regions.map((region, index) => ({
      id: region,
      name: `Deploy to ${region}`,
      kind: { case: "wait" as const, value: { duration: { seconds: BigInt(index + 1) } } },
    })),
    { id: "settle", dependsOn: regions, kind: { case: "wait" as const, value: { duration: { seconds: 1n } } } },
  ],
});

/** Makes the application and the pipeline, or brings them up to date. */
async function save(gennaker: Gennaker, pipeline: Pipeline): Promise<void> {
  await gennaker.applications.updateApplication({ application: { name: application }, allowMissing: true });
  await gennaker.pipelines.updatePipeline({ pipeline, allowMissing: true });
}

async function run(gennaker: Gennaker, pipeline: Pipeline): Promise<ExecutionStatus | undefined> {
  const { execution: started } = await gennaker.executions.startExecution({
    pipeline: pipeline.name,
    requestId: requestId(),
  });
  let status = started?.status;
  for await (const { execution, event } of watchExecution(gennaker, started?.name ?? "", { afterSequence: 0n })) {
    status = execution.status;
    if (event) console.log(`${event.sequence}`.padStart(4), ExecutionEventType[event.type].padEnd(20), event.message);
  }
  return status;
}

const gennaker = connect({ address: process.env.GENNAKER_SERVER ?? "http://127.0.0.1:8480", actor: "example" });
try {
  await save(gennaker, pipeline);
  const status = await run(gennaker, pipeline);
  console.log(ExecutionStatus[status ?? ExecutionStatus.UNSPECIFIED]);
  process.exitCode = status === ExecutionStatus.SUCCEEDED ? 0 : 1;
} catch (error) {
  const { message, violations } = problemOf(error);
  console.error(message);
  for (const { field, description } of violations) console.error(`  ${field} ${description}`);
  process.exitCode = 1;
}
