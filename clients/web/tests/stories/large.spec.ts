/** An execution of a thousand stages is looked at like one of ten. */
import type { Page } from "@playwright/test";
import { ended, makeApplication, makePipeline, screenOf, start } from "../world.ts";
import { expect, test } from "./fixtures.ts";

const COLUMNS = 20;
const ROWS = 50;
/** The stage that fails; the others go on. */
const BROKEN = "c12-30";

/** Columns of stages, each after one of the column before; one of them fails. */
function thousand() {
  const stages = Array.from({ length: COLUMNS * ROWS }, (_, index) => {
    const [column, row] = [Math.floor(index / ROWS), index % ROWS];
    const id = `c${column}-${row}`;
    const kind = id === BROKEN ? { fail: { message: "the tests failed" } } : { group: {} };
    return { id, name: `Stage ${column}.${row}`, dependsOn: column === 0 ? [] : [`c${column - 1}-${row}`], ...kind };
  });
  return { displayName: "Thousand", stages };
}

const boxes = (page: Page) => page.locator("[data-node]");

test("a thousand stages: drawn where one looks, the failed one found, searched by typing, and listed over time", async ({ server, page }) => {
  test.setTimeout(180_000);
  await makeApplication(server.api, "shop");
  const name = await start(server.api, await makePipeline(server.api, "shop", "thousand", thousand()));
  await ended(server.api, name);
  await page.goto(screenOf(name));

  await test.step("only what is in sight is in the page, the failed stage among it", async () => {
    await expect(page.getByText("1,000 stages", { exact: true })).toBeVisible();
    await expect(page.locator(`[data-node="${BROKEN}"]`)).toBeInViewport();
    expect(await boxes(page).count()).toBeLessThan(200);
  });

  await test.step("the way to the error leads to its stage", async () => {
    await page.getByRole("button", { name: "Jump to error" }).click();
    await expect(page.getByRole("heading", { name: "Stage 12.30" })).toBeFocused();
    await expect(page).toHaveURL(/stage=c12-30/);
    await page.keyboard.press("Escape");
    await expect(page.locator(`[data-node="${BROKEN}"]`)).toBeFocused();
  });

  await test.step("typing a name goes to its stage, and End to the last one", async () => {
    await page.keyboard.type("Stage 19.49", { delay: 100 });
    await expect(page.locator('[data-node="c19-49"]')).toBeFocused();
    await expect(page.locator('[data-node="c19-49"]')).toBeInViewport();
    expect(await boxes(page).count()).toBeLessThan(200);
    await page.keyboard.press("Home");
    await expect(page.locator('[data-node="c0-0"]')).toBeFocused();
  });

  await test.step("the timeline has a thousand rows and few of them in the page", async () => {
    await page.getByRole("tab", { name: "Timeline" }).click();
    await expect(page.getByText("Stage 0.0", { exact: true }).first()).toBeVisible();
    const panel = page.getByRole("tabpanel");
    expect(await panel.locator("*").count()).toBeLessThan(3_000);
    await panel.getByText("Stage 0.0", { exact: true }).first().hover();
    await page.mouse.wheel(0, 100_000);
    await expect(panel.getByText(/^Stage 19\./).first()).toBeVisible();
  });
});
