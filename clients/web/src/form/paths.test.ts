import { expect, test } from "vitest";
import { isWithin, jsonName, moveExpressions, pathAfter, withoutExpressions } from "./paths.ts";

test("names in JSON are those that protobuf makes", () => {
  expect(jsonName("delay_before_scale_down")).toBe("delayBeforeScaleDown");
  expect(jsonName("wait")).toBe("wait");
  expect(jsonName("field_2")).toBe("field2");
});

test("paths within paths", () => {
  expect(isWithin("clusters[0].image", "clusters")).toBe(true);
  expect(isWithin("clustersize", "clusters")).toBe(false);
  expect(isWithin("a.b", "")).toBe(true);
  expect(pathAfter("pipeline.stages[2].wait.duration", "pipeline.stages[2]")).toBe("wait.duration");
  expect(pathAfter("clusters[1]", "clusters")).toBe("[1]");
});

test("expressions go with the elements of a list", () => {
  const expressions = { "clusters[0].a": "zero", "clusters[1].a": "one", "clusters[2].a": "two", other: "x" };
  const order = [2, 0];
  const moved = moveExpressions(expressions, "clusters", (index) => (order.includes(index) ? order.indexOf(index) : undefined));
  expect(moved).toEqual({ "clusters[1].a": "zero", "clusters[0].a": "two", other: "x" });
  expect(withoutExpressions(expressions, "clusters[0]")).not.toHaveProperty(["clusters[0].a"]);
});
