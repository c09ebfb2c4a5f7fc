import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { Cause_Kind, ExecutionSchema, Judgment_Decision } from "@gennaker/client/gen/execution";
import { PipelineSchema } from "@gennaker/client/gen/pipeline";
import { expect, test } from "vitest";
import { actionsOf, actorsOf } from "./actions.ts";

const at = timestampFromMs;

test("what people did is told, the last first; what the server did is not", () => {
  const execution = create(ExecutionSchema, {
    name: "applications/a/executions/1", displayName: "Deploy", createTime: at(1000),
    cause: { kind: Cause_Kind.MANUAL, actor: "ann", reason: "release" },
    cancellation: { actor: "bob", time: at(4000), reason: "wrong" },
    stages: [
      { id: "ok", name: "Approve", judgment: { verdicts: [{ decision: Judgment_Decision.CONTINUE, judge: "cat", time: at(3000), input: "go", comment: "fine" }] } },
      { id: "s", name: "Slow", skip: { actor: "ann", time: at(2000), reason: "late" } },
      { id: "c", name: "Condition", skip: { actor: "system", time: at(2500) } },
    ],
  });
  const triggered = create(ExecutionSchema, { name: "applications/a/executions/2", createTime: at(9000), cause: { kind: Cause_Kind.TRIGGER, actor: "10.0.0.1" } });
  const pipeline = create(PipelineSchema, { name: "applications/a/pipelines/p", updateActor: "dan", updateTime: at(5000), revision: 3n });
  const actions = actionsOf([execution, triggered], [pipeline], []);
  expect(actions.map(({ kind, actor, label, reason }) => [kind, actor, label, reason])).toEqual([
    ["savedPipeline", "dan", "p", ""],
    ["canceled", "bob", "Deploy", "wrong"],
    ["approved", "cat", "Deploy / Approve", "go: fine"],
    ["skipped", "ann", "Deploy / Slow", "late"],
    ["started", "ann", "Deploy", "release"],
  ]);
  expect(actorsOf(actions)).toEqual(["ann", "bob", "cat", "dan"]);
});
