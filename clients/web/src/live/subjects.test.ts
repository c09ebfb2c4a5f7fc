import { expect, test } from "vitest";
import { covers, MAX_SUBJECTS, unionOf } from "./subjects.ts";

test("the union asks for nothing twice", () => {
  const wanted = ["applications/x/executions/1", "applications/x/pipelines/p", "applications/y/executions/2", "applications/x"];
  expect(unionOf(wanted)).toEqual(["applications/x", "applications/y/executions/2"]);
  expect(unionOf([...wanted, "applications/-"])).toEqual(["applications/-"]);
  expect(unionOf(["applications/x.y/executions/1", "applications/x"])).toEqual(["applications/x", "applications/x.y/executions/1"]);
  expect(unionOf([])).toEqual([]);
});

test("what is too much for one stream is asked for by application, and then as everything", () => {
  const many = (application: (n: number) => string) => Array.from({ length: MAX_SUBJECTS + 1 }, (_, n) => `${application(n)}/executions/${n}`);
  expect(unionOf(many(() => "applications/x"))).toEqual(["applications/x"]);
  expect(unionOf(many((n) => `applications/x${n}`))).toEqual(["applications/-"]);
});

test("a pipeline does not cover an execution by name", () => {
  expect(covers(["applications/x/pipelines/p"], "applications/x/executions/1")).toBe(false);
  expect(covers(["applications/x"], "applications/x/executions/1")).toBe(true);
  expect(covers(["applications/-"], "applications/x/pipelines/p")).toBe(true);
});
