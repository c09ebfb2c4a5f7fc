import { expect, test } from "vitest";
import { destination } from "./keys.ts";

test("g and a letter goes where the letter says", () => {
  expect(destination("e", "shop")).toBe("/apps/shop/executions");
  expect(destination("e", undefined)).toBeUndefined();
  expect(destination("a", "shop")).toBe("/apps");
  expect(destination("x", "shop")).toBeUndefined();
});
