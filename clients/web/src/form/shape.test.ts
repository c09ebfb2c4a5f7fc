import { expect, test } from "vitest";
import { CLUSTERS, field } from "./samples.ts";
import { chosen, isVisible, partsOf, startValue, titleOf } from "./shape.ts";

const inside = CLUSTERS.fields;
const find = (name: string) => inside.find((one) => one.path === `clusters.${name}`) ?? field(name);

test("the fields of a oneof are one part, where the first of them stands", () => {
  const parts = partsOf(inside).map((part) => ("field" in part ? part.field.path : `${part.oneof}: ${part.members.length}`));
  expect(parts).toEqual(["clusters.account", "clusters.region", "clusters.stack", "clusters.capacity", "clusters.use_source_capacity", "clusters.env", "clusters.target_healthy_percent", "strategy: 2"]);
});

test("a field is shown when another one has its value, or counts as having it", () => {
  const visible = (message: Record<string, boolean>) => isVisible(find("capacity"), inside, "clusters", message);
  expect(visible({})).toBe(true);
  expect(visible({ useSourceCapacity: true })).toBe(false);
  expect(visible({ useSourceCapacity: false })).toBe(true);
  const mode = field("mode", { type: "TYPE_ENUM", defaultValue: "A", choices: [{ value: "A" }, { value: "B" }] });
  const detail = field("detail", { visibleWhen: "mode=A" });
  expect(isVisible(detail, [mode, detail], "", {})).toBe(true);
  expect(isVisible(detail, [mode, detail], "", { mode: "B" })).toBe(false);
});

test("the member of a oneof that is set is chosen, also when it is empty", () => {
  const members = inside.filter((one) => one.oneof === "strategy");
  expect(chosen(members, "clusters", { redBlack: {} })?.path).toBe("clusters.red_black");
  expect(chosen(members, "clusters", {})).toBeUndefined();
});

test("a new value fits the type", () => {
  expect(startValue(CLUSTERS)).toEqual([]);
  expect(startValue(find("red_black"))).toEqual({});
  expect(startValue(field("n", { type: "TYPE_INTEGER", min: 1 }))).toBe(1);
  expect(titleOf("status_url")).toBe("Status url");
});
