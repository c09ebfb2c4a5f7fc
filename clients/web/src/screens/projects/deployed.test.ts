import { create } from "@bufbuild/protobuf";
import { type Execution, ExecutionSchema } from "@gennaker/client/gen/execution";
import { ExecutionStatus, StageStatus } from "@gennaker/client/gen/status";
import { expect, test } from "vitest";
import { deployedIn } from "./deployed.ts";

const { RUNNING, SUCCEEDED } = StageStatus;
const execution = (status: ExecutionStatus, stages: Record<string, StageStatus>) => create(ExecutionSchema, {
  name: "applications/shop/executions/x", status, stages: Object.entries(stages).map(([kind, of]) => ({ id: kind, kind, status: of })),
});
const running = (stages: Record<string, StageStatus>) => execution(ExecutionStatus.RUNNING, stages);
const deployed = (before: Execution | undefined, after: Execution) => [...deployedIn([{ before, after, events: [] }])];

test("a stage that has deployed is seen while others still run", () => {
  expect(deployed(running({ deploy: RUNNING, wait: RUNNING }), running({ deploy: SUCCEEDED, wait: RUNNING }))).toEqual(["applications/shop"]);
  expect(deployed(running({ disable_cluster: RUNNING }), running({ disable_cluster: SUCCEEDED }))).toEqual(["applications/shop"]);
  expect(deployed(undefined, running({ clone_server_group: SUCCEEDED }))).toEqual(["applications/shop"]);
});

test("other stages, and what was deployed before, change nothing", () => {
  expect(deployed(running({ wait: RUNNING }), running({ wait: SUCCEEDED }))).toEqual([]);
  expect(deployed(running({ deploy: SUCCEEDED, wait: RUNNING }), running({ deploy: SUCCEEDED, wait: SUCCEEDED }))).toEqual([]);
  expect(deployed(running({ deploy: RUNNING }), running({ deploy: RUNNING }))).toEqual([]);
});

test("an execution that has ended may have done anything", () => {
  expect(deployed(running({ custom: RUNNING }), execution(ExecutionStatus.TERMINAL, { custom: SUCCEEDED }))).toEqual(["applications/shop"]);
  const ended = execution(ExecutionStatus.SUCCEEDED, {});
  expect(deployed(ended, ended)).toEqual([]);
});
