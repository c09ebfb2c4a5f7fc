import { create, toBinary } from "@bufbuild/protobuf";
import { PipelineSchema } from "@gennaker/client/gen/pipeline";
import { expect, test } from "vitest";
import { changes } from "./changes.ts";
import { canonical, documentOf, hasUnknownFields, pass } from "./door.ts";
import { draftOf, dropDraft, keepDraft } from "./drafts.ts";
import type { JsonObject } from "./json.ts";
import { fieldText, pathText, stageAt, stepsOf } from "./paths.ts";
import { Locator, read, write } from "./text.ts";

const release: JsonObject = {
  displayName: "Release",
  labels: { team: "web", "some_key": "x" },
  stages: [
    { id: "look", manualJudgment: { instructions: "Good?" } },
    { id: "settle", dependsOn: ["look"], expressions: { "wait.duration": "${ 1 }" }, wait: { duration: "5s", skipText: "no" } },
  ],
};

test("a document goes through the door and back unchanged", () => {
  const { pipeline, refusals } = pass(release, "applications/a/pipelines/p");
  expect(refusals).toEqual([]);
  expect(pipeline.name).toBe("applications/a/pipelines/p");
  expect(documentOf(pipeline)).toEqual(release);
});

test("the door says by place what a message can't hold, and the rest gets through", () => {
  const { pipeline, refusals } = pass(
    { name: "x", flavour: 1, disabled: "yes", stages: [{ id: "a", wait: { duration: "soon", skipTxt: "" } }, { id: "b", wait: {}, fail: {} }, { id: "c", on_failure: "NO" }] }, "n");
  expect(refusals.map(({ path, why }) => `${path.join(".")} ${why}`)).toEqual(
    ["name unknown", "flavour unknown", "disabled wrong", "stages.0.wait.duration wrong", "stages.0.wait.skipTxt unknown", "stages.1.fail both", "stages.2.on_failure wrong"]);
  expect(pipeline.stages.map(({ id, kind }) => [id, kind.case])).toEqual([["a", "wait"], ["b", "wait"], ["c", undefined]]);
});

test("spelling becomes the usual one, but only where nothing would be lost", () => {
  expect(canonical({ stages: [{ depends_on: ["b"], id: "a", wait: { skip_text: "x" } }] })).toEqual({ stages: [{ id: "a", dependsOn: ["b"], wait: { skipText: "x" } }] });
  const odd = { stages: [{ depends_on: ["b"], id: "a", wat: {} }] };
  expect(canonical(odd)).toBe(odd);
});

test("fields of a newer server are noticed", () => {
  const pipeline = create(PipelineSchema, { displayName: "x" });
  expect(hasUnknownFields(pipeline)).toBe(false);
  pipeline.$unknown = [{ no: 900, wireType: 0, data: new Uint8Array([1]) }];
  expect(toBinary(PipelineSchema, pipeline).length).toBeGreaterThan(3);
  expect(hasUnknownFields(pipeline)).toBe(true);
});

test("paths of the server lead into the document", () => {
  expect(stepsOf(release, "stages[1].wait.skip_text")).toEqual(["stages", 1, "wait", "skipText"]);
  expect(stepsOf(release, "stages[1].expressions.wait.duration")).toEqual(["stages", 1, "expressions", "wait.duration"]);
  expect(stepsOf(release, "labels.some_key")).toEqual(["labels", "some_key"]);
  expect(stepsOf(release, "stages[0].on_failure")).toEqual(["stages", 0, "onFailure"]);
  expect(stepsOf(release, "stages[0].manual_judgment.inputs[2].value")).toEqual(["stages", 0, "manualJudgment", "inputs", 2, "value"]);
  expect(stepsOf(release, "stages")).toEqual(["stages"]);
  expect(stepsOf(release, "")).toEqual([]);
  expect(fieldText(["stages", 1, "wait", "skipText"])).toBe("stages[1].wait.skip_text");
  expect(pathText(release, ["stages", 1, "wait", "skipText"])).toBe("stages[settle].wait.skipText");
  expect(stageAt(release, ["stages", 1, "wait"])).toBe("settle");
  expect(stageAt(release, ["labels"])).toBeUndefined();
});

test.each(["json", "yaml"] as const)("%s is written, read, and its places are found", (format) => {
  const text = write(release, format);
  expect(read(text, format)).toEqual({ document: release });
  const locator = new Locator(text);
  const shown = (...path: (string | number)[]) => {
    const { from, to } = locator.find(path);
    return text.slice(from, to).replaceAll('"', "");
  };
  expect(shown("stages", 1, "wait", "duration")).toBe("5s");
  expect(shown("stages", 1, "wait")).toBe("wait");
  expect(shown("stages", 1)).toBe("id");
  expect(shown("stages", 1, "wait", "missing")).toBe("wait");
  expect(shown("stages", 1, "expressions", "wait.duration")).toBe("${ 1 }");
});

test("texts that say nothing say where", () => {
  expect(read("", "json")).toEqual({ document: {} });
  expect(read("kind: Pipeline\ndisabled: true", "yaml")).toEqual({ document: { disabled: true } });
  expect(read('{"a": 1,\n "b": }', "json")).toMatchObject({ error: { from: 16 } });
  expect(read("a: [1", "yaml")).toHaveProperty("error");
  expect(read("- a", "yaml")).toHaveProperty("error");
});

test("changes are named by ids", () => {
  const after = { ...release, stages: [{ id: "new", fail: {} }, ...(release.stages as JsonObject[]).map((one) => (one.id === "settle" ? { ...one, wait: { duration: "9s" } } : one))] };
  expect(changes(release, after)).toEqual([
    { path: "stages[new]", before: undefined, after: { id: "new", fail: {} } },
    { path: "stages[settle].wait.duration", before: "5s", after: "9s" },
    { path: "stages[settle].wait.skipText", before: "no", after: undefined },
  ]);
  expect(changes(release, structuredClone(release))).toEqual([]);
});

test("drafts are kept by pipeline", () => {
  const draft = { document: release, base: {}, etag: "e", when: 5 };
  expect(keepDraft("p", draft)).toBe(true);
  expect(draftOf("p")).toEqual(draft);
  expect(draftOf("other")).toBeUndefined();
  localStorage.setItem("gennaker.draft.p", "{broken");
  expect(draftOf("p")).toBeUndefined();
  keepDraft("p", draft);
  dropDraft("p");
  expect(draftOf("p")).toBeUndefined();
});
