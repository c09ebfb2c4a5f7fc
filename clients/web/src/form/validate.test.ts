import { describe, expect, test } from "vitest";
import { CLUSTERS, field, PRECONDITIONS } from "./samples.ts";
import { type Finding, type Scope, validateFields } from "./validate.ts";
import type { JsonObject, JsonValue } from "./values.ts";

function found(fields: Parameters<typeof validateFields>[0], value: JsonObject, scope: Scope = { stage: true }): string[] {
  return validateFields(fields, value, scope).map(({ path, rule }: Finding) => `${path}: ${rule}`);
}
const one = (more: JsonObject, value: JsonValue, scope?: Scope) => found([field("f", more)], { f: value }, scope);

test("paths and rules are those of the server", () => {
  const value = { clusters: [{ account: "local", region: "", stack: "a b", targetHealthyPercent: 200, env: { 1: "x" } }] };
  expect(found([CLUSTERS], value)).toEqual([
    "clusters[0].region: mustBeSet", "clusters[0].stack: noMatch", "clusters[0].env.1: keyNoMatch", "clusters[0].target_healthy_percent: atMost",
  ]);
  expect(found([PRECONDITIONS], { preconditions: [{}] })).toEqual(["preconditions[0].check: oneMustBeSet"]);
  expect(found([CLUSTERS], {})).toEqual(["clusters: mustBeSet"]);
});

describe("single values", () => {
  test.each<[string, JsonObject, JsonValue, string[]]>([
    ["an empty text is not looked at", { minLen: 3 }, "", []],
    ["a short text", { minLen: 3 }, "ab", ["f: tooShort"]],
    ["characters are counted, not units", { maxLen: 2 }, "😀😀", []],
    ["a text with an expression is left", { pattern: "^x$" }, "${ y }", []],
    ["unless it takes none", { pattern: "^x$", expressionAllowed: false }, "${ y }", ["f: noMatch"]],
    ["a pattern that only the server knows", { pattern: "(?i)^x$" }, "y", []],
    ["choices of a text", { choices: [{ value: "a" }] }, "b", ["f: notChoice"]],
    ["a number", { type: "TYPE_INTEGER", min: 1 }, 0, ["f: atLeast"]],
    ["no whole number", { type: "TYPE_INTEGER" }, 1.5, ["f: notInteger"]],
    ["no number", { type: "TYPE_NUMBER" }, "x", ["f: notNumber"]],
    ["a number as a text", { type: "TYPE_INTEGER" }, "12", []],
    ["a duration", { type: "TYPE_DURATION", min: 1 }, "0s", ["f: atLeast"]],
    ["no duration", { type: "TYPE_DURATION" }, "soon", ["f: notDuration"]],
    ["a time", { type: "TYPE_TIMESTAMP" }, "2026-11-24", ["f: notInstant"]],
    ["a value of an enum", { type: "TYPE_ENUM", choices: [{ value: "A" }] }, "B", ["f: notChoice"]],
    ["elements", { repeated: true, maxItems: 1, maxLen: 1 }, ["a", "bc"], ["f: tooMany", "f[1]: tooLong"]],
    ["an empty list", { repeated: true, required: true }, [], ["f: mustBeSet"]],
    ["a wrong type", { type: "TYPE_MESSAGE" }, "x", ["f: wrongType"]],
    ["a struct", { type: "TYPE_STRUCT" }, [1], ["f: wrongType"]],
    ["anything", { type: "TYPE_VALUE" }, [1], []],
    ["what the server sets", { outputOnly: true, pattern: "^x$" }, "y", []],
  ])("%s", (_, more, value, expected) => {
    expect(one(more, value)).toEqual(expected);
  });
});

test("outside of a stage, a text with an expression is a text", () => {
  expect(one({ pattern: "^x$" }, "${ y }", {})).toEqual(["f: noMatch"]);
});

test("what an expression will set is left to it", () => {
  const value = { clusters: [{ account: "local", region: "here", capacity: { desired: -1 } }] };
  expect(found([CLUSTERS], value)).toEqual(["clusters[0].capacity.desired: atLeast"]);
  expect(found([CLUSTERS], value, { stage: true, expressions: ["clusters[0].capacity.desired"] })).toEqual([]);
  expect(found([CLUSTERS], {}, { stage: true, expressions: ["clusters"] })).toEqual([]);
  expect(found([CLUSTERS], {}, { stage: true, expressions: ["clusters[0].account"] })).toEqual([]);
});

test("rules of a map hold for its values", () => {
  expect(found([CLUSTERS], { clusters: [{ account: "a", region: "b", env: { A: "too long" } }] })).toEqual(["clusters[0].env.A: tooLong"]);
});

test("the parameters of an operator's kind are texts, whatever they stand for", () => {
  const fields = [field("parameters.urgent", { type: "TYPE_BOOLEAN" }), field("parameters.size", { type: "TYPE_NUMBER", required: true })];
  expect(found(fields, { parameters: { urgent: "true", size: "2.5" } })).toEqual([]);
  expect(found(fields, { parameters: { urgent: "perhaps", size: "${ x }" } })).toEqual(["parameters.urgent: wrongType"]);
  expect(found(fields, {})).toEqual(["parameters.size: mustBeSet"]);
});
