/** What happens on the server is on the screen at once, in every tab, and also after the connection broke. */
import type { BrowserContext, Page } from "@playwright/test";
import { Judgment_Decision } from "@gennaker/client/gen/execution";
import type { Gennaker } from "@gennaker/client";
import { chain, ended, makeApplication, makePipeline, screenOf, start, until } from "../world.ts";
import { expect, test } from "./fixtures.ts";

const STAGES = 40;

const badge = (page: Page) => page.locator(".health");
const node = (page: Page, stage: string) => page.locator(`[data-node="${stage}"]`);
const done = (page: Page) => page.locator('[data-node][data-tone="ok"]');

/** Starts an execution that waits for a decision. */
async function judged(api: Gennaker): Promise<string> {
  await makeApplication(api, "shop");
  const name = await start(api, await makePipeline(api, "shop", "ask", { stages: [{ id: "ask", name: "Ask", manualJudgment: {} }] }));
  await until(api, name, (execution) => execution.stages.some((stage) => stage.judgment !== undefined));
  return name;
}

async function open(context: BrowserContext, address: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(address);
  await expect(badge(page)).toContainText("Live");
  return page;
}

/** The numbers in the events tab by their place in the list, which is scrolled to its end. */
async function sequences(page: Page): Promise<number[]> {
  const rows = page.getByRole("list", { name: "Events" }).getByRole("listitem");
  const found = new Map<number, number>();
  await page.evaluate(() => window.scrollTo(0, 0));
  for (;;) {
    await expect(rows.first()).toBeVisible();
    const seen = await rows.evaluateAll((all) => all.map((row) => ({
      place: Number(row.getAttribute("aria-posinset")), size: Number(row.getAttribute("aria-setsize")), text: row.querySelector(".event-number")?.textContent ?? "",
    })));
    for (const { place, text } of seen) found.set(place, Number(text));
    const last = seen.at(-1);
    if (!last || last.place === last.size) return [...found].sort(([one], [other]) => one - other).map(([, sequence]) => sequence);
    await rows.last().scrollIntoViewIfNeeded();
    await expect(rows.last()).not.toHaveAttribute("aria-posinset", String(last.place));
  }
}

test("a restart of the server in the middle of an execution loses and doubles nothing", async ({ server, page }) => {
  await makeApplication(server.api, "shop");
  const name = await start(server.api, await makePipeline(server.api, "shop", "long", chain(STAGES, "0.25s")));
  await page.goto(screenOf(name));
  await expect(node(page, "s3")).toHaveAttribute("data-tone", "ok");
  await expect(badge(page)).toContainText("Live");

  await server.kill();
  await expect(badge(page)).toContainText("Reconnecting", { timeout: 1_000 });
  await server.restart();
  await expect(badge(page)).toContainText("Live", { timeout: 2_000 });

  await expect(done(page)).toHaveCount(STAGES, { timeout: 30_000 });
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Succeeded");
  const { sequence } = await ended(server.api, name);
  await page.getByRole("tab", { name: "Events" }).click();
  await expect(page.getByText(`${sequence} events`)).toBeVisible();
  expect(await sequences(page)).toEqual(Array.from({ length: Number(sequence) }, (_, index) => Number(sequence) - index));
});

test("the second restart is noticed and got over like the first", async ({ server, page }) => {
  const name = await judged(server.api);
  await page.goto(screenOf(name));
  await expect(badge(page)).toContainText("Live");
  for (let turn = 0; turn < 2; turn++) {
    await server.kill();
    await expect(badge(page)).toContainText("Reconnecting", { timeout: 1_000 });
    await server.restart();
    await expect(badge(page)).toContainText("Live", { timeout: 2_000 });
  }
  await server.api.executions.submitJudgment({ name, stage: "ask", decision: Judgment_Decision.CONTINUE });
  await expect(node(page, "ask")).toHaveAttribute("data-tone", "ok");
});

test("twenty tabs of one browser are live over HTTP/1.1", async ({ server, context }) => {
  test.setTimeout(120_000);
  const name = await judged(server.api);
  const pages: Page[] = [];
  for (let tab = 0; tab < 20; tab++) pages.push(await open(context, screenOf(name)));
  await server.api.executions.submitJudgment({ name, stage: "ask", decision: Judgment_Decision.CONTINUE });
  await Promise.all(pages.map((page) => expect(node(page, "ask")).toHaveAttribute("data-tone", "ok")));
});

test("a browser without shared workers is live too", async ({ server, page }) => {
  await page.addInitScript(() => Reflect.deleteProperty(window, "SharedWorker"));
  const name = await judged(server.api);
  await page.goto(screenOf(name));
  expect(await page.evaluate(() => "SharedWorker" in window)).toBe(false);
  await expect(badge(page)).toContainText("Live");
  await server.api.executions.submitJudgment({ name, stage: "ask", decision: Judgment_Decision.CONTINUE });
  await expect(node(page, "ask")).toHaveAttribute("data-tone", "ok");
});

test("a judgment given in one tab shows in another", async ({ server, context }) => {
  const name = await judged(server.api);
  const [one, other] = [await open(context, `${screenOf(name)}?stage=ask`), await open(context, screenOf(name))];
  await one.getByRole("button", { name: "Approve" }).click();
  for (const page of [one, other]) {
    await expect(node(page, "ask")).toHaveAttribute("data-tone", "ok");
    await expect(page.getByRole("heading", { level: 1 })).toContainText("Succeeded");
  }
});

test("a page that is offline says so, and is live again afterwards", async ({ server, context, page }) => {
  // What cuts the network of a page here leaves that of a worker alone.
  await page.addInitScript(() => Reflect.deleteProperty(window, "SharedWorker"));
  const name = await judged(server.api);
  await page.goto(screenOf(name));
  await expect(badge(page)).toContainText("Live");
  await context.setOffline(true);
  await expect(badge(page)).toContainText(/Reconnecting|Stale/);
  await server.api.executions.submitJudgment({ name, stage: "ask", decision: Judgment_Decision.CONTINUE });
  await context.setOffline(false);
  await expect(badge(page)).toContainText("Live");
  await expect(node(page, "ask")).toHaveAttribute("data-tone", "ok");
});
