import { expect, test } from "vitest";
import { isDirty, reduce, start } from "./state.ts";

const saved = { document: { stages: [{ id: "a", wait: {} }, { id: "b", wait: {} }] }, etag: "1" };

test("a change makes it dirty, taking it back does not", () => {
  let state = start(saved, "a");
  expect(isDirty(state)).toBe(false);
  state = reduce(state, { do: "change", document: { stages: [{ id: "b", wait: {} }] }, when: 0 });
  expect([isDirty(state), state.selection]).toEqual([true, []]);
  state = reduce(state, { do: "undo" });
  expect(isDirty(state)).toBe(false);
  state = reduce(reduce(state, { do: "redo" }), { do: "saved", saved: { document: state.history.future[0] ?? {}, etag: "2" } });
  expect([isDirty(state), state.saved.etag]).toEqual([false, "2"]);
});

test("a text that can't be read is kept until something else changes the document", () => {
  let state = reduce(start(saved, undefined), { do: "unreadable", text: { format: "yaml", content: "a: [" } });
  expect(isDirty(state)).toBe(true);
  state = reduce(state, { do: "change", document: saved.document, when: 0 });
  expect(isDirty(state)).toBe(false);
});

test("only stages that are there are chosen", () => {
  expect(reduce(start(saved, "a"), { do: "select", ids: ["b", "gone"] }).selection).toEqual(["b"]);
});

test("a draft or a merge can be taken back like any change", () => {
  const state = reduce(start(saved, undefined), { do: "restart", document: { displayName: "merged" }, saved: { document: {}, etag: "9" }, when: 0 });
  expect([state.history.present, state.saved.etag]).toEqual([{ displayName: "merged" }, "9"]);
  expect(reduce(state, { do: "undo" }).history.present).toEqual(saved.document);
});
