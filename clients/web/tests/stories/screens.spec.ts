/** Every screen: accessible, in light and dark, wide and narrow; and a picture of each for people to look at. */
import { fileURLToPath } from "node:url";
import { routes } from "../routes.ts";
import { prepare } from "../world.ts";
import { expect, expectAccessible, expectNoSidewaysScroll, test } from "./fixtures.ts";

/** Where the pictures are kept: `UPDATE_SCREENS=1` renews them. */
const PICTURES = fileURLToPath(new URL("../../../../docs/screens/", import.meta.url));

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
          await page.screenshot({ path: `${PICTURES}${id}-${scheme}-${width}.jpg`, type: "jpeg", quality: 60 });
        }
      });
    }
  }
});

test("an empty server says what to do, and the sample runs after one click", async ({ page }) => {
  await page.goto("/");
  await expect(page.getByRole("button", { name: "Create the sample application" })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("button", { name: "Create the sample application" }).click();
  await expect(page).toHaveURL(/\/apps\/hello\/executions\//);
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Deploy");
  await expect(page.getByText("Succeeded").first()).toBeVisible({ timeout: 30_000 });
});
