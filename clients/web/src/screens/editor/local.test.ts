import { create } from "@bufbuild/protobuf";
import { StageKindDescriptorSchema } from "@gennaker/client/gen/kinds";
import { expect, test } from "vitest";
import { field } from "~/form/samples.ts";
import { localFindings, type Rules } from "./local.ts";

const rules: Rules = {
  kinds: [
    create(StageKindDescriptorSchema, { kind: "wait", fields: [field("duration", { type: "TYPE_DURATION", required: true }), field("skip_text", { maxLen: 3 })] }),
    create(StageKindDescriptorSchema, { kind: "custom/smoke", fields: [field("kind"), field("parameters.url", { required: true })] }),
  ],
  stage: [field("name", { maxLen: 5 }), field("expressions", { type: "TYPE_MAP", required: true })],
  pipeline: [field("name", { required: true }), field("stages", { repeated: true, minItems: 9 }), field("description", { maxLen: 4 })],
};
const found = (document: Parameters<typeof localFindings>[0]) => localFindings(document, rules).map(({ path, rule }) => `${path} ${rule}`);

test("each finding has its place in the document", () => {
  expect(found({ description: "a long one", stages: [
    { id: "a", wait: { duration: "1s", skipText: "four" } },
    { id: "b", name: "too long", wait: {} },
    { id: "c", custom: { kind: "smoke" } },
  ] })).toEqual([
    "description tooLong", "stages[0].wait.skip_text tooLong", "stages[1].name tooLong", "stages[1].wait.duration mustBeSet", "stages[2].custom.parameters.url mustBeSet",
  ]);
});

test("what an expression sets is not missing, and what is not known is left to the server", () => {
  expect(found({ stages: [{ id: "a", expressions: { "wait.duration": "${ 1 }" }, wait: {} }, { id: "b", other: {} }, { id: "c" }] })).toEqual([]);
  expect(localFindings({ description: "a long one", stages: [{ id: "a", name: "too long", wait: {} }] }, { kinds: [], stage: undefined, pipeline: undefined })).toEqual([]);
});
