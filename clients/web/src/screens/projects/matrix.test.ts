import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { ProjectClusterSchema } from "@gennaker/client/gen/project";
import { ServerGroupSchema } from "@gennaker/client/gen/server_group";
import { expect, test } from "vitest";
import { matrixOf, versionOf } from "./matrix.ts";

const group = (application: string, stack: string, image: string, made: number, more: { detail?: string; disabled?: boolean; region?: string } = {}) => create(ServerGroupSchema, {
  name: `accounts/a/regions/r/serverGroups/${application}-${stack}-v${made}`, application: `applications/${application}`, account: "a", region: more.region ?? "r",
  moniker: { application, stack, detail: more.detail ?? "" }, image: `accounts/a/regions/r/images/${image}`, createTime: timestampFromMs(made), disabled: more.disabled ?? false,
});
const all = [create(ProjectClusterSchema, { account: "a", stack: "*", detail: "*" })];

test("an environment that has not got the newest version has drifted", () => {
  const groups = [group("shop", "test", "shop:v2", 2), group("shop", "prod", "shop:v1", 1), group("shop", "prod", "shop:v0", 0, { disabled: true })];
  const { environments, rows } = matrixOf(["applications/shop", "applications/none"], all, groups);
  expect(environments.map(({ key }) => key)).toEqual(["a / r / prod", "a / r / test"]);
  expect(rows.map(({ key, versions }) => [key, versions])).toEqual([["applications/shop ", ["v2", "v1"]], ["applications/none ", []]]);
  const prod = rows[0]?.cells.get("a / r / prod");
  expect([prod?.standing.map(({ version, behind }) => [version, behind]), prod?.disabled]).toEqual([[["v1", true]], 1]);
  expect(rows[0]?.cells.get("a / r / test")?.standing.map(({ behind }) => behind)).toEqual([false]);
});

test("details have rows of their own, and what the project does not choose is left out", () => {
  const groups = [group("shop", "test", "shop:v2", 2, { detail: "api" }), group("shop", "test", "shop:v1", 1), group("blog", "test", "blog:v1", 1)];
  expect(matrixOf(["applications/shop"], all, groups).rows.map(({ detail, versions }) => [detail, versions])).toEqual([["", ["v1"]], ["api", ["v2"]]]);
  const one = [create(ProjectClusterSchema, { account: "a", stack: "test", detail: "", applications: ["applications/blog"] })];
  expect(matrixOf(["applications/shop", "applications/blog"], one, groups).rows.map(({ versions }) => versions.length)).toEqual([0, 1]);
});

test("the version of an image is its tag", () => {
  expect(versionOf("accounts/a/regions/r/images/shop:v7")).toBe("v7");
  expect(versionOf("accounts/a/regions/r/images/ami-123")).toBe("ami-123");
});
