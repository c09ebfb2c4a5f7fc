import { Code } from "@connectrpc/connect";
import { ExecutionStatus } from "@gennaker/client/gen/status";
import { expect, test } from "vitest";
import { KEPT_ENDED } from "./surplus.ts";
import { beat, event, eventOf, execution, FakeTab, fakeHub, named, refusal, settle, snapshotOf, UNAVAILABLE, X } from "./fake.ts";
import { GRACE_MS, SILENT_TAB_MS } from "./hub.ts";

const LIST = `executions:${X}` as const;
const ENDED = ExecutionStatus.SUCCEEDED;

/** A hub with one tab that follows the application x, in which one execution runs, at event 3. */
async function following() {
  const fake = fakeHub();
  const tab = new FakeTab(fake.hub).want(LIST);
  await fake.clock.pass(10);
  fake.streams.lane.stream.open().send(snapshotOf(execution(named(1), 3)), beat());
  await settle();
  return { ...fake, tab };
}

test("one stream carries what all tabs want, and each is told what it wants", async () => {
  const { hub, streams, clock } = fakeHub();
  const tabs = Array.from({ length: 20 }, (_, n) => new FakeTab(hub).want(n % 2 ? `executions:${X}` : `executions:applications/y`));
  await clock.pass(10);
  expect(streams.lanes).toHaveLength(1);
  expect(streams.asked).toEqual([X, "applications/y"]);
  streams.lane.stream.open().send(snapshotOf(execution(named(1), 3)), beat(), eventOf(event(named(1), 4)));
  await settle();
  expect(tabs.map((tab) => tab.story().join())).toEqual(tabs.map((_, n) => (n % 2 ? "S3,E4" : "")));
  expect(tabs.every((tab) => tab.of("ready").length === 1)).toBe(true);
  expect(tabs[0]?.of("health").at(-1)?.health).toEqual({ state: "live" });
});

test("who comes later is told what is known at once, without another stream", async () => {
  const { hub, streams, clock, tab } = await following();
  const late = new FakeTab(hub).want(`executions:${X}/pipelines/p`, `executions:${named(1)}`);
  await settle();
  expect(late.story()).toEqual(["S3"]);
  await clock.pass(1000);
  expect(streams.lanes).toHaveLength(1);
  expect(late.of("ready")).toHaveLength(2);
  streams.lane.stream.send(eventOf(event(named(1), 4)));
  await settle();
  expect([tab.story(), late.story()]).toEqual([["S3", "E4"], ["S3", "E4"]]);
});

test("other subjects get another stream, which takes over once it has told how everything stands", async () => {
  const { hub, streams, clock, tab } = await following();
  const old = streams.lane.stream;
  const other = "applications/y/executions/9";
  new FakeTab(hub).want(`executions:${other}`);
  await clock.pass(10);
  expect(streams.asked).toEqual([X, other]);
  old.send(eventOf(event(named(1), 4)));
  await settle();
  streams.lane.stream.open().send(snapshotOf(execution(named(1), 3)), snapshotOf(execution(other, 1)), beat("u0"));
  await settle();
  old.send(eventOf(event(named(1), 5)));
  streams.lane.stream.send(eventOf(event(named(1), 5)), eventOf(event(named(1), 6)));
  await settle();
  expect(tab.story()).toEqual(["S3", "E4", "E5", "E6"]);
  expect(tab.of("missed")).toHaveLength(0);
  await clock.pass(1000);
  expect(old.isClosed).toBe(true);
  expect(tab.of("health").every(({ health }) => health.state !== "reconnecting")).toBe(true);
});

test("an execution that is known by name goes on after its last event on another stream", async () => {
  const { hub, streams, clock } = fakeHub();
  const tab = new FakeTab(hub).want(`executions:${named(1)}`);
  await clock.pass(10);
  streams.lane.stream.open().send(snapshotOf(execution(named(1), 3)), beat());
  await settle();
  tab.want(`executions:${named(2)}`);
  await clock.pass(10);
  expect(streams.lane.subjects).toEqual([{ name: named(1), afterSequence: 3n }, { name: named(2) }]);
});

