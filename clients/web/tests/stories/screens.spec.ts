/** Every screen: accessible, in light and dark, wide and narrow; and a picture of each for people to look at. */
import { fileURLToPath } from "node:url";
import type { Gennaker } from "@gennaker/client";
import { type Executions, routes } from "../routes.ts";
import { ended, makeApplication, makePipeline, makeSample, start, until } from "../world.ts";
import { expect, expectAccessible, expectNoSidewaysScroll, test } from "./fixtures.ts";

/** Where the pictures are kept: `UPDATE_SCREENS=1` renews them. */
const PICTURES = fileURLToPath(new URL("../../../../docs/screens/", import.meta.url));

/** Fills a server so that no screen is empty. */
async function prepare(api: Gennaker): Promise<Executions> {
  await makeSample(api);
  const deployed = await start(api, "applications/hello/pipelines/deploy");
  await ended(api, deployed);
  const judged = await start(api, "applications/hello/pipelines/red-black");
  await until(api, judged, (execution) => execution.stages.some((stage) => stage.judgment !== undefined));
  await makeApplication(api, "shop");
  const pipeline = await makePipeline(api, "shop", "release", {
    stages: [
      { id: "build", name: "Build", wait: { duration: "0.1s" } },
      { id: "check", name: "Check", dependsOn: ["build"], fail: { message: "the tests of the release failed" } },
    ],
  });
  await api.triggers.createTrigger({
    parent: "applications/shop", triggerId: "on-push", trigger: { displayName: "On a push", pipeline, source: { case: "webhook", value: {} } },
  });
  await api.triggers.fireTrigger({ name: "applications/shop/triggers/on-push", reason: "to see it fire" });
  const failed = await start(api, pipeline);
  await ended(api, failed);
  return { deployed, judged, failed };
}

const VIEWS = [
  { scheme: "light", width: 1280 }, { scheme: "dark", width: 1280 }, { scheme: "light", width: 400 }, { scheme: "dark", width: 400 },
] as const;

test("every screen is accessible, light and dark, wide and narrow", async ({ server, page }) => {
  test.setTimeout(600_000);
  const world = await prepare(server.api);
  for (const { id, path, shows } of routes(world)) {
    await page.goto(path);
    for (const { scheme, width } of VIEWS) {
      await test.step(`${id} ${scheme} ${width}`, async () => {
        await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
        await page.setViewportSize({ width, height: 800 });
        await expect(page.getByText(shows).filter({ visible: true }).first()).toBeVisible();
        await expect(page.getByRole("status").filter({ hasText: "Loading" })).toHaveCount(0);
        await expectAccessible(page);
        await expectNoSidewaysScroll(page);
        if (process.env.UPDATE_SCREENS && (scheme === "light") === (width === 1280)) {
          await page.screenshot({ path: `${PICTURES}${id}-${scheme}-${width}.png` });
        }
      });
    }
  }
});

test("an empty server says what to do, and the sample runs after one click", async ({ page }) => {
  await page.goto("/");
  await expectAccessible(page);
  await page.getByRole("button", { name: "Create the sample application" }).click();
  await expect(page).toHaveURL(/\/apps\/hello\/executions\//);
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Deploy");
  await expect(page.getByText("Succeeded").first()).toBeVisible({ timeout: 30_000 });
});
