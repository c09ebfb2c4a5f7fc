import { create } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { applyEvent, applyInfrastructure } from "../src/fold.ts";
import { ExecutionEventSchema } from "../src/gen/gennaker/v1/execution_event_pb.ts";
import { ExecutionSchema } from "../src/gen/gennaker/v1/execution_pb.ts";
import {
  InfrastructureDeltaSchema,
  InfrastructureSnapshotSchema,
} from "../src/gen/gennaker/v1/infrastructure_service_pb.ts";
import { history } from "./history.ts";
import { Random } from "./random.ts";

describe("applyEvent", () => {
  it("does what the rule says, in any history", () => {
    for (let seed = 1; seed <= 30; seed++) {
      const { events, states } = history(40, new Random(seed));
      let execution = states[0]!;
      events.forEach((event, index) => {
        const before = structuredClone(execution);
        const next = applyEvent(execution, event);
        expect(execution).toEqual(before);
        expect(next).toEqual(states[index + 1]);
        execution = next;
      });
    }
  });

  it("keeps the identity of all that did not change", () => {
    const { events, states } = history(60, new Random(7));
    let execution = states[0]!;
    for (const event of events) {
      const next = applyEvent(execution, event);
      const touched = new Set(event.changed?.stages.map((stage) => stage.id));
      const known = new Map(execution.stages.map((stage) => [stage.id, stage]));
      for (const stage of next.stages) if (!touched.has(stage.id)) expect(stage).toBe(known.get(stage.id));
      if (touched.size === 0 && event.removedStages.length === 0) expect(next.stages).toBe(execution.stages);
      if (event.changed?.errands.length === 0) expect(next.errands).toBe(execution.errands);
      execution = next;
    }
  });

  it("gives the same execution back for an event that is in it", () => {
    const execution = create(ExecutionSchema, { sequence: 7n });
    expect(applyEvent(execution, create(ExecutionEventSchema, { sequence: 7n }))).toBe(execution);
  });

  it("keeps what an event without a change does not mention", () => {
    const execution = create(ExecutionSchema, { name: "x", sequence: 1n, stages: [{ id: "a" }] });
    const next = applyEvent(execution, create(ExecutionEventSchema, { sequence: 2n }));
    expect(next).toEqual({ ...execution, sequence: 2n });
  });

  it("goes through a thousand stages fast enough for every event", () => {
    const stages = Array.from({ length: 1000 }, (_, index) => ({ id: `s${index}` }));
    let execution = create(ExecutionSchema, { stages });
    for (let sequence = 1n; sequence <= 2000n; sequence++) {
      const changed = { stages: [{ id: `s${sequence % 1000n}` }] };
      execution = applyEvent(execution, create(ExecutionEventSchema, { sequence, changed }));
    }
    expect(execution.stages.map((stage) => stage.id)).toEqual(stages.map((stage) => stage.id));
  });
});

describe("applyInfrastructure", () => {
  const snapshot = create(InfrastructureSnapshotSchema, {
    revision: 3n,
    serverGroups: [{ name: "a" }, { name: "b" }, { name: "c" }],
    firewalls: [{ name: "f" }],
  });

  it("puts objects in their places, new ones at the end, and removes", () => {
    const delta = create(InfrastructureDeltaSchema, {
      revision: 4n,
      serverGroups: [{ name: "d" }, { name: "b", region: "eu" }],
      removed: ["a"],
      unreachable: ["accounts/x"],
    });
    const next = applyInfrastructure(snapshot, delta);
    expect(next.serverGroups.map(({ name, region }) => `${name}${region}`)).toEqual(["beu", "c", "d"]);
    expect(next.serverGroups[1]).toBe(snapshot.serverGroups[2]);
    expect(next.firewalls).toBe(snapshot.firewalls);
    expect([next.revision, next.unreachable]).toEqual([4n, ["accounts/x"]]);
    expect(snapshot.serverGroups).toHaveLength(3);
  });

  it("gives the same snapshot back for an older delta", () => {
    expect(applyInfrastructure(snapshot, create(InfrastructureDeltaSchema, { revision: 2n }))).toBe(snapshot);
  });
});
