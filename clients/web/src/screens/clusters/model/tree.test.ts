import { expect, test } from "vitest";
import { lastId } from "~/api/names.ts";
import { sortOf } from "./health.ts";
import { sampleGroup } from "./samples.ts";
import { counts, type Filter, type Row, rowsOf } from "./tree.ts";

const ALL: Filter = { account: "", region: "", health: [], text: "" };
const GROUPS = [
  sampleGroup({ name: "shop-main-v000", disabled: true }),
  sampleGroup({ name: "shop-main-v001", image: "shop:2" }),
  sampleGroup({ name: "shop-api-v000" }),
  sampleGroup({ name: "shop-api-v000", region: "us" }),
];

const text = (row: Row) => `${"·".repeat(row.level)}${row.kind === "group" ? lastId(row.group.name) : row.label}`;

test("accounts, clusters, regions where there are several, and server groups with the newest first", () => {
  expect(rowsOf(GROUPS, ALL, new Set()).map(text)).toEqual([
    "·local", "··shop-api", "···eu", "····shop-api-v000", "···us", "····shop-api-v000", "··shop-main", "···shop-main-v001", "···shop-main-v000",
  ]);
});

test("what is closed hides what is under it", () => {
  expect(rowsOf(GROUPS, ALL, new Set(["local/shop-main", "local/shop-api/eu"])).map(text)).toEqual(["·local", "··shop-api", "···eu", "···us", "····shop-api-v000", "··shop-main"]);
  expect(rowsOf(GROUPS, ALL, new Set(["local"])).map(text)).toEqual(["·local"]);
});

test("filters go by place, health and every word of the text", () => {
  const shown = (filter: Partial<Filter>) => rowsOf(GROUPS, { ...ALL, ...filter }, new Set()).filter((row) => row.kind === "group").length;
  expect([shown({ region: "us" }), shown({ health: ["out"] }), shown({ health: ["down"] }), shown({ text: "main shop:2" }), shown({ text: "main nope" })]).toEqual([1, 1, 0, 1, 0]);
});

test("a choice says how many it would show with the other choices as they are", () => {
  expect([...counts(GROUPS, { ...ALL, region: "eu", health: ["out"] }, "health", (group) => sortOf(group.health))]).toEqual([["out", 1], ["up", 2]]);
});

test("2,000 server groups are laid out in no time", () => {
  const many = Array.from({ length: 2000 }, (_, index) => sampleGroup({ name: `shop-s${index % 100}-v${index}`, region: `r${index % 4}` }));
  const begin = performance.now();
  expect(rowsOf(many, ALL, new Set()).length).toBeGreaterThan(2000);
  expect(performance.now() - begin).toBeLessThan(200);
});
