/** The pipeline editor: from nothing to a run, two writers, undo, and text. */
import type { Page } from "@playwright/test";
import { makeApplication, makePipeline } from "../world.ts";
import { expect, expectAccessible, test } from "./fixtures.ts";

const chain = {
  displayName: "Release",
  stages: [
    { id: "build", name: "Build", wait: { duration: "1s" } },
    { id: "ship", name: "Ship", dependsOn: ["build"], wait: { duration: "1s" } },
  ],
};
const EDIT = "/apps/shop/pipelines/release/edit";

const stage = (page: Page, id: string) => page.locator(`[data-node="${id}"]`);
const graph = (page: Page) => page.getByRole("region", { name: "Graph of the pipeline" });
const save = (page: Page) => page.getByRole("toolbar").getByRole("button", { name: "Save" });

/** Puts a text in place of the one in the code editor. */
async function write(page: Page, change: (text: string) => string) {
  const code = page.locator(".cm-content");
  const text = (await code.locator(".cm-line").allTextContents()).join("\n");
  await code.click();
  await page.keyboard.press("Control+a");
  await page.evaluate((content) => navigator.clipboard.writeText(content), change(text));
  await page.keyboard.press("Control+v");
}

test("a pipeline is made by hand from nothing, by keyboard and mouse, and runs", async ({ server, page }) => {
  await makeApplication(server.api, "shop");
  await page.goto("/apps/shop/pipelines/new/edit");
  await page.getByLabel("Name").fill("Night shift");
  await expect(page.getByLabel("Id (required)")).toHaveValue("night-shift");
  await page.keyboard.press("Enter");

  await page.getByRole("button", { name: "Add the first stage" }).click();
  await page.keyboard.type("wait");
  await page.keyboard.press("Enter");
  await expect(stage(page, "wait")).toBeFocused();
  await expect(stage(page, "wait")).toContainText("1 problem");
  await expect(save(page)).toBeDisabled();
  await expect(page.getByRole("region", { name: "Problems" })).toContainText("stages[wait].wait.duration");
  await expectAccessible(page);

  await page.getByRole("region", { name: "Problems" }).getByRole("button").first().click();
  await page.getByLabel("Time (required)").fill("1s");
  await expect(page.getByText("Valid", { exact: true })).toBeVisible();

  await stage(page, "wait").focus();
  await page.keyboard.press("n");
  await page.keyboard.type("group");
  await page.keyboard.press("Enter");
  await expect(stage(page, "group")).toBeFocused();
  await page.keyboard.press("d");
  await expect(stage(page, "group-2")).toBeFocused();
  await page.keyboard.press("c");
  await page.getByRole("dialog").getByLabel("Group (group)").first().check();
  await page.getByRole("button", { name: "Done" }).click();
  await expect(stage(page, "group-2")).toBeFocused();

  await page.getByRole("button", { name: "Dry run" }).click();
  await page.getByRole("button", { name: "Try out" }).click();
  await expect(page.getByRole("dialog").getByText("Runs", { exact: true })).toHaveCount(3);
  await page.keyboard.press("Escape");

  await page.keyboard.press("Control+s");
  await page.keyboard.type("The first version");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/apps\/shop\/pipelines\/night-shift\/edit/);
  const { pipeline } = await server.api.pipelines.getPipeline({ name: "applications/shop/pipelines/night-shift" });
  expect(pipeline?.stages.map(({ id, dependsOn }) => `${id}<${dependsOn.join()}`)).toEqual(["wait<", "group<wait", "group-2<wait,group"]);

  await page.getByRole("link", { name: "night-shift" }).click();
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: /^(Run|Start)/ }).click();
  await expect(page).toHaveURL(/\/executions\//);
  await expect(page.getByText("Succeeded").first()).toBeVisible();
});

