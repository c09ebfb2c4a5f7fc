import { create } from "@bufbuild/protobuf";
import { ExecutionSchema } from "@gennaker/client/gen/execution";
import { StageStatus } from "@gennaker/client/gen/status";
import { expect, test } from "vitest";
import { byId, byParent, firstOfInterest, outermost, pathTo } from "./stages.ts";

const stages = [
  { id: "a", status: StageStatus.SUCCEEDED },
  { id: "b", status: StageStatus.RUNNING },
  { id: "b/1", parent: "b", status: StageStatus.RUNNING },
  { id: "b/1/2", parent: "b/1", status: StageStatus.TERMINAL },
];
const execution = create(ExecutionSchema, { stages });

test("a stage is found with everything around it", () => {
  const known = byId(execution.stages);
  expect(pathTo(known, "b/1/2").map((stage) => stage.id)).toEqual(["b", "b/1", "b/1/2"]);
  expect(outermost(known, "b/1/2")).toBe("b");
  expect(outermost(known, "gone")).toBeUndefined();
  expect(byParent(execution.stages).get("b")?.map((stage) => stage.id)).toEqual(["b/1"]);
});

test("a circle of parents ends", () => {
  const { stages: circle } = create(ExecutionSchema, { stages: [{ id: "x", parent: "y" }, { id: "y", parent: "x" }] });
  expect(pathTo(byId(circle), "x").length).toBe(2);
});

test("what failed is looked at first, then what a person decides, then what runs", () => {
  expect(firstOfInterest(execution)).toBe("b/1/2");
  expect(firstOfInterest(create(ExecutionSchema, { stages, failure: { stage: "a" } }))).toBe("a");
  const running = [{ id: "r", status: StageStatus.RUNNING }, { id: "j", status: StageStatus.RUNNING, judgment: {} }];
  expect(firstOfInterest(create(ExecutionSchema, { stages: running }))).toBe("j");
  expect(firstOfInterest(create(ExecutionSchema, { stages: running.slice(0, 1) }))).toBe("r");
  expect(firstOfInterest(create(ExecutionSchema, { stages: stages.slice(0, 1) }))).toBeUndefined();
});
