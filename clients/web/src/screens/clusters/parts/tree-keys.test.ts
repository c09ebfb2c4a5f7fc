import { expect, test } from "vitest";
import { sampleGroup } from "../model/samples.ts";
import { rowsOf } from "../model/tree.ts";
import { step } from "./tree-keys.ts";

const group = sampleGroup({ name: "shop-main-v001" });
const rows = rowsOf([group], { account: "", region: "", health: [], text: "" }, new Set());

test("arrows move, close and go to the parent", () => {
  expect(step(rows, 0, "ArrowDown")).toEqual({ kind: "focus", index: 1 });
  expect(step(rows, 0, "ArrowUp")).toBeUndefined();
  expect(step(rows, 1, "ArrowLeft")).toEqual({ kind: "toggle", key: "local/shop-main" });
  expect(step(rows, 1, "ArrowRight")).toEqual({ kind: "focus", index: 2 });
  expect(step(rows, 2, "ArrowLeft")).toEqual({ kind: "focus", index: 1 });
  expect(step(rows, 0, "End")).toEqual({ kind: "focus", index: 2 });
});

test("Enter opens and Space selects a server group", () => {
  expect(step(rows, 2, "Enter")).toEqual({ kind: "open", group });
  expect(step(rows, 2, " ")).toEqual({ kind: "select", group });
  expect(step(rows, 0, "Enter")).toEqual({ kind: "toggle", key: "local" });
});
