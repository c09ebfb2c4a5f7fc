/** Everything can be done without a mouse. */
import type { Page } from "@playwright/test";
import { ended, makeApplication, makePipeline, makeSample, screenOf, start, until } from "../world.ts";
import { expect, test } from "./fixtures.ts";
import { isFocused, tab, tabTo } from "./keys.ts";

const node = (page: Page, stage: string) => page.locator(`[data-node="${stage}"]`);

test("from the front page to a judged stage by keys alone", async ({ server, page }) => {
  await makeSample(server.api);
  await page.goto("/");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();

  await test.step("the skip link comes first, is seen when it has the focus, and leads to the content", async () => {
    await tab(page);
    const skip = page.getByRole("link", { name: "Skip to the content" });
    await expect(skip).toBeFocused();
    await expect(skip).toBeInViewport();
    await page.keyboard.press("Enter");
    await expect(page.locator("main")).toBeFocused();
  });

  await test.step("the palette finds the pipeline and opens it", async () => {
    await page.keyboard.press("/");
    const box = page.getByRole("combobox", { name: "Search" });
    await expect(box).toBeFocused();
    await page.keyboard.type("red black");
    const option = page.getByRole("option", { name: /Red\/black/ }).first();
    await expect(option).toBeVisible();
    while ((await option.getAttribute("aria-selected")) !== "true") await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/\/apps\/hello\/pipelines\/red-black$/);
  });

  await test.step("it is run with a parameter", async () => {
    await tabTo(page, page.getByRole("main").getByRole("button", { name: "Run", exact: true }));
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog", { name: /Run Red\/black/ });
    await expect(dialog).toBeVisible();
    const version = dialog.getByLabel("version");
    await tabTo(page, version);
    await page.keyboard.type("v1");
    await expect(version).toHaveValue("v1");
    await tabTo(page, dialog.getByRole("button", { name: "Start" }));
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/\/apps\/hello\/executions\/[^/]+$/);
    await expect(page.getByText("v1").first()).toBeVisible();
  });

  await test.step("the graph is one stop, in which the arrows follow the edges", async () => {
    await expect(node(page, "approve")).toContainText("Waits for a decision");
    await tabTo(page, node(page, "approve"));
    await page.keyboard.press("ArrowRight");
    await expect(node(page, "deploy")).toBeFocused();
    await page.keyboard.press("ArrowRight");
    await expect(node(page, "settle")).toBeFocused();
    await tab(page);
    expect(await page.evaluate(() => document.activeElement?.closest("[data-node]") === null)).toBe(true);
    await tab(page, "Shift+Tab");
    await expect(node(page, "settle")).toBeFocused();
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("ArrowLeft");
    await expect(node(page, "approve")).toBeFocused();
  });

  await test.step("Enter opens the stage, `a` approves, Escape gives the focus back to the stage", async () => {
    await page.keyboard.press("Enter");
    const panel = page.getByRole("complementary", { name: "Details of the stage" });
    await expect(panel.getByRole("heading", { name: "Approve" })).toBeFocused();
    await expect(page).toHaveURL(/stage=approve/);
    await page.keyboard.press("a");
    const dialog = page.getByRole("dialog", { name: "Approve Approve?" });
    await expect(dialog).toBeVisible();
    await tabTo(page, dialog.getByRole("radio", { name: "go" }));
    await page.keyboard.press("Space");
    await tabTo(page, dialog.getByRole("button", { name: "Approve" }));
    await page.keyboard.press("Enter");
    await expect(dialog).toHaveCount(0);
    await expect(node(page, "approve")).toContainText("Succeeded");
    await expect(panel.getByRole("heading", { name: "Approve" })).toBeFocused();
    await page.keyboard.press("Escape");
    await expect(panel).toHaveCount(0);
    await expect(node(page, "approve")).toBeFocused();
  });
});

