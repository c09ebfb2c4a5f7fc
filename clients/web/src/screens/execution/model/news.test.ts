import { create } from "@bufbuild/protobuf";
import { ExecutionSchema } from "@gennaker/client/gen/execution";
import { ExecutionStatus, StageStatus } from "@gennaker/client/gen/status";
import { expect, test } from "vitest";
import { newsOf } from "./news.ts";

const before = create(ExecutionSchema, {
  displayName: "Release", status: ExecutionStatus.RUNNING,
  stages: [{ id: "a", name: "A", status: StageStatus.RUNNING }, { id: "b", name: "B", status: StageStatus.NOT_STARTED }],
});

test("waits for people, failures and the end are told", () => {
  const after = create(ExecutionSchema, {
    displayName: "Release", status: ExecutionStatus.TERMINAL,
    stages: [{ id: "a", name: "A", status: StageStatus.TERMINAL, failure: { message: "no\nmore" } }, { id: "b", name: "B", status: StageStatus.RUNNING, judgment: {} }],
  });
  expect(newsOf(before, after)).toEqual([
    { key: "execution.newsStageFailed", values: { name: "A", reason: "no …" } },
    { key: "execution.newsJudgment", values: { name: "B" } },
    { key: "execution.newsFailed", values: { name: "Release" } },
  ]);
  expect(newsOf(after, after)).toEqual([]);
});

test("progress is not", () => {
  const [a, b] = before.stages;
  if (!a || !b) throw new Error("there are two stages");
  expect(newsOf(before, { ...before, stages: [{ ...a, status: StageStatus.SUCCEEDED }, { ...b, status: StageStatus.RUNNING }] })).toEqual([]);
});
