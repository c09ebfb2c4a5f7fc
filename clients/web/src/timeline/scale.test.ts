import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { ExecutionSchema, StageExecutionSchema, Waiting_Kind, WaitingSchema } from "@gennaker/client/gen/execution";
import { ExecutionEventSchema } from "@gennaker/client/gen/execution_event";
import { StageStatus } from "@gennaker/client/gen/status";
import { describe, expect, it } from "vitest";
import { STAGE_LOOKS } from "~/ui/index.ts";
import { phasesFrom, phasesOf, spent } from "./phases.ts";
import { ancestorsOf, rowsOf, type TimelineStage } from "./rows.ts";
import { barOf, extentOf, panned, stepOf, ticksOf, zoomed } from "./scale.ts";

const MINUTE = 60_000;
const at = (text: string) => Date.parse(`2026-11-24T${text}Z`);
const utc = () => 0;

describe("the axis", () => {
  const clock = (ticks: { time: number }[]) => ticks.map(({ time }) => new Date(time).toISOString().slice(11, 19));

  it("has marks at round times", () => {
    expect(clock(ticksOf({ start: at("08:00:07"), end: at("08:00:58") }, 6, utc))).toEqual(["08:00:10", "08:00:20", "08:00:30", "08:00:40", "08:00:50"]);
    expect(clock(ticksOf({ start: at("08:07:00"), end: at("09:10:00") }, 5, utc))).toEqual(["08:15:00", "08:30:00", "08:45:00", "09:00:00"]);
  });

  it("never has more marks than fit", () => {
    for (let length = 150; length < 1e11; length *= 1.7) {
      for (const most of [2, 5, 12]) {
        const range = { start: at("08:00:07"), end: at("08:00:07") + length };
        expect(ticksOf(range, most, utc).length).toBeLessThanOrEqual(most + 1);
        expect(stepOf(range, most)).toBeGreaterThanOrEqual(length / most);
      }
    }
  });

  it("is round where the user is, and says where a day begins", () => {
    const seoul = () => -540;
    const ticks = ticksOf({ start: at("12:10:00"), end: at("18:10:00") }, 6, seoul);
    expect(clock(ticks)).toEqual(["13:00:00", "14:00:00", "15:00:00", "16:00:00", "17:00:00", "18:00:00"]);
    expect(ticks.map(({ day }) => day)).toEqual([false, false, true, false, false, false]);
    const kathmandu = () => -345;
    expect(clock(ticksOf({ start: at("12:00:00"), end: at("14:00:00") }, 3, kathmandu))).toEqual(["12:15:00", "13:15:00"]);
  });
});

describe("stretches of time", () => {
  it("spans everything, and what goes on until now", () => {
    expect(extentOf([{ start: 1000, end: 2000 }, { start: 1500 }], 11_000)).toEqual({ start: 1000, end: 11_300 });
    expect(extentOf([], 100_000)).toEqual({ start: 40_000, end: 100_000 });
  });

  it("places bars, cut at both ends", () => {
    const range = { start: 0, end: 1000 };
    expect(barOf({ start: 250, end: 500 }, range, 900)).toEqual({ left: 0.25, width: 0.25 });
    expect(barOf({ start: -500, end: 500 }, range, 900)).toEqual({ left: 0, width: 0.5 });
    expect(barOf({ start: 500 }, range, 750)).toEqual({ left: 0.5, width: 0.25 });
    expect(barOf({ start: 2000, end: 3000 }, range, 900)).toBeUndefined();
    expect(barOf({ start: -9, end: -1 }, range, 900)).toBeUndefined();
    expect(barOf({ start: 800, end: 700 }, range, 900)).toEqual({ left: 0.8, width: 0 });
  });

  it("zooms around a point and never leaves the whole", () => {
    const whole = { start: 0, end: 10_000 };
    expect(zoomed(whole, whole, 0.5, 0.5)).toEqual({ start: 2500, end: 7500 });
    expect(zoomed({ start: 0, end: 5000 }, whole, 4, 0.2)).toEqual(whole);
    expect(zoomed({ start: 0, end: 300 }, whole, 0.001, 0)).toEqual({ start: 0, end: 200 });
    expect(panned({ start: 2000, end: 4000 }, whole, 0.5)).toEqual({ start: 3000, end: 5000 });
    expect(panned({ start: 2000, end: 4000 }, whole, -5)).toEqual({ start: 0, end: 2000 });
    expect(panned({ start: 2000, end: 4000 }, whole, 50)).toEqual({ start: 8000, end: 10_000 });
  });
});

