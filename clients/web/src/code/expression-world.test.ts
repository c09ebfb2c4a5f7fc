import { fromJson } from "@bufbuild/protobuf";
import { ExpressionGroupSchema } from "@gennaker/client/gen/expression";
import { OutputDescriptorSchema } from "@gennaker/client/gen/kinds";
import { expect, test } from "vitest";
import { expressionBefore, placeOfMistake, stagesBefore, suggest, type World } from "./expression-world.ts";

const output = (path: string) => fromJson(OutputDescriptorSchema, { path, description: "what it is" });
const world: World = {
  parameters: [{ id: "version" }, { id: "image.tag" }],
  stages: [{ id: "deploy-east", outputs: [output("server_groups.<region>"), output("webhook.body"), output("webhook.statusCode")] }],
  groups: [
    fromJson(ExpressionGroupSchema, { sort: "SORT_FUNCTIONS", elements: [{ name: "toInt", signature: "#toInt(value)" }, { name: "currentStage", signature: "#currentStage()" }] }),
    fromJson(ExpressionGroupSchema, { sort: "SORT_METHODS", elements: [{ name: "size", signature: ".size()" }, { name: "split", signature: ".split(pattern, limit?)" }] }),
  ],
};
const texts = (text: string, whole = false) => suggest(text, whole, world)?.suggestions.map((one) => one.text);

test("only in an expression is something suggested", () => {
  expect(texts("plain")).toBeUndefined();
  expect(texts("${ a } plain")).toBeUndefined();
  expect(texts("$${ a")).toBeUndefined();
  expect(texts("${ 'par")).toBeUndefined();
  expect(texts("${ #toInt('x'")).toBeUndefined();
  expect(texts("${ parameters.version ")).toBeUndefined();
  expect(texts("${ 1 + ")).toContain("trigger");
  expect(texts("${ par")).toContain("parameters.version");
  expect(texts("par", true)).toContain("parameters.version");
  expect(expressionBefore("a ${ {1, 2}[", false)).toBe(" {1, 2}[");
});

test("names that are no words are written in brackets", () => {
  expect(texts("${ ")).toContain("parameters['image.tag']");
  expect(texts("${ parameters.")).toEqual(["version"]);
});

test("stages before give their outputs by the description of their kind", () => {
  expect(texts("${ stages.")).toEqual(["deploy-east"]);
  expect(texts("${ stages.deploy-east.outputs.")?.slice(0, 2)).toEqual(["server_groups", "webhook"]);
  expect(texts("${ stages.deploy-east.outputs.webhook.")?.slice(0, 2)).toEqual(["body", "statusCode"]);
  expect(texts("${ stages.deploy-east.outputs.server_groups.")).toEqual(["size()", "split()"]);
  expect(texts("${ trigger.")).toContain("payload");
});

test("functions and methods, with the cursor between the brackets where they take something", () => {
  const found = suggest("${ #to", false, world);
  expect(found?.from).toBe(3);
  expect(found?.suggestions.map(({ text, back }) => [text, back])).toEqual([["#toInt()", 1], ["#currentStage()", 0]]);
  expect(texts("${ 'a b'.s")).toEqual(["size()", "split()"]);
});

test("the stages before a stage, near and far", () => {
  const stages = [{ id: "a" }, { id: "b", dependsOn: ["a"] }, { id: "c", dependsOn: ["b"] }, { id: "d" }];
  expect(stagesBefore(stages, "c").map(({ id }) => id)).toEqual(["a", "b"]);
  expect(stagesBefore(stages, undefined)).toHaveLength(4);
});

test("a mistake is shown where the server says it is", () => {
  expect(placeOfMistake("shop:${ param }", 'no "param", at character 9, in ${ param }')).toEqual({ from: 8, to: 13 });
  expect(placeOfMistake("😀${ 1 + }", "found '}', at character 9")).toEqual({ from: 9, to: 10 });
  expect(placeOfMistake("${ 1", "found the end of the text, at character 20")).toEqual({ from: 3, to: 4 });
  expect(placeOfMistake("x", "no place")).toBeUndefined();
});
