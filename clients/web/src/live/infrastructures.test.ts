import { create } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import { InfrastructureSnapshotSchema, type WatchInfrastructureResponse, WatchInfrastructureResponseSchema } from "@gennaker/client/gen/infrastructure_service";
import { expect, test } from "vitest";
import { FakeTab, fakeHub, refusal, settle, UNAVAILABLE } from "./fake.ts";

function snapshot(revision: bigint): WatchInfrastructureResponse {
  const value = create(InfrastructureSnapshotSchema, { revision, serverGroups: [{ name: "a" }, { name: "b" }] });
  return create(WatchInfrastructureResponseSchema, { message: { case: "snapshot", value } });
}

function delta(revision: bigint, removed: string[]): WatchInfrastructureResponse {
  return create(WatchInfrastructureResponseSchema, { message: { case: "delta", value: { $typeName: "gennaker.v1.InfrastructureDelta", revision, removed, serverGroups: [], instances: [], loadBalancers: [], firewalls: [], unreachable: [] } } });
}

test("infrastructure is followed, goes on after its revision, and who comes later gets it whole", async () => {
  const { hub, streams, clock } = fakeHub();
  const tab = new FakeTab(hub).want("infrastructure:applications/x");
  await clock.pass(10);
  streams.clouds[0]?.stream.open().send(snapshot(5n), delta(6n, ["a"]));
  await settle();
  streams.clouds[0]?.stream.end(UNAVAILABLE);
  await clock.pass(300);
  expect(streams.clouds.map(({ after }) => after)).toEqual([undefined, 6n]);
  streams.clouds[1]?.stream.open().send(delta(6n, ["b"]), delta(7n, ["b"]));
  await settle();
  expect([tab.of("infrastructure").length, tab.of("delta").map((message) => message.delta.revision)]).toEqual([1, [6n, 7n]]);
  const late = new FakeTab(hub).want("infrastructure:applications/x");
  await settle();
  expect(late.of("infrastructure")[0]?.snapshot).toMatchObject({ revision: 7n, serverGroups: [] });
  expect(late.of("ready")).toHaveLength(1);
});

test("of three applications the one that was wanted first makes room, and says so", async () => {
  const { hub, streams, clock } = fakeHub();
  const tab = new FakeTab(hub);
  for (const name of ["a", "b", "c"]) {
    tab.want(`infrastructure:applications/${name}`);
    await clock.pass(10);
  }
  expect(streams.clouds.map(({ stream }) => stream.isClosed)).toEqual([true, false, false]);
  expect(tab.of("refused")).toMatchObject([{ want: "infrastructure:applications/a", refusal: { code: Code.ResourceExhausted } }]);
  new FakeTab(hub).want("infrastructure:applications/a");
  await clock.pass(10);
  expect(streams.clouds.map(({ application, stream }) => [application.at(-1), stream.isClosed])).toEqual([["a", true], ["b", true], ["c", false], ["a", false]]);
});

test("an application that does not exist is refused once", async () => {
  const { hub, streams, clock } = fakeHub();
  const tab = new FakeTab(hub).want("infrastructure:applications/x");
  await clock.pass(10);
  streams.clouds[0]?.stream.end(refusal(Code.NotFound, "NOT_FOUND", "applications/x"));
  await clock.pass(10_000);
  expect([streams.clouds.length, tab.of("refused").length]).toEqual([1, 1]);
  expect(tab.of("health").at(-1)?.health).toEqual({ state: "idle" });
});