test("after a break it goes on where it stood, and nothing comes twice", async () => {
  const { streams, clock, tab } = await following();
  streams.lane.stream.send(eventOf(event(named(1), 4)));
  await settle();
  streams.lane.stream.end(UNAVAILABLE);
  await settle();
  expect(tab.of("health").at(-1)?.health.state).toBe("reconnecting");
  await clock.pass(250);
  expect(streams.lane.token).toBe("t4");
  streams.lane.stream.open().send(eventOf(event(named(1), 4)), eventOf(event(named(1), 5)));
  await settle();
  expect(tab.story()).toEqual(["S3", "E4", "E5"]);
  expect(tab.of("health").at(-1)?.health).toEqual({ state: "live" });
});

test("what changes during a break waits for the old stream to go on", async () => {
  const { hub, streams, clock } = await following();
  streams.lane.stream.end(UNAVAILABLE);
  await settle();
  new FakeTab(hub).want("executions:applications/y");
  await clock.pass(250);
  expect([streams.asked, streams.lane.token]).toEqual([[X], "t0"]);
  streams.lane.stream.open();
  await settle();
  expect([streams.asked, streams.lane.token]).toEqual([[X, "applications/y"], ""]);
});

test("tries again at once when there may be a connection, and ever more seldom when there is none", async () => {
  const { streams, clock, tab } = await following();
  const tries: number[] = [];
  const from = clock.now();
  for (let at = 0; at < 90_000; at += 50) {
    if (streams.lane.stream.isClosed === false && streams.lanes.length > tries.length) {
      tries.push(clock.now() - from);
      streams.lane.stream.end(UNAVAILABLE);
    }
    await clock.pass(50);
  }
  const waits = tries.map((time, n) => time - (tries[n - 1] ?? 0));
  expect(waits.slice(1, 5)).toEqual([250, 500, 1000, 1500]);
  expect(Math.max(...waits.filter((_, n) => (tries[n] ?? 0) < 30_000))).toBeLessThanOrEqual(1550);
  expect(Math.max(...waits)).toBe(15_000);
  expect(tab.of("health").at(-1)?.health.state).toBe("stale");
  const before = streams.lanes.length;
  tab.say({ kind: "nudge", reason: "visible" });
  expect(streams.lanes).toHaveLength(before + 1);
  streams.lane.stream.open();
  tab.say({ kind: "nudge", reason: "visible" });
  expect(streams.lanes).toHaveLength(before + 1);
});

test("a stream that says nothing for twice the heartbeat is dead", async () => {
  const { streams, clock, tab } = await following();
  await clock.pass(20_000);
  streams.lane.stream.send(beat("t1"));
  await clock.pass(29_000);
  expect(streams.lanes).toHaveLength(1);
  await clock.pass(1_300);
  expect(streams.lanes).toHaveLength(2);
  expect([streams.lane.token, tab.of("health").at(-1)?.health.state]).toEqual(["t1", "reconnecting"]);
});

test("a gap is filled by reading the execution, and what came in the meantime follows", async () => {
  const { streams, tab } = await following();
  streams.stored.set(named(1), execution(named(1), 6));
  streams.lane.stream.send(eventOf(event(named(1), 6)), eventOf(event(named(1), 7)));
  await settle();
  expect(tab.story()).toEqual(["S3", "S6", "E7"]);
});

test("a place that is gone begins anew, and says that something may have been missed", async () => {
  const { streams, clock, tab } = await following();
  streams.stored.set(named(1), execution(named(1), 9, ENDED));
  streams.lane.stream.end(UNAVAILABLE);
  await clock.pass(300);
  streams.lane.stream.end(refusal(Code.OutOfRange, "SEQUENCE_OUT_OF_RANGE"));
  await settle();
  expect([streams.lanes.length, streams.lane.token]).toEqual([3, ""]);
  streams.lane.stream.open().send(beat("u0"));
  await settle();
  expect([tab.story(), tab.of("missed").length]).toEqual([["S3", "S9"], 1]);
});

