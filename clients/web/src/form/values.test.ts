import { expect, test } from "vitest";
import { valueAt, withValue } from "./values.ts";

test("a value is changed along a way, and what is beside it stays the same", () => {
  const before = { a: { b: 1 }, list: [{ x: 1 }, { x: 2 }] };
  const after = withValue(before, ["list", 1, "x"], 3);
  expect(after).toEqual({ a: { b: 1 }, list: [{ x: 1 }, { x: 3 }] });
  expect(valueAt(after, ["a"])).toBe(before.a);
  expect(valueAt(after, ["list", 0])).toBe(before.list[0]);
});

test("objects on the way are made, and undefined takes away", () => {
  expect(withValue({}, ["a", "b"], 1)).toEqual({ a: { b: 1 } });
  expect(withValue({ a: { b: 1 } }, ["a", "b"], undefined)).toEqual({ a: {} });
  expect(withValue({ a: [1, 2] }, ["a", 0], undefined)).toEqual({ a: [2] });
});

test("the order of keys stays", () => {
  expect(Object.keys(withValue({ a: 1, b: 2 }, ["a"], 3) ?? {})).toEqual(["a", "b"]);
});
