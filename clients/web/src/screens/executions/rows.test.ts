import { create } from "@bufbuild/protobuf";
import { ExecutionSchema } from "@gennaker/client/gen/execution";
import { expect, test } from "vitest";
import { flat, grouped, groupsOf } from "./rows.ts";

const made = (id: string, pipeline: string) => create(ExecutionSchema, { name: `applications/a/executions/${id}`, pipeline, displayName: pipeline.toUpperCase() });
const row = (id: string, pipeline: string) => ({ name: `applications/a/executions/${id}`, execution: made(id, pipeline) });
const ended = [row("9", "x"), row("8", "y"), ...["7", "6", "5", "4", "3", "2"].map((id) => row(id, "x")), row("1", "")];

test("what runs is on top", () => {
  expect(flat([], [])).toEqual([]);
  expect(flat([made("10", "x")], ended.slice(0, 2)).map((item) => item.kind)).toEqual(["heading", "execution", "heading", "execution", "execution"]);
});

test("groups with something that runs come first, and show a few", () => {
  const groups = groupsOf([made("10", "y")], ended);
  expect(groups.map(({ pipeline, title, active, ended: others }) => [pipeline, title, active.length, others.length])).toEqual([
    ["y", "Y", 1, 1], ["x", "X", 0, 7], ["", "", 0, 1],
  ]);
  const lines = (closed: string[], whole: string[]) => grouped(groups, new Set(closed), new Set(whole)).map((item) => item.kind);
  expect(lines([], [])).toHaveLength(3 + 2 + 5 + 1 + 1);
  expect(lines([], ["x"])).toHaveLength(3 + 2 + 7 + 1);
  expect(lines(["x", "y"], [])).toEqual(["group", "group", "group", "execution"]);
});
