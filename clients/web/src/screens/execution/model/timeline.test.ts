import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { StageExecutionSchema } from "@gennaker/client/gen/execution";
import { ExecutionEventType as Type } from "@gennaker/client/gen/execution_event";
import { StageStatus } from "@gennaker/client/gen/status";
import { expect, test } from "vitest";
import type { EventRow } from "~/live/index.ts";
import { earlierPhases, positionOf, RowMaker, sequenceAt } from "./timeline.ts";

const row = (sequence: number, type: Type, stage: string, time: number): EventRow => ({ sequence, time, type, stage, task: "", actor: "", message: "" });
const rows = [row(3, Type.STAGE_STARTED, "a", 10), row(4, Type.STAGE_COMPLETED, "a", 20), row(6, Type.EXECUTION_RETRIED, "", 30), row(7, Type.STAGE_STARTED, "a", 40)];

test("what a stage did before a retry comes from the log", () => {
  expect(earlierPhases(rows)).toEqual(new Map([["a", [{ doing: "run", start: 10, end: 20, attempt: 1 }]]]));
  expect(earlierPhases(rows.slice(0, 2))).toEqual(new Map());
});

test("positions and numbers of events agree, though old ones may be gone", () => {
  expect([2, 3, 5, 99].map((sequence) => positionOf(rows, sequence))).toEqual([0, 1, 2, 4]);
  expect([0, 1, 4, 9].map((position) => sequenceAt(rows, position))).toEqual([3, 3, 7, 7]);
  expect(sequenceAt([], 1)).toBeUndefined();
});

test("rows stay the same until their stage changes, and stand still in the past", () => {
  const maker = new RowMaker((kind) => `<${kind}>`);
  const stage = create(StageExecutionSchema, { id: "a", name: "A", kind: "wait", status: StageStatus.RUNNING, startTime: timestampFromMs(40), attempt: 2 });
  const earlier = earlierPhases(rows);
  const [first] = maker.rows([stage], earlier, undefined);
  expect(first).toMatchObject({ id: "a", title: "A", subtitle: "<wait>", parent: undefined });
  expect(first?.phases.map(({ start, end }) => [start, end])).toEqual([[10, 20], [40, undefined]]);
  expect(maker.rows([stage], earlier, undefined)[0]).toBe(first);
  expect(maker.rows([stage], earlier, 55)[0]?.phases.at(-1)?.end).toBe(55);
});
