import { create } from "@bufbuild/protobuf";
import { ExecutionSchema } from "@gennaker/client/gen/execution";
import { ExecutionStatus } from "@gennaker/client/gen/status";
import { expect, test } from "vitest";
import { forgotten } from "./forgotten.ts";

test("what was running when it was read, and is not live, has ended", () => {
  const made = (name: string, status: ExecutionStatus) => create(ExecutionSchema, { name, status });
  const read = [made("a", ExecutionStatus.RUNNING), made("b", ExecutionStatus.QUEUED), made("c", ExecutionStatus.SUCCEEDED)];
  expect(forgotten([made("b", ExecutionStatus.SUCCEEDED)], read)).toEqual(["a"]);
});
