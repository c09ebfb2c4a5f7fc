import { expect, test } from "vitest";
import { fill } from "./text.ts";

test("values take their places", () => {
  expect(fill("{a} of {b}", { a: 1, b: "two" }, "en")).toBe("1 of two");
  expect(fill("{missing}", { a: 1 }, "en")).toBe("{missing}");
});

test("plural forms follow the locale", () => {
  const text = "{count|# stage|# stages}";
  expect(fill(text, { count: 1 }, "en")).toBe("1 stage");
  expect(fill(text, { count: 1200 }, "en")).toBe("1,200 stages");
  expect(fill("스테이지 {count|#개}", { count: 3 }, "ko")).toBe("스테이지 3개");
});
