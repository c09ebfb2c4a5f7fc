import { expect, test } from "vitest";
import { typedIn } from "./typing.ts";

test("only a change of one plain value is typing", () => {
  expect(typedIn({ a: "x" }, { a: "xy" })).toBe("a");
  expect(typedIn({ stages: [{ id: "s", wait: {} }] }, { stages: [{ id: "s", wait: { duration: "1s" } }] })).toBe("stages[s].wait.duration");
  expect(typedIn({ a: "x" }, { a: "y", b: "z" })).toBeUndefined();
  expect(typedIn({}, { disabled: true })).toBeUndefined();
  expect(typedIn({}, {})).toBeUndefined();
});
