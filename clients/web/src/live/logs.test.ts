import { Code } from "@connectrpc/connect";
import { ExecutionStatus } from "@gennaker/client/gen/status";
import { expect, test } from "vitest";
import { beat, event, eventOf, execution, FakeTab, fakeHub, logged, named, refusal, settle, snapshotOf, UNAVAILABLE } from "./fake.ts";

const NAME = named(1);

/** A hub with a tab that wants the log of an execution at event 3. */
async function reading() {
  const fake = fakeHub();
  const tab = new FakeTab(fake.hub).want(`executions:${NAME}`, `events:${NAME}`);
  await fake.clock.pass(10);
  fake.streams.lane.stream.open().send(snapshotOf(execution(NAME, 3)), beat());
  await settle();
  const rows = () => tab.of("rows").flatMap((message) => message.rows.map(({ sequence }) => sequence));
  return { ...fake, tab, rows };
}

/** Sends events of the log, from one to another. */
function tell(stream: { send(message: ReturnType<typeof logged>): unknown }, first: number, last: number) {
  for (let sequence = first; sequence <= last; sequence += 1) stream.send(logged(event(NAME, sequence)));
}

test("a log is read once, and goes on with the main stream", async () => {
  const { streams, clock, tab, rows } = await reading();
  expect(streams.logs.map(({ name, after }) => [name, after])).toEqual([[NAME, 0n]]);
  const log = streams.logs[0]?.stream.open();
  if (!log) throw new Error("no log is read");
  tell(log, 1, 3);
  await settle();
  expect(log.isClosed).toBe(true);
  streams.lane.stream.send(eventOf(event(NAME, 4)), eventOf(event(NAME, 5)));
  await clock.pass(50);
  expect([rows(), tab.of("rows").at(-1)?.complete, streams.logs.length]).toEqual([[1, 2, 3, 4, 5], true, 1]);
});

test("a log that breaks off is read on from its last event, and a jump of the main stream is filled", async () => {
  const { streams, clock, rows } = await reading();
  const first = streams.logs[0]?.stream.open();
  if (!first) throw new Error("no log is read");
  tell(first, 1, 2);
  await settle();
  first.end(UNAVAILABLE);
  await clock.pass(300);
  expect(streams.logs.map(({ after }) => after)).toEqual([0n, 2n]);
  const second = streams.logs[1]?.stream.open();
  if (second) tell(second, 3, 3);
  await settle();
  streams.lane.stream.send(snapshotOf(execution(NAME, 6), "t6"));
  await settle();
  expect(streams.logs.map(({ after }) => after)).toEqual([0n, 2n, 3n]);
  const third = streams.logs[2]?.stream.open();
  if (third) tell(third, 4, 6);
  await clock.pass(50);
  expect(rows()).toEqual([1, 2, 3, 4, 5, 6]);
});

test("the past is told once the log reaches it; of what is not read, nothing is told", async () => {
  const { streams, tab } = await reading();
  tab.say({ kind: "at", id: 1, execution: NAME, sequence: 2 });
  tab.say({ kind: "at", id: 2, execution: named(2), sequence: 2 });
  await settle();
  expect(tab.of("at")).toEqual([{ kind: "at", id: 2, execution: undefined }]);
  const log = streams.logs[0]?.stream.open();
  if (log) tell(log, 1, 3);
  await settle();
  expect(tab.of("at")[1]).toMatchObject({ id: 1, execution: { sequence: 2n } });
});

test("logs are read one after the other, and an error of one does not stop the next", async () => {
  const { streams, clock, tab } = await reading();
  const other = named(2);
  tab.want(`events:${other}`);
  await clock.pass(10);
  streams.lane.stream.open().send(snapshotOf(execution(other, 2, ExecutionStatus.SUCCEEDED)), beat());
  await settle();
  expect(streams.logs).toHaveLength(1);
  streams.logs[0]?.stream.end(refusal(Code.NotFound, "NOT_FOUND", NAME));
  await settle();
  expect(tab.of("refused").map(({ want }) => want)).toEqual([`events:${NAME}`]);
  expect(streams.logs.map(({ name }) => name)).toEqual([NAME, other]);
});

test("ten thousand events reach a tab as light rows in few messages, and the state of any of them in one", async () => {
  const { streams, clock, tab, rows } = await reading();
  const count = 10_000;
  streams.lane.stream.send(snapshotOf(execution(NAME, count), "t"));
  await settle();
  const log = streams.logs[0]?.stream.open();
  if (log) tell(log, 1, count);
  while (log && !log.isClosed) await settle();
  await clock.pass(100);
  expect(rows()).toHaveLength(count);
  expect(tab.of("rows").length).toBeLessThanOrEqual(count / 500 + 5);
  expect(Object.keys(tab.of("rows")[0]?.rows[0] ?? {})).toEqual(["sequence", "time", "type", "stage", "task", "actor", "message"]);
  tab.say({ kind: "at", id: 1, execution: NAME, sequence: 7_777 });
  await settle();
  expect(tab.of("at")[0]?.execution).toMatchObject({ sequence: 7_777n });
});
