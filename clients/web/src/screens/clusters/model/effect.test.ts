import { create } from "@bufbuild/protobuf";
import { TrafficGuardSchema } from "@gennaker/client/gen/application";
import { expect, test } from "vitest";
import { lastId } from "~/api/names.ts";
import { effectOf, resized, rollbackSteps, type Step } from "./effect.ts";
import { sampleGroup } from "./samples.ts";

const OLD = sampleGroup({ name: "shop-main-v000", disabled: true, desired: 1 });
const NEW = sampleGroup({ name: "shop-main-v001", desired: 3 });
const GUARD = create(TrafficGuardSchema, { account: "*", region: "eu", stack: "main", detail: "" });

const shares = (steps: readonly Step[], all = [OLD, NEW]) => effectOf(steps, all, []).changes.map(({ group, share, capacity }) => [lastId(group.name), share, capacity?.desired]);

test("a rollback moves the traffic and brings the other one to the same capacity", () => {
  expect(shares([{ group: NEW, action: { kind: "rollback", to: "shop-main-v000" } }])).toEqual([["shop-main-v001", 0, 3], ["shop-main-v000", 1, 3]]);
  expect(effectOf([{ group: NEW, action: { kind: "rollback", to: "shop-main-v000" } }], [OLD, NEW], [GUARD]).warnings).toEqual([]);
});

test("what is enabled shares the traffic by weight", () => {
  expect(shares([{ group: OLD, action: { kind: "enable" } }])).toEqual([["shop-main-v001", 0.5, 3], ["shop-main-v000", 0.5, 1]]);
});

test("a guard refuses to leave a cluster without traffic; without a guard one is told", () => {
  const step: Step = { group: NEW, action: { kind: "disable" } };
  expect(effectOf([step], [OLD, NEW], [GUARD]).warnings.map(({ text }) => text)).toEqual(["clusters.guardRefuses"]);
  expect(effectOf([step], [OLD, NEW], [{ ...GUARD, disabled: true }]).warnings.map(({ text }) => text)).toEqual(["clusters.leavesNone"]);
  expect(effectOf([step], [OLD, NEW], [{ ...GUARD, region: "us" }]).warnings.map(({ tone }) => tone)).toEqual(["waiting"]);
  expect(effectOf([{ group: NEW, action: { kind: "destroy" } }], [OLD, NEW], [GUARD]).warnings[0]?.tone).toBe("failed");
  expect(effectOf([{ group: NEW, action: { kind: "resize", resize: { mode: "exact", min: 0, desired: 0, max: 0 } } }], [OLD, NEW], [GUARD]).warnings[0]?.tone).toBe("failed");
});

test("steps at once count together", () => {
  const other = sampleGroup({ name: "shop-main-v002", desired: 2, share: 0.5 });
  const both: Step[] = [NEW, other].map((group) => ({ group, action: { kind: "disable" as const } }));
  expect(effectOf(both, [NEW, other], [GUARD]).warnings).toHaveLength(1);
  expect(effectOf(both.slice(0, 1), [NEW, other], [GUARD]).warnings).toHaveLength(0);
});

test("enabling what is enabled changes nothing", () => {
  expect(effectOf([{ group: NEW, action: { kind: "enable" } }], [OLD, NEW], []).warnings.map(({ text }) => text)).toEqual(["clusters.alreadyEnabled"]);
});

test("a cluster goes back in each region that has a choice", () => {
  const alone = sampleGroup({ name: "shop-main-v001", region: "us" });
  expect(rollbackSteps([OLD, NEW, alone], ["eu", "us"])).toEqual([{ group: NEW, action: { kind: "rollback", to: "shop-main-v000" } }]);
});

test("capacities change as the server reckons", () => {
  const three = { min: 3, desired: 3, max: 3 };
  expect(resized(three, { mode: "up", unit: "percent", by: 50 })).toEqual({ min: 5, desired: 5, max: 5 });
  expect(resized(three, { mode: "down", unit: "count", by: 5 })).toEqual({ min: 0, desired: 0, max: 0 });
  expect(resized(three, { mode: "exact", min: 1, desired: 9, max: 4 })).toEqual({ min: 1, desired: 4, max: 4 });
});
