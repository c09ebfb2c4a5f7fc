import { create } from "@bufbuild/protobuf";
import { StageKindDescriptorSchema } from "@gennaker/client/gen/kinds";
import { expect, test } from "vitest";
import { found } from "./palette.ts";

const kinds = [["wait", "Wait", "Flow", "Waits for a time."], ["deploy", "Deploy", "Deployment", "Deploys, then waits."], ["wait_until", "Wait until", "Flow", "Waits."]]
  .map(([kind = "", label = "", category = "", description = ""]) => create(StageKindDescriptorSchema, { kind, label, category, description }));
const names = (query: string) => found(kinds, query).map(({ name, kinds: members }) => `${name}: ${members.map(({ kind }) => kind).join()}`);

test("kinds are grouped, and found by their words", () => {
  expect(names("")).toEqual(["Flow: wait,wait_until", "Deployment: deploy"]);
  expect(names("until")).toEqual(["Flow: wait_until"]);
  expect(names("WAIT time")).toEqual(["Flow: wait"]);
  expect(names("dep")[0]).toBe("Deployment: deploy");
  expect(names("nothing")).toEqual([]);
});
