import { create } from "@bufbuild/protobuf";
import { ExecutionSchema, Judgment_Decision, Waiting_Kind, WaitingSchema } from "@gennaker/client/gen/execution";
import { ExecutionStatus, StageStatus } from "@gennaker/client/gen/status";
import { expect, test } from "vitest";
import { waitsOf } from "./waits.ts";

test("only the innermost stages under way are told, people first", () => {
  const execution = create(ExecutionSchema, {
    status: ExecutionStatus.RUNNING,
    stages: [
      { id: "deploy", name: "Deploy", status: StageStatus.RUNNING, waiting: { kind: Waiting_Kind.STAGES } },
      { id: "inner", parent: "deploy", name: "Inner", status: StageStatus.RUNNING, waiting: { kind: Waiting_Kind.TASK, reason: "instances", owners: ["system"] } },
      {
        id: "look", name: "Look", status: StageStatus.RUNNING, waiting: { kind: Waiting_Kind.JUDGMENT, reason: "1 of 2 approvals: Is **7** good?\nLook.", owners: ["roles/ops"] },
        judgment: { instructions: "Is **7** good?\nLook.", approvals: 2, verdicts: [{ decision: Judgment_Decision.CONTINUE }] },
      },
      { id: "later", status: StageStatus.NOT_STARTED, waiting: { kind: Waiting_Kind.STAGES } },
    ],
  });
  expect(waitsOf(execution)).toEqual([
    { kind: Waiting_Kind.JUDGMENT, stage: "look", name: "Look", reason: "Is 7 good? …", until: undefined, owners: ["roles/ops"], approvals: { given: 1, needed: 2 } },
    { kind: Waiting_Kind.TASK, stage: "inner", name: "Inner", reason: "instances", until: undefined, owners: [] },
  ]);
});

test("an execution in the queue or paused waits as a whole, in the server's words where they are known", () => {
  const queued = create(ExecutionSchema, { status: ExecutionStatus.QUEUED, queuePosition: 2, displayName: "Release" });
  expect(waitsOf(queued)).toMatchObject([{ kind: Waiting_Kind.QUEUE, reason: "" }]);
  const explained = create(WaitingSchema, { reason: "other executions", owners: ["applications/a/pipelines/p"] });
  expect(waitsOf(queued, explained)).toMatchObject([{ reason: "other executions", owners: ["applications/a/pipelines/p"] }]);
  expect(waitsOf(create(ExecutionSchema, { status: ExecutionStatus.PAUSED }))).toMatchObject([{ kind: Waiting_Kind.RESUME }]);
});
