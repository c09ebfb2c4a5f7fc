import { expect, test } from "vitest";
import type { JsonObject } from "./json.ts";
import { merge } from "./merge.ts";

const wait = (id: string, duration: string, ...dependsOn: string[]): JsonObject => ({ id, dependsOn, wait: { duration } });
const base: JsonObject = { displayName: "R", description: "d", stages: [wait("a", "1s"), wait("b", "1s", "a"), wait("c", "1s", "b")] };

test("changes of different things are both taken", () => {
  const mine = { ...base, displayName: "Mine", stages: [wait("a", "2s"), wait("b", "1s", "a"), wait("m", "1s", "b"), wait("c", "1s", "m")] };
  const theirs = { ...base, disabled: true, stages: [wait("a", "1s"), wait("b", "9s", "a"), wait("c", "1s", "b", "t"), wait("t", "1s", "a")] };
  const { document, conflicts } = merge(base, mine, theirs);
  expect(conflicts).toEqual([]);
  expect(document).toEqual({
    displayName: "Mine", description: "d", disabled: true,
    stages: [wait("a", "2s"), wait("b", "9s", "a"), wait("m", "1s", "b"), wait("c", "1s", "t", "m"), wait("t", "1s", "a")],
  });
});

test("what both changed is a conflict, and each can be chosen", () => {
  const mine = { ...base, description: "mine", stages: [wait("a", "2s"), wait("b", "1s", "a")] };
  const theirs = { ...base, description: "theirs", stages: [wait("a", "3s"), wait("b", "1s", "a"), wait("c", "7s", "b")] };
  const { document, conflicts } = merge(base, mine, theirs);
  expect(conflicts.map(({ path }) => path)).toEqual(["description", "stages[a].wait.duration", "stages[c]"]);
  expect(conflicts[2]).toMatchObject({ mine: undefined, theirs: wait("c", "7s", "b") });
  expect(document).toEqual(mine);
  const chosen = merge(base, mine, theirs, new Map(conflicts.map(({ path }) => [path, "theirs"])));
  expect(chosen.document).toEqual(theirs);
});

test("the same change on both sides is no conflict, and nothing is lost of either when the other did nothing", () => {
  const changed = { ...base, displayName: "X", stages: [] };
  expect(merge(base, changed, structuredClone(changed))).toMatchObject({ document: changed, conflicts: [] });
  expect(merge(base, changed, base).document).toEqual(changed);
  expect(merge(base, base, changed).document).toEqual(changed);
});

test("lists whose elements can't be told apart are taken whole", () => {
  const numbered = (...list: number[]): JsonObject => ({ list });
  expect(merge(numbered(1), numbered(1, 2), numbered(1)).document).toEqual(numbered(1, 2));
  expect(merge(numbered(1), numbered(1, 2), numbered(3)).conflicts).toHaveLength(1);
});