describe("rows", () => {
  const stage = (id: string, parent?: string): TimelineStage => ({ id, title: id, subtitle: "", parent, look: STAGE_LOOKS[StageStatus.RUNNING], phases: [] });
  const stages = [stage("a"), stage("b"), stage("a1", "a"), stage("a2", "a"), stage("a1x", "a1"), stage("lost", "gone")];

  it("follow their parents, unless these are closed", () => {
    const rows = rowsOf(stages, new Set());
    expect(rows.map(({ stage: { id }, level }) => `${level}${id}`)).toEqual(["1a", "2a1", "3a1x", "2a2", "1b", "1lost"]);
    expect(rows.map(({ place, siblings }) => `${place}/${siblings}`)).toEqual(["1/3", "1/2", "1/1", "2/2", "2/3", "3/3"]);
    expect(rowsOf(stages, new Set(["a"])).map((row) => [row.stage.id, row.open])).toEqual([["a", false], ["b", undefined], ["lost", undefined]]);
  });

  it("are found inside all that is around them", () => {
    expect(ancestorsOf(stages, "a1x")).toEqual(["a1", "a"]);
    expect(ancestorsOf(stages, "b")).toEqual([]);
  });
});

describe("phases", () => {
  const time = (minutes: number) => timestampFromMs(minutes * MINUTE);
  const stage = (status: StageStatus, attempt = 1, waiting?: Waiting_Kind) =>
    create(StageExecutionSchema, { id: "s", status, attempt, ...(waiting ? { waiting: create(WaitingSchema, { kind: waiting, reason: "the night" }) } : {}) });
  const events = (...steps: [number, ReturnType<typeof stage>][]) =>
    steps.map(([minutes, changed]) => create(ExecutionEventSchema, { time: time(minutes), changed: create(ExecutionSchema, { stages: [changed] }) }));

  it("come from the events: waits, pauses, and earlier attempts with how they ended", () => {
    const phases = phasesFrom(events(
      [0, stage(StageStatus.NOT_STARTED)],
      [1, stage(StageStatus.WAITING, 1, Waiting_Kind.WINDOW)],
      [3, stage(StageStatus.RUNNING)],
      [4, stage(StageStatus.RUNNING, 1, Waiting_Kind.TASK)],
      [5, stage(StageStatus.PAUSED)],
      [6, stage(StageStatus.RUNNING)],
      [7, stage(StageStatus.TERMINAL)],
      [8, stage(StageStatus.NOT_STARTED, 1)],
      [9, stage(StageStatus.RUNNING, 2)],
    )).get("s");
    expect(phases?.map(({ doing, start, end, attempt, tone }) => [doing, start / MINUTE, end === undefined ? undefined : end / MINUTE, attempt, tone])).toEqual([
      ["wait", 1, 3, 1, undefined],
      ["run", 3, 5, 1, undefined],
      ["pause", 5, 6, 1, undefined],
      ["run", 6, 7, 1, "failed"],
      ["run", 9, undefined, 2, undefined],
    ]);
    expect(phases?.[0]?.reason).toBe("the night");
    expect(spent(phases ?? [], 10 * MINUTE)).toEqual({ wait: 2 * MINUTE, run: 4 * MINUTE, pause: MINUTE });
  });

  it("come from the stage alone where there are no events", () => {
    const whole = create(StageExecutionSchema, { id: "s", status: StageStatus.SUCCEEDED, attempt: 1, startTime: time(1), endTime: time(3) });
    expect(phasesOf(whole)).toEqual([{ doing: "run", start: MINUTE, end: 3 * MINUTE, attempt: 1, tone: "ok" }]);
    const judged = create(StageExecutionSchema, { ...stage(StageStatus.RUNNING, 1, Waiting_Kind.JUDGMENT), startTime: time(1) });
    expect(phasesOf(judged)).toEqual([{ doing: "wait", start: MINUTE, end: undefined, attempt: 1, reason: "the night" }]);
    expect(phasesOf(stage(StageStatus.NOT_STARTED))).toEqual([]);
  });
});
