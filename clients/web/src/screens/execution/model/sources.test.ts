import { expect, test } from "vitest";
import { inputRows, leaves } from "./sources.ts";

test("texts with expressions stand beside what became of them", () => {
  const defined = { image: "shop:${ tag }", env: { A: "plain", B: "${ parameters.b }" } };
  expect(inputRows({ image: "shop:7", env: { A: "plain", B: "2" }, command: [], propertyFile: null }, defined, {})).toEqual([
    { path: "image", value: "shop:7", source: "shop:${ tag }" },
    { path: "env.A", value: "plain" },
    { path: "env.B", value: "2", source: "${ parameters.b }" },
  ]);
});

test("computed fields are found by their path in the schema, whole messages as one row", () => {
  expect(inputRows({ skipText: "x", clusters: [{ maxSize: 3 }] }, {}, { "deploy.skip_text": "${ a }", "deploy.clusters[0].max_size": "${ size }" })).toEqual([
    { path: "skipText", value: "x", source: "${ a }" },
    { path: "clusters[0].maxSize", value: 3, source: "${ size }" },
  ]);
  expect(inputRows({ capacity: { min: 1, max: 2 } }, {}, { "deploy.capacity": "${ c }" })).toEqual([{ path: "capacity", value: { min: 1, max: 2 }, source: "${ c }" }]);
});

test("variables are written as a list and given by name", () => {
  expect(inputRows({ variables: { tag: "7" } }, { variables: [{ name: "tag", value: "${ parameters.version }" }] }, {})).toEqual([
    { path: "variables.tag", value: "7", source: "${ parameters.version }" },
  ]);
});

test("a field that came out empty is told when an expression made it so", () => {
  expect(inputRows({ note: "", other: "" }, { note: "${ '' }" }, {})).toEqual([{ path: "note", value: "", source: "${ '' }" }]);
});

test("leaves keep empty lists", () => {
  expect(leaves({ a: [], b: [{ c: 1 }, 2] }, "")).toEqual([["a", []], ["b[0].c", 1], ["b[1]", 2]]);
});
