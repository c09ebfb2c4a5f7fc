import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { ExecutionSchema, type StageExecutionSchema } from "@gennaker/client/gen/execution";
import { ExecutionStatus, StageStatus } from "@gennaker/client/gen/status";
import { TimestampSchema } from "@bufbuild/protobuf/wkt";
import { expect, test } from "vitest";
import { makersOf, workKey, workOf, workOn } from "./operations.ts";
import { sampleGroup } from "./samples.ts";

const GROUP = sampleGroup({ name: "shop-main-v001" });
const TARGET = { account: "local", region: "eu", serverGroup: "shop-main-v001" };
const START = create(TimestampSchema, { seconds: 1n });

function execution(id: string, status: ExecutionStatus, stage: MessageInitShape<typeof StageExecutionSchema>, pipeline = "") {
  return create(ExecutionSchema, { name: `applications/shop/executions/${id}`, pipeline, status, stages: [{ id: "operation", status: StageStatus.RUNNING, startTime: START, ...stage }] });
}

test("a running stage works on what its target names, or on its cluster", () => {
  const resize = execution("1", ExecutionStatus.RUNNING, { inputs: { target: TARGET } });
  expect(workOf(GROUP, workOn([resize]))?.execution).toBe(resize);
  const rollback = execution("2", ExecutionStatus.RUNNING, { inputs: { target: { account: "local", cluster: "shop-main", regions: ["eu"] } } });
  expect(workOf(GROUP, workOn([rollback]))?.execution).toBe(rollback);
  const elsewhere = execution("3", ExecutionStatus.RUNNING, { inputs: { target: { ...TARGET, region: "us" } } });
  expect(workOf(GROUP, workOn([elsewhere]))).toBeUndefined();
});

test("a failed operation stays until a newer one is there; one of a pipeline that has ended does not", () => {
  const failed = execution("1", ExecutionStatus.TERMINAL, { status: StageStatus.TERMINAL, inputs: { target: TARGET } });
  const succeeded = execution("2", ExecutionStatus.SUCCEEDED, { status: StageStatus.SUCCEEDED, inputs: { target: TARGET } });
  expect(workOf(GROUP, workOn([failed]))?.execution).toBe(failed);
  expect(workOf(GROUP, workOn([succeeded, failed]))).toBeUndefined();
  expect(workOf(GROUP, workOn([{ ...failed, pipeline: "applications/shop/pipelines/deploy" }]))).toBeUndefined();
});

test("the execution that made a server group says so in its outputs", () => {
  const maker = execution("1", ExecutionStatus.SUCCEEDED, { kind: "create_server_group", outputs: { account: "local", region: "eu", server_group: "shop-main-v001" } });
  expect(makersOf([maker]).get(workKey(GROUP))).toBe(maker);
});
