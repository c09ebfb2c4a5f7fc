import { create } from "@bufbuild/protobuf";
import { ExecutionSchema } from "@gennaker/client/gen/execution";
import { ExecutionStatus } from "@gennaker/client/gen/status";
import { expect, test } from "vitest";
import { newestOf } from "./list-last.ts";

const made = (name: string, pipeline: string, status: ExecutionStatus) => create(ExecutionSchema, { name, pipeline, status });

test("each pipeline has its newest execution, as it is live, that has had its turn", () => {
  const live = [made("9", "x", ExecutionStatus.QUEUED), made("8", "x", ExecutionStatus.RUNNING), made("7", "y", ExecutionStatus.QUEUED), made("5", "z", ExecutionStatus.PAUSED)];
  const page = [made("8", "x", ExecutionStatus.QUEUED), made("6", "x", ExecutionStatus.SUCCEEDED), made("5", "z", ExecutionStatus.RUNNING), made("4", "z", ExecutionStatus.TERMINAL)];
  const newest = newestOf(live, page);
  expect([...newest].map(([pipeline, { name, status }]) => [pipeline, name, status])).toEqual([
    ["x", "8", ExecutionStatus.RUNNING], ["y", "7", ExecutionStatus.QUEUED], ["z", "5", ExecutionStatus.PAUSED],
  ]);
});
