import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { ExecutionSchema } from "@gennaker/client/gen/execution";
import { StageStatus } from "@gennaker/client/gen/status";
import { expect, test } from "vitest";
import { compareArtifacts, compareParameters, compareStages, longer } from "./comparison.ts";

const took = (id: string, status: StageStatus, milliseconds?: number) =>
  ({ id, status, startTime: timestampFromMs(1000), ...(milliseconds !== undefined && { endTime: timestampFromMs(1000 + milliseconds) }) });
const left = create(ExecutionSchema, {
  parameters: { version: "7", env: "prod" }, stages: [took("a", StageStatus.SUCCEEDED, 500), took("b", StageStatus.SUCCEEDED, 10)],
  artifacts: [{ type: "docker/image", name: "shop", version: "7" }, { type: "git", reference: "abc" }],
  resolvedArtifacts: [{ expected: "image", artifact: { type: "docker/image", name: "shop", version: "7" } }],
});
const right = create(ExecutionSchema, {
  parameters: { version: "8", env: "prod", size: "1" }, stages: [took("a", StageStatus.TERMINAL, 900), took("c", StageStatus.RUNNING)],
});

test("parameters and artifacts are told apart by name", () => {
  expect(compareParameters(left, right)).toEqual([
    { name: "version", left: "7", right: "8", differs: true },
    { name: "env", left: "prod", right: "prod", differs: false },
    { name: "size", left: undefined, right: "1", differs: true },
  ]);
  expect(compareArtifacts(left, right)).toEqual([
    { name: "image", left: "shop:7", right: undefined, differs: true },
    { name: "git", left: "abc", right: undefined, differs: true },
  ]);
});

test("stages are compared by how they ended and how long they took", () => {
  const pairs = compareStages(left, right);
  expect(pairs.map(({ name, differs }) => [name, differs])).toEqual([["a", true], ["b", true], ["c", true]]);
  expect(pairs.map(longer)).toEqual([400, undefined, undefined]);
});