test("keys go to places and over rows, and letters can be switched off", async ({ server, page }) => {
  await makeApplication(server.api, "shop");
  const pipeline = await makePipeline(server.api, "shop", "quick", { displayName: "Quick", stages: [{ id: "one", group: {} }] });
  for (let turn = 0; turn < 3; turn++) await ended(server.api, await start(server.api, pipeline));
  await page.goto("/apps/shop/pipelines");
  await expect(page.getByRole("link", { name: "Quick" })).toBeVisible();

  await page.keyboard.press("g");
  await page.keyboard.press("e");
  await expect(page).toHaveURL(/\/apps\/shop\/executions/);
  const rows = page.locator("[data-row]");
  await expect(rows).toHaveCount(3);
  await page.keyboard.press("j");
  await expect(rows.nth(0)).toBeFocused();
  await page.keyboard.press("j");
  await expect(rows.nth(1)).toBeFocused();
  await page.keyboard.press("k");
  await expect(rows.nth(0)).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/apps\/shop\/executions\/[^/?]+$/);

  const settings = page.getByRole("button", { name: "Settings" });
  await tabTo(page, settings, "Shift+Tab");
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Settings" });
  await tabTo(page, dialog.getByRole("checkbox", { name: "Single-key shortcuts" }));
  await page.keyboard.press("Space");
  await page.keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);
  await expect(settings).toBeFocused();

  const address = page.url();
  for (const key of ["/", "?", "g", "e", "j", "a"]) await page.keyboard.press(key);
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(settings).toBeFocused();
  expect(page.url()).toBe(address);
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("combobox", { name: "Search" })).toBeFocused();
});

test("dialogs and menus keep the focus, and give it back", async ({ server, page }) => {
  await makeApplication(server.api, "shop");
  const name = await start(server.api, await makePipeline(server.api, "shop", "ask", { stages: [{ id: "ask", name: "Ask", manualJudgment: {} }] }));
  await until(server.api, name, (execution) => execution.stages.some((stage) => stage.judgment !== undefined));
  await page.goto(screenOf(name));
  for (const [button, title] of [["Cancel execution", "Cancel this execution?"], ["Run again", /Run ask again/], ["Keyboard", "Keyboard shortcuts"]] as const) {
    await test.step(`${button}`, async () => {
      const opener = page.getByRole("button", { name: button, exact: true });
      await expect(opener).toBeVisible();
      // From the first stop on: what comes before is passed again.
      await page.locator("body").evaluate((body) => { body.setAttribute("tabindex", "-1"); body.focus(); body.removeAttribute("tabindex"); });
      await tabTo(page, opener);
      await page.keyboard.press("Enter");
      const dialog = page.getByRole("dialog", { name: title });
      await expect(dialog).toBeVisible();
      for (let stop = 0; stop < 8; stop++) {
        await page.keyboard.press("Tab");
        expect(await page.evaluate(() => document.activeElement === document.body || document.activeElement?.closest("dialog") !== null)).toBe(true);
      }
      await page.keyboard.press("Escape");
      await expect(dialog).toHaveCount(0);
      await expect(opener).toBeFocused();
    });
  }
  const menu = page.getByRole("button", { name: "More actions" });
  await tabTo(page, menu);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("menu")).toBeVisible();
  await page.keyboard.press("ArrowDown");
  expect(await isFocused(page.getByRole("menuitem").nth(1))).toBe(true);
  await page.keyboard.press("Escape");
  await expect(page.getByRole("menu")).toHaveCount(0);
  await expect(menu).toBeFocused();
});

test("a failed stage is found and retried by keys", async ({ server, page }) => {
  await makeApplication(server.api, "shop");
  const stages = [{ id: "build", name: "Build", group: {} }, { id: "check", name: "Check", dependsOn: ["build"], fail: { message: "the tests failed" } }];
  const name = await start(server.api, await makePipeline(server.api, "shop", "release", { stages }));
  await ended(server.api, name);
  await page.goto(screenOf(name));
  await tabTo(page, page.getByRole("button", { name: "Jump to error" }));
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Check" })).toBeFocused();
  const retry = page.getByRole("button", { name: "Retry from here" });
  await tabTo(page, retry);
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Retry from Check?" });
  await tabTo(page, dialog.getByRole("button", { name: "Retry from here" }));
  await page.keyboard.press("Enter");
  await expect(dialog).toHaveCount(0);
  await expect(node(page, "check")).toContainText("attempt 2");
});
