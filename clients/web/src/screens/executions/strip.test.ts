import { create } from "@bufbuild/protobuf";
import { ExecutionSchema, Judgment_Decision } from "@gennaker/client/gen/execution";
import { StageStatus } from "@gennaker/client/gen/status";
import { expect, test } from "vitest";
import { marks } from "./strip.ts";

test("marks stand in the order in which stages run, without the stages that others made", () => {
  const execution = create(ExecutionSchema, {
    stages: [
      { id: "c", dependsOn: ["b"], status: StageStatus.NOT_STARTED },
      { id: "b", dependsOn: ["a"], status: StageStatus.RUNNING, judgment: { decision: Judgment_Decision.UNSPECIFIED } },
      { id: "b/x", parent: "b", status: StageStatus.RUNNING },
      { id: "a", status: StageStatus.SUCCEEDED },
    ],
  });
  expect(marks(execution).map((mark) => [mark.id, mark.look.text])).toEqual([
    ["a", "status.succeeded"], ["b", "status.judgment"], ["c", "status.notStarted"],
  ]);
});