test("two people edit the same pipeline, and neither loses anything", async ({ server, page }) => {
  await makeApplication(server.api, "shop");
  await makePipeline(server.api, "shop", "release", chain);
  await page.goto(`${EDIT}?stage=ship`);
  await page.getByLabel("Time (required)").fill("7s");
  await page.getByRole("tab", { name: "General" }).click();
  await page.getByLabel("Description").fill("mine");

  // Another writer changes the other stage, adds one, and changes the description too.
  await makePipeline(server.api, "shop", "release", {
    ...chain, description: "theirs",
    stages: [{ ...chain.stages[0]!, wait: { duration: "3s" } }, chain.stages[1]!, { id: "tell", dependsOn: ["ship"], group: {} }],
  });
  await expect(page.getByText("Valid", { exact: true })).toBeVisible();
  await save(page).click();
  await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  const merge = page.getByRole("dialog", { name: "Bring two edits together" });
  await expect(merge).toContainText("1 conflict needs a choice");
  await expectAccessible(page);
  await merge.getByRole("radio", { name: /Mine/ }).check();
  await merge.getByRole("button", { name: "Bring together" }).click();
  await expect(stage(page, "tell")).toBeVisible();
  await expect(page.getByText("Valid", { exact: true })).toBeVisible();
  await save(page).click();
  await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("The pipeline is saved")).toBeVisible();

  const { pipeline } = await server.api.pipelines.getPipeline({ name: "applications/shop/pipelines/release" });
  expect(pipeline?.description).toBe("mine");
  const waits = pipeline?.stages.map(({ id, kind }) => `${id} ${kind.case === "wait" ? kind.value.duration?.seconds : kind.case}`);
  expect(waits).toEqual(["build 3", "ship 7", "tell group"]);

  // The way back is in the revisions.
  await page.goto("/apps/shop/pipelines/release/revisions");
  await page.getByRole("button", { name: "Restore revision 1" }).click();
  await expect(page.getByRole("dialog")).toContainText("stages[tell]");
  await page.getByRole("dialog").getByRole("button", { name: "Restore" }).click();
  await expect(page.getByText("Revision 4", { exact: true })).toBeVisible();
});

test("what was done is undone and done again, and a draft survives the page", async ({ server, page }) => {
  await makeApplication(server.api, "shop");
  await makePipeline(server.api, "shop", "release", chain);
  await page.goto(EDIT);
  await stage(page, "build").focus();
  await page.keyboard.press("Control+a");
  await page.keyboard.press("d");
  await expect(graph(page).locator("[data-node]")).toHaveCount(4);
  await page.keyboard.press("Delete");
  await expect(graph(page).locator("[data-node]")).toHaveCount(2);
  await page.keyboard.press("Control+z");
  await expect(graph(page).locator("[data-node]")).toHaveCount(4);
  await page.keyboard.press("Control+z");
  await expect(graph(page).locator("[data-node]")).toHaveCount(2);
  await expect(save(page)).toBeDisabled();
  await page.keyboard.press("Control+y");
  await expect(graph(page).locator("[data-node]")).toHaveCount(4);

  // Leaving is asked about, and the edits are offered on return.
  await page.getByRole("link", { name: "Triggers" }).click();
  await expect(page.getByRole("dialog", { name: "Leave without saving?" })).toBeVisible();
  await page.getByRole("button", { name: "Leave", exact: true }).click();
  await expect(page).toHaveURL(/\/triggers$/);
  await page.goto(EDIT);
  await page.getByRole("button", { name: "Go on with them" }).click();
  await expect(graph(page).locator("[data-node]")).toHaveCount(4);
});

