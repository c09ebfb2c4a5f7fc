import { expect, test } from "vitest";
import { copyStages, pasteStages } from "./clipboard.ts";
import { connect, disconnect, hasCycle } from "./connections.ts";
import { begin, change, DEPTH, type History, redo, undo } from "./history.ts";
import type { JsonObject } from "./json.ts";
import { idOf, stagesOf } from "./pipeline.ts";
import { renameStage } from "./rename.ts";
import { addStage, deleteStages, duplicateStages, moveStage } from "./stages.ts";

test("typing is one step, other changes are each their own", () => {
  let history = begin({});
  history = change(history, { description: "a" }, 0, "description");
  history = change(history, { description: "ab" }, 500, "description");
  history = change(history, { description: "abc" }, 3000, "description");
  history = change(history, { displayName: "x" }, 3100);
  expect(history.past).toEqual([{}, { description: "ab" }, { description: "abc" }]);
  expect(undo(undo(undo(history))).present).toEqual({});
  expect(undo(begin({ a: 1 })).present).toEqual({ a: 1 });
  expect(redo(undo(history)).present).toEqual({ displayName: "x" });
});

test("it goes back a hundred steps", () => {
  let history = begin({ n: 0 });
  for (let n = 1; n <= DEPTH + 5; n++) history = change(history, { n }, n * 10_000);
  for (let n = 0; n < DEPTH + 5; n++) history = undo(history);
  expect(history.present).toEqual({ n: 5 });
});

/** A small generator of numbers that are the same in every run. */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}

function step(document: JsonObject, roll: (sides: number) => number): JsonObject | undefined {
  const ids = stagesOf(document).map(idOf);
  const any = () => ids[roll(ids.length)] ?? "";
  if (ids.length === 0) return addStage(document, "wait", { at: "first" }).document;
  const place = [
    { at: "after", of: [any(), any()] }, { at: "before", of: any() }, { at: "parallel", of: any() }, { at: "first" }, { at: "alone" },
  ] as const;
  const edges = stagesOf(document).flatMap((to) => (Array.isArray(to.dependsOn) ? to.dependsOn.map((from) => ({ from: String(from), to: idOf(to) })) : []));
  const edge = edges[roll(edges.length || 1)];
  const turns: (() => JsonObject | undefined)[] = [
    () => addStage(document, "wait", place[roll(place.length)] ?? { at: "alone" }).document,
    () => edge && addStage(document, "group", { at: "between", ...edge }).document,
    () => deleteStages(document, [any(), any()]),
    () => duplicateStages(document, [any(), any()]).document,
    () => connect(document, any(), any()),
    () => edge && disconnect(document, edge.from, edge.to),
    () => pasteStages(document, copyStages(document, [any(), any()]), roll(2) ? [any()] : [])?.document,
    () => moveStage(document, any(), place[roll(place.length)] ?? { at: "alone" }),
    () => renameStage(document, any(), `r${roll(1_000_000)}`, { expressions: true }),
  ];
  return turns[roll(turns.length)]?.();
}

test("whatever is done, the graph has no cycle, no line to nowhere, no double id, and all of it can be taken back", () => {
  for (let seed = 1; seed <= 40; seed++) {
    const roll = dice(seed);
    const original: JsonObject = { labels: { unknown: "kept" }, futureField: { x: [1] }, stages: [{ id: "a", wait: {} }, { id: "b", dependsOn: ["a"], wait: {} }] };
    let history: History = begin(original);
    for (let n = 0; n < 80; n++) {
      history = change(history, step(history.present, roll) ?? history.present, n * 10_000);
      const stages = stagesOf(history.present);
      const ids = new Set(stages.map(idOf));
      const strays = stages.flatMap((stage) => (Array.isArray(stage.dependsOn) ? stage.dependsOn : [])).filter((before) => !ids.has(String(before)));
      expect({ ids: ids.size, cycle: hasCycle(history.present), strays, other: history.present.futureField }).toEqual({ ids: stages.length, cycle: false, strays: [], other: { x: [1] } });
    }
    const last = history.present;
    while (history.past.length > 0) history = undo(history);
    expect(history.present).toEqual(original);
    while (history.future.length > 0) history = redo(history);
    expect(history.present).toEqual(last);
  }
});
