import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { ExecutionSchema, StageExecutionSchema } from "@gennaker/client/gen/execution";
import { StageStatus, TaskStatus } from "@gennaker/client/gen/status";
import { expect, test } from "vitest";
import { NodeMaker } from "./nodes.ts";

const words = { kind: (kind: string) => `<${kind}>`, attempt: (number: number) => `#${number}` };
const running = { status: StageStatus.RUNNING, startTime: timestampFromMs(0) };

test("a box tells of the innermost stage under way", () => {
  const { stages } = create(ExecutionSchema, {
    stages: [
      { id: "deploy", name: "Deploy", kind: "deploy", attempt: 2, ...running },
      { id: "in", parent: "deploy", name: "In eu", ...running },
      { id: "in/2", parent: "in", name: "Resize", ...running, tasks: [{ id: "t", status: TaskStatus.RUNNING, message: "2 of 3 up\nmore", percent: 66 }] },
      { id: "next", dependsOn: ["deploy"], name: "Next", kind: "wait", status: StageStatus.NOT_STARTED },
    ],
  });
  const nodes = new NodeMaker(words).nodes(stages);
  expect(nodes.map(({ id }) => id)).toEqual(["deploy", "next"]);
  expect(nodes[0]).toMatchObject({ title: "Deploy", subtitle: "<deploy>", badge: "#2", inner: 2, percent: 66, note: "2 of 3 up …" });
  expect(nodes[1]).toMatchObject({ dependsOn: ["deploy"], note: undefined, badge: undefined, inner: undefined });
});

test("notes say why: a failure, a skip, a question", () => {
  const { stages } = create(ExecutionSchema, {
    stages: [
      { id: "a", status: StageStatus.TERMINAL, failure: { message: "no\nmore" } },
      { id: "b", status: StageStatus.SKIPPED, skip: { reason: "not today" } },
      { id: "c", status: StageStatus.RUNNING, judgment: { instructions: "Is **7** good?" } },
    ],
  });
  expect(new NodeMaker(words).nodes(stages).map(({ note, look }) => [note, look?.text])).toEqual([
    ["no …", "status.failed"], ["not today", "status.skipped"], ["Is 7 good?", "status.judgment"],
  ]);
});

test("a box stays the same object until something changes that it shows", () => {
  const maker = new NodeMaker(words);
  const parent = create(StageExecutionSchema, { id: "p", ...running });
  const child = create(StageExecutionSchema, { id: "c", parent: "p", name: "c", ...running });
  const [first] = maker.nodes([parent, child]);
  expect(maker.nodes([parent, { ...child, endTime: timestampFromMs(5) }])[0]).toBe(first);
  expect(maker.nodes([parent, { ...child, name: "d" }])[0]).not.toBe(first);
  expect(maker.nodes([{ ...parent }, child])[0]).not.toBe(first);
});

test("in the past, clocks stand still", () => {
  const stage = create(StageExecutionSchema, { id: "p", ...running });
  const stopped = timestampFromMs(700);
  expect(new NodeMaker(words).nodes([stage], stopped)[0]?.elapsed?.end).toBe(stopped);
});