test("text and graph are the same pipeline", async ({ server, page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await makeApplication(server.api, "shop");
  await makePipeline(server.api, "shop", "release", chain);
  await page.goto(`${EDIT}?as=yaml`);
  await expect(page.locator(".cm-content")).toContainText("dependsOn");

  await write(page, (text) => text.replace("id: ship", "id: ship-it"));
  await expect(stage(page, "ship-it")).toBeVisible();
  await write(page, (text) => `${text.trimEnd()}\n  - id: last\n    depends_on: [ship-it]\n    wait: {duration: soon}\n`);
  await expect(stage(page, "last")).toContainText("1 problem");
  await expect(page.locator(".cm-lint-marker-error")).toHaveCount(1);
  await write(page, (text) => text.replace("stages:", "stages: ["));
  await expect(page.getByText("The text can't be read", { exact: true })).toBeVisible();
  await expect(save(page)).toBeDisabled();
  await write(page, (text) => text.replace("stages: [", "stages:").replace("soon", "2s"));
  await expect(page.getByText("Valid", { exact: true })).toBeVisible();
  await expectAccessible(page);

  // The graph changes the text.
  await stage(page, "last").focus();
  await page.keyboard.press("Delete");
  await expect(page.locator(".cm-content")).not.toContainText("last");
  await page.getByRole("button", { name: "JSON" }).click();
  await expect(page.locator(".cm-content")).toContainText('"ship-it"');
});

/** How long after the next input in the page its problem is at the stage and at the field, in ms. */
const untilProblem = (page: Page, id: string) => page.evaluate((node) => new Promise<number>((seen) => {
  addEventListener("input", () => {
    const typed = performance.now();
    const observer = new MutationObserver(() => {
      const atStage = document.querySelector(`[data-node="${node}"]`)?.textContent?.includes("1 problem");
      if (!atStage || !document.querySelector(".field-problem") || !document.querySelector("textarea[aria-invalid=true]")) return;
      observer.disconnect();
      seen(performance.now() - typed);
    });
    observer.observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
  }, { capture: true, once: true });
}), id);

test("an error is seen within half a second of typing", async ({ server, page }) => {
  await makeApplication(server.api, "shop");
  await makePipeline(server.api, "shop", "release", chain);
  await page.goto(`${EDIT}?stage=ship`);
  const text = page.getByRole("textbox", { name: "Text when skipping" });
  await text.fill("x".repeat(2000));
  await expect(page.getByText("Valid", { exact: true })).toBeVisible();
  await expect(stage(page, "ship")).not.toContainText("problem");

  // The rules of fields need no answer of the server: here it never gives one.
  await page.route("**/ValidatePipeline", () => {});
  const seen = untilProblem(page, "ship");
  await text.press("End");
  await page.keyboard.type("x");
  const time = await seen;
  console.log(`an error was seen ${Math.round(time)} ms after it was typed`);
  expect(time).toBeLessThan(500);
  await expect(page.getByText("Must have at most 2,000 characters, and has 2,001").first()).toBeVisible();
  await expect(save(page)).toBeDisabled();

  // With the server, it stays one problem, and goes as soon as it is mended.
  await page.unrouteAll({ behavior: "ignoreErrors" });
  await page.keyboard.type("x");
  await expect(stage(page, "ship")).toContainText("1 problem");
  await page.keyboard.press("Backspace");
  await page.keyboard.press("Backspace");
  await expect(stage(page, "ship")).not.toContainText("problem");
  await expect(page.getByText("Valid", { exact: true })).toBeVisible();
});

test("a pipeline that is called new has an editor too", async ({ server, page }) => {
  await makeApplication(server.api, "shop");
  await page.goto("/apps/shop/pipelines/new/edit");
  await page.getByLabel("Id (required)").fill("new");
  await expect(page.getByText("Choose another id")).toBeVisible();
  await expect(page.getByRole("button", { name: "Continue" })).toBeDisabled();
  await makePipeline(server.api, "shop", "new", chain);
  await page.goto("/apps/shop/pipelines/new");
  await page.getByRole("link", { name: "Edit" }).click();
  await expect(stage(page, "ship")).toBeVisible();
  await stage(page, "ship").click();
  await expect(page.getByLabel("Time (required)")).toBeVisible();
  await page.reload();
  await expect(page.getByLabel("Time (required)")).toBeVisible();
});

test("what is typed while an editor of expressions takes over stays in order", async ({ server, page }) => {
  await makeApplication(server.api, "shop");
  await makePipeline(server.api, "shop", "release", chain);
  await page.goto(`${EDIT}?stage=ship`);
  await page.getByRole("textbox", { name: "Only if" }).fill("true");
  await page.keyboard.type(" && 1 < 2");
  const condition = page.locator(".cm-content");
  await expect(condition).toHaveText("true && 1 < 2");
  await page.getByRole("textbox", { name: "Text when skipping" }).click();
  await page.keyboard.type("ab");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.type("${x");
  await expect(page.locator(".cm-content")).toHaveText("a${ x }b");
});
