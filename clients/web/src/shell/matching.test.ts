import { expect, test } from "vitest";
import { match } from "./matching.ts";

const found = (query: string, items: string[]) => match(query, items, (item) => item);

test("nearer matches come first", () => {
  expect(found("dep", ["redeploy", "shop deploy", "deploy", "d-e-p"])).toEqual(["deploy", "shop deploy", "redeploy", "d-e-p"]);
});

test("every word must match, in any order", () => {
  expect(found("deploy shop", ["shop / deploy", "shop / build"])).toEqual(["shop / deploy"]);
  expect(found("", ["a", "b"])).toEqual(["a", "b"]);
});
