/** What stories without a mouse do. */
import type { Locator, Page } from "@playwright/test";
import { expect } from "./fixtures.ts";

/** How often Tab is pressed before something counts as out of reach. */
const MOST_STOPS = 60;

/** Presses Tab once and checks that one sees where the focus is. */
export async function tab(page: Page, key: "Tab" | "Shift+Tab" = "Tab"): Promise<void> {
  await page.keyboard.press(key);
  const unseen = await page.evaluate(() => {
    const element = document.activeElement;
    if (!element || element === document.body) return "";
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
    const { width, height } = element.getBoundingClientRect();
    const marked = (outlineStyle !== "none" && parseFloat(outlineWidth) > 0) || boxShadow !== "none";
    return marked && width > 0 && height > 0 ? "" : element.outerHTML.slice(0, 200);
  });
  expect(unseen, "the focus is to be seen").toBe("");
}

/** Presses Tab until something has the focus. */
export async function tabTo(page: Page, target: Locator, key: "Tab" | "Shift+Tab" = "Tab"): Promise<void> {
  await expect(target).toBeVisible();
  for (let stop = 0; stop < MOST_STOPS; stop++) {
    if (await isFocused(target)) return;
    await tab(page, key);
  }
  throw new Error(`${target} can't be reached by Tab`);
}

/** Whether something has the focus. */
export function isFocused(target: Locator): Promise<boolean> {
  return target.evaluate((element) => element === document.activeElement);
}
