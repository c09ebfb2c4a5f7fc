import { expect, test } from "vitest";
import { readView, writeView } from "./view.ts";

test("a view is read from an address, and nonsense is left out", () => {
  expect(readView(new URLSearchParams("?stage=a%20b&tab=events&at=12"))).toEqual({ tab: "events", stage: "a b", at: 12 });
  expect(readView(new URLSearchParams("?tab=nothing&at=-1"))).toEqual({ tab: "graph", stage: undefined, at: undefined });
  expect(readView(new URLSearchParams("?at=1.5")).at).toBeUndefined();
});

test("what is as usual is not written, and the rest stays", () => {
  const search = new URLSearchParams("?stage=a&line=log:3&text=x");
  expect(writeView(search, { stage: "b" }).toString()).toBe("stage=b&text=x");
  expect(writeView(search, { tab: "graph", stage: undefined }).toString()).toBe("text=x");
  expect(writeView(search, { tab: "json", at: 3 }).toString()).toBe("stage=a&line=log%3A3&text=x&tab=json&at=3");
});
