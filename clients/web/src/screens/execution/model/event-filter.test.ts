import { ExecutionEventType as Type } from "@gennaker/client/gen/execution_event";
import { expect, test } from "vitest";
import type { EventRow } from "~/live/index.ts";
import { type EventFilter, eventGroup, matching } from "./event-filter.ts";

const row = (sequence: number, type: Type, rest: Partial<EventRow> = {}): EventRow => ({ sequence, time: 0, type, stage: "", task: "", actor: "", message: "", ...rest });
const rows = [
  row(1, Type.EXECUTION_CREATED, { actor: "dana", message: "made" }),
  row(2, Type.STAGE_STARTED, { stage: "look", message: "started" }),
  row(3, Type.TASK_PROGRESS, { stage: "build", task: "run_job" }),
  row(4, Type.JUDGMENT_SUBMITTED, { stage: "look", actor: "eve" }),
  row(5, Type.ERRAND_ADDED),
];
const all: EventFilter = { text: "", group: "", people: false };
const found = (filter: Partial<EventFilter>) => matching(rows, { ...all, ...filter }, (stage) => `${stage} stage`).map(({ sequence }) => sequence);

test("each event belongs to a group", () => {
  expect(rows.map(({ type }) => eventGroup(type))).toEqual(["execution", "stages", "tasks", "judgments", "errands"]);
  expect(eventGroup(Type.CHILD_COMPLETED)).toBe("stages");
});

test("events are found by text, group, stage, and by who did them", () => {
  expect(found({})).toEqual([1, 2, 3, 4, 5]);
  expect(found({ text: " LOOK st" })).toEqual([2, 4]);
  expect(found({ text: "run_job" })).toEqual([3]);
  expect(found({ group: "stages" })).toEqual([2]);
  expect(found({ stages: new Set(["look"]) })).toEqual([2, 4]);
  expect(found({ people: true })).toEqual([1, 4]);
});
