import { act, cleanup, render } from "@testing-library/preact";
import type { Execution } from "@gennaker/client/gen/execution";
import { ExecutionStatus } from "@gennaker/client/gen/status";
import { afterEach, expect, test } from "vitest";
import { beat, event, eventOf, execution, fakeHub, logged, named, settle, snapshotOf, X } from "./fake.ts";
import { type Changes, useEvents, useExecution, useExecutionAt, useExecutions, useHealth, useLiveEffect, useReady, useStage } from "./hooks.ts";
import { replaceLive } from "./page.ts";
import type { HubMessages, PageMessage } from "./protocol.ts";
import { LiveStore } from "./store.ts";

afterEach(() => {
  cleanup();
  replaceLive(undefined);
});

/** A page with a hub in it. Frames are drawn by `frame`. */
function page() {
  const fake = fakeHub();
  const frames: (() => void)[] = [];
  let send: (message: PageMessage) => void = () => {};
  let receive: (messages: HubMessages) => void = () => {};
  fake.hub.connect({ post: (messages) => receive(messages), listen: (listener) => (send = listener) });
  send({ kind: "hello", base: "http://server/" });
  const store = new LiveStore({ post: (message) => send(message), listen: (listener) => (receive = listener) }, (run) => frames.push(run));
  replaceLive(store);
  const frame = () => act(async () => {
    await fake.clock.pass(20);
    frames.splice(0).forEach((run) => run());
  });
  return { ...fake, frame, frames, store };
}

test("lists, executions and stages render when they change, and only then", async () => {
  const { streams, frame } = page();
  const renders = { list: 0, stage: 0 };
  function Stage() {
    renders.stage += 1;
    return <i>{useStage(named(1), "a")?.id}</i>;
  }
  function Screen() {
    const list = useExecutions(X);
    const { execution: one } = useExecution(named(1));
    const isReady = useReady(`executions:${X}`);
    renders.list += 1;
    return <p>{`${useHealth().state} ${isReady} ${list.map(({ sequence }) => sequence).join()} ${one?.sequence}`}<Stage /></p>;
  }
  const { container } = render(<Screen />);
  await frame();
  streams.lane.stream.open().send(snapshotOf(execution(named(1), 3)), snapshotOf(execution(named(2), 8)), beat());
  await frame();
  expect(container.textContent).toBe("live true 8,3 3a");
  const before = { ...renders };
  for (let sequence = 4; sequence <= 6; sequence += 1) streams.lane.stream.send(eventOf(event(named(1), sequence)));
  await frame();
  expect(container.textContent).toBe("live true 8,6 6a");
  expect(renders.list).toBe(before.list + 1);
});

test("a stage renders alone when another has changed", async () => {
  const { streams, frame } = page();
  const renders: Record<string, number> = {};
  function Stage({ id }: { id: string }) {
    renders[id] = (renders[id] ?? 0) + 1;
    return <i>{useStage(named(1), id)?.id}</i>;
  }
  const stages = [<Stage key="a" id="a" />, <Stage key="s4" id="s4" />];
  function Screen() {
    useExecution(named(1));
    return stages;
  }
  const { container } = render(<Screen />);
  await frame();
  streams.lane.stream.open().send(snapshotOf(execution(named(1), 3)), beat());
  await frame();
  const before = { ...renders };
  streams.lane.stream.send(eventOf(event(named(1), 4)));
  await frame();
  expect(container.textContent).toBe("as4");
  expect([renders.a, renders.s4]).toEqual([before.a, (before.s4 ?? 0) + 1]);
});

test("what happens is told once a frame, and what was known before is not told", async () => {
  const { streams, frame } = page();
  const told: Changes[] = [];
  function Screen() {
    useLiveEffect(X, (changes) => told.push(changes));
    return null;
  }
  render(<Screen />);
  await frame();
  streams.lane.stream.open().send(snapshotOf(execution(named(1), 3)), beat());
  await frame();
  expect(told).toEqual([]);
  streams.lane.stream.send(eventOf(event(named(1), 4)), eventOf(event(named(1), 5, ExecutionStatus.SUCCEEDED)), snapshotOf(execution(named(2), 1), "t"));
  await frame();
  expect(told.map(({ changes, missed }) => [missed, changes.map(({ before, after, events }) => [before?.sequence, after.sequence, events.length])])).toEqual([
    [false, [[3n, 5n, 2], [undefined, 1n, 0]]],
  ]);
});

test("the log and the past", async () => {
  const { streams, frame } = page();
  let past: Execution | undefined;
  function Screen({ at }: { at?: number }) {
    const { rows, complete } = useEvents(named(1));
    past = useExecutionAt(named(1), at);
    return <p>{`${rows.length} ${complete}`}</p>;
  }
  const { container, rerender } = render(<Screen />);
  await frame();
  streams.lane.stream.open().send(snapshotOf(execution(named(1), 3)), beat());
  await frame();
  for (let sequence = 1; sequence <= 3; sequence += 1) streams.logs[0]?.stream.open().send(logged(event(named(1), sequence)));
  await frame();
  await frame();
  expect(container.textContent).toBe("3 true");
  rerender(<Screen at={2} />);
  await act(settle);
  expect(past?.sequence).toBe(2n);
  rerender(<Screen />);
  expect(past).toBeUndefined();
});

test("an execution that does not exist is removed, and so is one that lists forget", async () => {
  const { streams, frame } = page();
  function Screen() {
    const { execution: one, removed } = useExecution(named(9));
    return <p>{`${useExecutions(X).length} ${removed} ${one?.sequence}`}</p>;
  }
  const { container } = render(<Screen />);
  await frame();
  streams.lane.stream.open().send(snapshotOf(execution(named(1), 3)), beat());
  await frame();
  expect(container.textContent).toBe("1 true undefined");
});
