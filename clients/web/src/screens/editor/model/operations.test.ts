import { expect, test } from "vitest";
import { copyStages, pasteStages, stagesIn } from "./clipboard.ts";
import { closesCycle, connect, disconnect, hasCycle } from "./connections.ts";
import type { JsonObject } from "./json.ts";
import { dependenciesOf, descriptorOf, findStage, idOf, kindOf, stagesOf } from "./pipeline.ts";
import { idProblem, mentions, renameStage } from "./rename.ts";
import { addStage, deleteStages, duplicateStages, inOrder, moveStage } from "./stages.ts";

const stage = (id: string, ...dependsOn: string[]): JsonObject => ({ id, ...(dependsOn.length > 0 && { dependsOn }), wait: { duration: "1s" } });
const chain: JsonObject = { displayName: "Chain", stages: [stage("a"), stage("b", "a"), stage("c", "b")] };
/** The lines of a document, as `b<a`. */
const lines = (document: JsonObject | undefined) =>
  stagesOf(document ?? {}).map((one) => [idOf(one), dependenciesOf(one).toSorted().join()].filter(Boolean).join("<")).toSorted().join(" ");

test("the kind of a stage is the key of its choice", () => {
  expect(kindOf({ id: "x", name: "X", window: {}, manualJudgment: {} })).toEqual({ name: "manual_judgment", key: "manualJudgment" });
  expect(kindOf({ id: "x" })).toBeUndefined();
  const [custom] = stagesOf(addStage({}, "custom/notify-desk", { at: "alone" }).document);
  expect(custom).toEqual({ id: "notify-desk", custom: { kind: "notify-desk" } });
  expect(descriptorOf(custom ?? {})).toBe("custom/notify-desk");
  expect(descriptorOf({ id: "w", wait: {} })).toBe("wait");
});

test("a stage goes where it is put", () => {
  const put = (place: Parameters<typeof addStage>[2]) => lines(addStage(chain, "fail", place).document);
  expect(put({ at: "after", of: ["b"] })).toBe("a b<a c<b fail<b");
  expect(put({ at: "after", of: ["a", "b"] })).toBe("a b<a c<b fail<a,b");
  expect(put({ at: "before", of: "b" })).toBe("a b<fail c<b fail<a");
  expect(put({ at: "between", from: "a", to: "b" })).toBe("a b<fail c<b fail<a");
  expect(put({ at: "parallel", of: "b" })).toBe("a b<a c<b,fail fail<a");
  expect(put({ at: "first" })).toBe("a<fail b<a c<b fail");
  expect(put({ at: "alone" })).toBe("a b<a c<b fail");
  const twice = addStage(addStage({}, "run_job", { at: "alone" }).document, "run_job", { at: "alone" });
  expect(twice.ids).toEqual(["run-job-2"]);
  expect(findStage(twice.document, "run-job-2")).toEqual({ id: "run-job-2", runJob: {} });
});

test("what is deleted is bridged", () => {
  expect(lines(deleteStages(chain, ["b"]))).toBe("a c<a");
  expect(lines(deleteStages(chain, ["a", "b"]))).toBe("c");
  expect(deleteStages(chain, ["a", "b", "c"])).toEqual({ displayName: "Chain" });
  expect(deleteStages(chain, ["c"]).stages).toEqual(stagesOf(chain).slice(0, 2));
});

test("lines close no cycle", () => {
  expect(closesCycle(chain, "c", "a")).toBe(true);
  expect(connect(chain, "c", "a")).toBeUndefined();
  expect(connect(chain, "a", "a")).toBeUndefined();
  expect(lines(connect(chain, "a", "c"))).toBe("a b<a c<a,b");
  expect(lines(disconnect(chain, "a", "b"))).toBe("a b c<b");
  expect(hasCycle({ stages: [stage("a", "b"), stage("b", "a")] })).toBe(true);
  expect(hasCycle({ stages: [stage("a", "missing")] })).toBe(false);
});

test("copies keep the lines among them", () => {
  const { document, ids } = duplicateStages(chain, ["b", "c"]);
  expect(ids).toEqual(["b-2", "c-2"]);
  expect(lines(document)).toBe("a b-2<a b<a c-2<b-2 c<b");
});

test("stages travel as text, also to another pipeline", () => {
  const text = copyStages(chain, ["b", "c"]);
  expect(lines(pasteStages({ stages: [stage("x"), stage("c")] }, text, ["x"])?.document)).toBe("b<x c c-2<b x");
  expect(lines(pasteStages({}, text, [])?.document)).toBe("b c<b");
  expect(lines(pasteStages(chain, text, [])?.document)).toBe("a b-2<a b<a c-2<b-2 c<b");
  expect(stagesIn(JSON.stringify(stage("one")))).toHaveLength(1);
  expect(stagesIn(JSON.stringify([stage("one"), { no: "stage" }, 3]))).toHaveLength(1);
  expect(pasteStages(chain, "no stages", ["a"])).toBeUndefined();
  expect(pasteStages(chain, '{"id": "x"}', ["a"])).toBeUndefined();
});

test("a stage moves and what it leaves is bridged", () => {
  expect(lines(moveStage(chain, "b", { at: "after", of: ["c"] }))).toBe("a b<c c<a");
  expect(lines(moveStage(chain, "c", { at: "between", from: "a", to: "b" }))).toBe("a b<c c<a");
  expect(moveStage(chain, "b", { at: "before", of: "b" })).toBeUndefined();
  expect(inOrder({ stages: [stage("z", "y"), stage("y")] }).map(idOf)).toEqual(["y", "z"]);
});

test("a new id is followed by lines and, if wanted, by expressions", () => {
  const document: JsonObject = {
    stages: [stage("bake"), { id: "go", dependsOn: ["bake"], condition: "stages.bake.status == 'SUCCEEDED' && stages.bake-2.x",
      fail: { message: "stages.bake ${ stages['bake'].outputs.image } ${#stage('bake').status} ${ stages.bake.outputs.x }" } }],
  };
  expect(mentions(document, "bake").map(({ path }) => path.join("."))).toEqual(["stages.1.condition", "stages.1.fail.message"]);
  expect(findStage(renameStage(document, "bake", "make", { expressions: false }), "go")).toMatchObject({ dependsOn: ["make"], condition: expect.stringContaining("stages.bake.status") });
  const renamed = renameStage(document, "bake", "make", { expressions: true });
  expect(findStage(renamed, "go")).toEqual({
    id: "go", dependsOn: ["make"], condition: "stages.make.status == 'SUCCEEDED' && stages.bake-2.x",
    fail: { message: "stages.bake ${ stages['make'].outputs.image } ${#stage('make').status} ${ stages.make.outputs.x }" },
  });
  expect(idProblem(chain, "a", "b")).toBe("taken");
  expect(idProblem(chain, "a", "a")).toBeUndefined();
  expect(idProblem(chain, "a", "not good")).toBe("form");
});
