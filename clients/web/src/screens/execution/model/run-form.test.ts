import { create } from "@bufbuild/protobuf";
import { Parameter_Type, ParameterSchema } from "@gennaker/client/gen/pipeline";
import { expect, test } from "vitest";
import { askedAs, beginForm, problemsOf, readArtifacts, sent } from "./run-form.ts";

const parameters = [
  create(ParameterSchema, { name: "version", required: true }),
  create(ParameterSchema, { name: "size", type: Parameter_Type.INTEGER, defaultValue: "3" }),
  create(ParameterSchema, { name: "env", options: ["a", "b"] }),
  create(ParameterSchema, { name: "image.tag", defaultValue: "latest" }),
];

test("a form begins with another run's values, then with defaults", () => {
  expect(beginForm(parameters, { size: "5", gone: "x" }, "[]")).toEqual({ parameters: { version: "", size: "5", env: "", "image.tag": "latest" }, artifacts: "[]", reason: "" });
  expect(parameters.map(askedAs)).toEqual(["text", "integer", "choice", "text"]);
});

test("what is left empty is not sent, but an emptied default is", () => {
  const form = beginForm(parameters);
  expect(sent(parameters, form)).toEqual({ size: "3", "image.tag": "latest" });
  expect(sent(parameters, { ...form, parameters: { version: "7", size: "", "image.tag": "" } })).toEqual({ version: "7", "image.tag": "" });
});

test("artifacts are read from JSON: a list, or one", () => {
  expect(readArtifacts(" ")).toEqual([]);
  expect(readArtifacts('{"type": "git"}')).toMatchObject([{ type: "git" }]);
  expect(() => readArtifacts("nonsense")).toThrow();
  expect(() => readArtifacts('[{"typ": "git"}]')).toThrow();
});

test("problems go to their fields", () => {
  const violations = [
    { field: "parameters.image.tag", description: "a" }, { field: 'parameters["size"]', description: "b" }, { field: "parameters.other", description: "c" },
    { field: "artifacts[0].type", description: "d" }, { field: "reason", description: "e" }, { field: "", description: "f" },
  ];
  expect(problemsOf(violations, parameters)).toEqual({
    parameters: { "image.tag": "a", size: "b" }, artifacts: "artifacts[0].type: d", reason: "e", others: ["parameters.other: c", "f"],
  });
});
