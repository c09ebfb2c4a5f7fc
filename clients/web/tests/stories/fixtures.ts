/** What stories start from: a server of their own, a page that complains about errors, and axe. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { type Page, expect, test as base } from "@playwright/test";
import { Server } from "../server.ts";

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** A violation of an accessibility rule. */
interface Violation {
  id: string;
  nodes: { target: string[]; failureSummary: string }[];
}

/** `server` is started for the story; `page` opens on it (`page.goto("/apps")`) and fails the story on script errors. */
export const test = base.extend<{ server: Server }>({
  // oxlint-disable-next-line no-empty-pattern -- the names of fixtures are read from here
  server: async ({}, use) => {
    const server = await Server.start();
    await use(server);
    await server.stop();
  },
  baseURL: async ({ server }, use) => use(server.address),
  page: async ({ page }, use) => {
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(String(error)));
    page.on("console", (message) => {
      if (message.type() === "error" && /Content Security Policy|Warning:/.test(message.text())) errors.push(message.text());
    });
    await use(page);
    expect(errors).toEqual([]);
  },
});

export { expect };

/** Fails with a readable list when the page breaks an accessibility rule of WCAG 2.2 AA or a best practice. */
export async function expectAccessible(page: Page): Promise<void> {
  await page.evaluate(axeSource);
  const violations = await page.evaluate(async () => {
    const axe: { run: (context: Document, options: object) => Promise<{ violations: Violation[] }> } = Reflect.get(window, "axe");
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
    return (await axe.run(document, { runOnly: { type: "tag", values: tags } })).violations;
  });
  // Soft: one run tells of all screens.
  expect.soft(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.target.join(" ")} — ${node.failureSummary}`).join("; ")}`)).toEqual([]);
}

/** Fails when the page can be scrolled sideways. */
export async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect.soft(overflow, "the page scrolls sideways").toBeLessThanOrEqual(0);
}
