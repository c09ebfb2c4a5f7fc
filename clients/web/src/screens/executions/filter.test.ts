import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { Cause_Kind, ExecutionSchema } from "@gennaker/client/gen/execution";
import { ExecutionStatus } from "@gennaker/client/gen/status";
import { expect, test } from "vitest";
import { endedTerms, type ExecutionFilter, isFiltered, matches, readStatuses, timeRange, writeStatuses } from "./filter.ts";

const ALL: ExecutionFilter = { statuses: [], pipeline: "", cause: "", trigger: "", actor: "", text: "" };
const execution = create(ExecutionSchema, {
  name: "applications/shop/executions/01J", pipeline: "applications/shop/pipelines/deploy", displayName: "Deploy", status: ExecutionStatus.RUNNING,
  parameters: { version: "Red Black" }, createTime: timestampFromMs(5000),
  cause: { kind: Cause_Kind.TRIGGER, actor: "ann", trigger: "applications/shop/triggers/push" },
});

test("the server is asked for what has ended", () => {
  expect(endedTerms(ALL)).toBe("active=false");
  expect(endedTerms({ ...ALL, statuses: [ExecutionStatus.RUNNING] })).toBeUndefined();
  expect(endedTerms({ ...ALL, statuses: [ExecutionStatus.RUNNING, ExecutionStatus.TERMINAL], text: 'red "black"', pipeline: "deploy", from: 0, before: 1000 }))
    .toBe('active=false status=TERMINAL pipeline=deploy text="red black" created<1970-01-01T00:00:01.000Z');
});

test("what is live is sorted out as the server would", () => {
  const filters: [Partial<ExecutionFilter>, boolean][] = [
    [{}, true], [{ statuses: [ExecutionStatus.PAUSED] }, false], [{ pipeline: "deploy" }, true], [{ pipeline: "applications/shop/pipelines/deploy" }, true],
    [{ pipeline: "dep" }, false], [{ cause: "TRIGGER" }, true], [{ cause: "MANUAL" }, false], [{ trigger: "push" }, true], [{ actor: "bob" }, false],
    [{ text: "red b" }, true], [{ text: "01j" }, true], [{ text: "blue" }, false], [{ from: 5000 }, true], [{ before: 5000 }, false],
  ];
  for (const [filter, holds] of filters) expect(matches({ ...ALL, ...filter }, execution), JSON.stringify(filter)).toBe(holds);
});

test("statuses and times are read from addresses", () => {
  expect(writeStatuses(readStatuses("terminal,running,odd"))).toBe("running,terminal");
  expect(timeRange("hour", 7_230_000)).toEqual({ from: 3_600_000 });
  expect(timeRange("1970-01-01T00:01:00Z..", 0)).toEqual({ from: 60_000, before: undefined });
  expect(timeRange("", 0)).toEqual({ from: undefined, before: undefined });
  expect(isFiltered(ALL)).toBe(false);
  expect(isFiltered({ ...ALL, before: 1 })).toBe(true);
});
