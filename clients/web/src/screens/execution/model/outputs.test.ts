import { expect, test } from "vitest";
import { sortOutputs } from "./outputs.ts";

test("logs, links and the rest are told apart", () => {
  const sorted = sortOutputs({ log: "one", body: "1\n2\n3\n4", report: "https://x.test/1", again: { report: "https://x.test/1" }, evil: "javascript:alert(1)", code: 0 });
  expect(sorted.logs).toEqual([{ name: "log", text: "one" }, { name: "body", text: "1\n2\n3\n4" }]);
  expect(sorted.links).toEqual([{ name: "report", address: "https://x.test/1" }]);
  expect(sorted.rest).toEqual({ report: "https://x.test/1", again: { report: "https://x.test/1" }, evil: "javascript:alert(1)", code: 0 });
  expect(sortOutputs(undefined)).toEqual({ logs: [], links: [], rest: {} });
});
