import { create } from "@bufbuild/protobuf";
import { applyEvent } from "@gennaker/client";
import { type Execution, ExecutionSchema, StageExecutionSchema } from "@gennaker/client/gen/execution";
import { type ExecutionEvent, ExecutionEventSchema } from "@gennaker/client/gen/execution_event";
import { expect, test } from "vitest";
import { EventLog } from "./event-log.ts";
import { named } from "./fake.ts";

/** Numbers that look random and are the same in each run. */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Events that put stages in, change them and take them out. */
function story(length: number, random: () => number): ExecutionEvent[] {
  return Array.from({ length }, (_, place) => {
    const stages = Array.from({ length: Math.floor(random() * 3) }, () =>
      create(StageExecutionSchema, { id: `s${Math.floor(random() * 40)}`, attempt: place }));
    const removedStages = random() < 0.1 ? [`s${Math.floor(random() * 40)}`] : [];
    const sequence = BigInt(place + 1);
    const changed = { name: named(1), sequence, displayName: `after ${place + 1}`, stages };
    return create(ExecutionEventSchema, { execution: named(1), sequence, changed, removedStages, message: "x".repeat(place % 90) });
  });
}

test("the past is what a direct fold gives, wherever it is looked at", () => {
  for (const seed of [1, 2, 3, 4, 5]) {
    const random = chance(seed);
    const events = story(1200 + Math.floor(random() * 600), random);
    const log = new EventLog(named(1));
    const states: Execution[] = [];
    for (const event of events) {
      expect(log.add(event)).toBe(true);
      states.push(applyEvent(states.at(-1) ?? create(ExecutionSchema, { name: named(1) }), event));
    }
    const places = [1, events.length, 500, 501, 499, ...Array.from({ length: 40 }, () => 1 + Math.floor(random() * events.length))];
    for (const place of places) expect(log.at(place)).toEqual(states[place - 1]);
  }
});

test("only the next event is taken, and what is not there is not told", () => {
  const log = new EventLog(named(1));
  const [first, second, third] = story(3, chance(7));
  if (!first || !second || !third) throw new Error("three events");
  expect([log.add(second), log.add(first), log.add(first), log.add(third), log.add(second)]).toEqual([false, true, false, false, true]);
  expect([log.last, log.at(0), log.at(3)]).toEqual([2, undefined, undefined]);
  expect(log.rowsAfter(1).map(({ sequence }) => sequence)).toEqual([2]);
});

test("an event that is larger than a piece is kept whole", () => {
  const log = new EventLog(named(1));
  const message = "é".repeat(300_000);
  for (const sequence of [1n, 2n, 3n]) {
    const changed = { name: named(1), sequence, displayName: sequence === 2n ? message : "small" };
    log.add(create(ExecutionEventSchema, { execution: named(1), sequence, changed, message: "m" }));
  }
  expect([1, 2, 3].map((place) => log.at(place)?.displayName.length)).toEqual([5, 300_000, 5]);
});
