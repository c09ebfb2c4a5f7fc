import { expect, test } from "vitest";
import { countWithin, problemsAt, together, within } from "./problems.ts";

test("the server's violations are cut to what a form shows", () => {
  const violations = [
    { field: "stages[2].wait.duration", description: "must be set" },
    { field: "stages[20].wait.duration", description: "another stage" },
    { field: "stages[2].id", description: "must be set" },
  ];
  const stage = problemsAt(violations, "stages[2]");
  expect([...stage]).toEqual([["wait.duration", ["must be set"]], ["id", ["must be set"]]]);
  expect([...within(stage, "wait")]).toEqual([["duration", ["must be set"]]]);
  expect(countWithin(stage, "wait")).toBe(1);
});

test("what is said twice is there once", () => {
  const one = new Map([["a", ["x"]]]);
  expect([...together(one, new Map([["a", ["x", "y"]]]))]).toEqual([["a", ["x", "y"]]]);
});