test("what does not exist is said, and the rest goes on", async () => {
  const { hub, streams, clock, tab } = await following();
  const other = new FakeTab(hub).want("executions:applications/none", `executions:applications/y/executions/1`);
  await clock.pass(10);
  streams.lane.stream.end(refusal(Code.NotFound, "NOT_FOUND", "applications/none"));
  await settle();
  expect(other.of("refused").map(({ want, refusal: { code } }) => [want, code])).toEqual([["executions:applications/none", Code.NotFound]]);
  streams.lane.stream.end(refusal(Code.NotFound, "NOT_FOUND", "applications/y/executions/1"));
  await settle();
  expect(other.of("removed").map(({ name }) => name)).toEqual(["applications/y/executions/1"]);
  expect(streams.lanes.filter(({ stream }) => !stream.isClosed).map(({ subjects }) => subjects[0]?.name)).toContain(X);
  expect(tab.of("health").at(-1)?.health).toEqual({ state: "live" });
});

test("an error of what stands before the server is no refusal", async () => {
  const { streams, clock, tab } = await following();
  streams.lane.stream.end(Object.assign(refusal(Code.NotFound, ""), { details: [] }));
  await clock.pass(300);
  expect(streams.lanes).toHaveLength(2);
  expect(tab.of("refused")).toHaveLength(0);
});

test("an execution that had ended before its application was followed is read once", async () => {
  const { streams, clock, tab } = await following();
  streams.stored.set(named(7), execution(named(7), 40, ENDED));
  tab.want(`executions:${named(7)}`);
  await clock.pass(10);
  expect([streams.lanes.length, streams.reads, tab.story()]).toEqual([1, [named(7)], ["S3", "S40"]]);
  expect(tab.of("ready").map(({ want }) => want)).toContain(`executions:${named(7)}`);
});

test("what no tab wants is followed for a while, and then no more", async () => {
  const { hub, streams, clock, tab } = await following();
  tab.say({ kind: "drop", want: LIST });
  await clock.pass(GRACE_MS - 1000);
  const back = new FakeTab(hub).want(LIST);
  await settle();
  expect(back.story()).toEqual(["S3"]);
  back.say({ kind: "bye" });
  await clock.pass(GRACE_MS + 100);
  expect([hub.followed, streams.lane.stream.isClosed]).toEqual([[], true]);
});

test("a tab that is gone is noticed: by its lock, or by its silence", async () => {
  const { hub, clock, locks } = await following();
  const locked = new FakeTab(hub, "lock-1").want("executions:applications/y");
  expect(hub.tabs).toBe(2);
  locks.get("lock-1")?.();
  expect(hub.tabs).toBe(1);
  locked.say({ kind: "ping" });
  await settle();
  expect(locked.of("again")).toHaveLength(1);
  await clock.pass(SILENT_TAB_MS + GRACE_MS + 100);
  expect([hub.tabs, hub.followed]).toEqual([0, []]);
});

test("of the executions that have ended only the newest are kept", async () => {
  const { streams, tab } = await following();
  const count = KEPT_ENDED + 50;
  for (let n = 0; n < count; n += 1) {
    streams.lane.stream.send(snapshotOf({ ...execution(named(100 + n), 5, ENDED), endTime: { $typeName: "google.protobuf.Timestamp", seconds: BigInt(n), nanos: 0 } }, "t"));
  }
  await settle();
  for (let turn = 0; turn < 100; turn += 1) await settle();
  expect(tab.of("forget").flatMap(({ names }) => names)).toEqual(Array.from({ length: 50 }, (_, n) => named(100 + n)));
});

test("a tab that nobody sees is told less often, and everything once it is seen", async () => {
  const { streams, clock, tab } = await following();
  tab.say({ kind: "seen", seen: false });
  streams.lane.stream.send(eventOf(event(named(1), 4)));
  await settle();
  expect(tab.story()).toEqual(["S3"]);
  await clock.pass(300);
  streams.lane.stream.send(eventOf(event(named(1), 5)));
  await settle();
  expect(tab.story()).toEqual(["S3", "E4"]);
  tab.say({ kind: "seen", seen: true });
  expect(tab.story()).toEqual(["S3", "E4", "E5"]);
});

test("pauses while nobody looks, and goes on where it stood", async () => {
  const { hub, streams, tab } = await following();
  hub.pause();
  await settle();
  expect([streams.lane.stream.isClosed, tab.of("health").at(-1)?.health.state]).toEqual([true, "connecting"]);
  hub.nudge("network");
  expect(streams.lanes).toHaveLength(1);
  hub.resume();
  await settle();
  expect([streams.lanes.length, streams.lane.token]).toEqual([2, "t0"]);
});
