import { expect, test } from "vitest";
import { editorOf, idOf, lastId, screenOf, serverGroupScreen, stageScreen } from "./names.ts";

test("names lead to screens", () => {
  expect(screenOf("applications/shop")).toBe("/apps/shop");
  expect(screenOf("applications/shop/pipelines/deploy")).toBe("/apps/shop/pipelines/deploy");
  expect(screenOf("applications/shop/executions/01J")).toBe("/apps/shop/executions/01J");
  expect(screenOf("projects/web")).toBe("/projects/web");
  expect(stageScreen("applications/shop/executions/01J", "a b")).toBe("/apps/shop/executions/01J?stage=a%20b");
  expect(serverGroupScreen("applications/shop", "accounts/local/regions/eu/serverGroups/shop-v001")).toBe("/apps/shop/clusters/local/eu/shop-v001");
});

test("a pipeline of any id has an editor of its own", () => {
  expect(editorOf("applications/shop/pipelines/deploy")).toBe("/apps/shop/pipelines/deploy/edit");
  expect(editorOf("applications/shop/pipelines/new")).toBe("/apps/shop/pipelines/new/edit?id=new");
});

test("a collection's name is no id", () => {
  expect(idOf("applications/pipelines/pipelines/x", "pipelines")).toBe("x");
  expect(idOf("projects/a", "applications")).toBe("");
  expect(lastId("a/b/c")).toBe("c");
});
