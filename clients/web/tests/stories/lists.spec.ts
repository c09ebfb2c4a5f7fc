/** Lists: executions found among many, triggers with their ledgers, projects with what stands where. */
import { ended, makeApplication, makePipeline, makeSample, start } from "../world.ts";
import { expect, expectAccessible, test } from "./fixtures.ts";

test("an execution is found by text, by status and by pipeline, and the filter stays in the address", async ({ server, page }) => {
  await makeApplication(server.api, "shop");
  const release = await makePipeline(server.api, "shop", "release", {
    displayName: "Release", parameters: [{ name: "version", defaultValue: "1", pinned: true }], stages: [{ id: "wait", name: "Wait", wait: { duration: "0.01s" } }],
  });
  const check = await makePipeline(server.api, "shop", "check", { displayName: "Check", stages: [{ id: "no", name: "No", fail: { message: "the check is red" } }] });
  for (const version of ["apple", "pear", "plum"]) await ended(server.api, await start(server.api, release, { version }));
  await ended(server.api, await start(server.api, check));

  await page.goto("/apps/shop/executions");
  const list = page.getByRole("list", { name: "Executions", exact: true });
  await expect(list.getByRole("link", { name: /^(Release|Check)/ })).toHaveCount(4);
  await page.getByRole("searchbox", { name: "Name, parameter, reason…" }).fill("PEAR");
  await expect(list.getByRole("link", { name: /^(Release|Check)/ })).toHaveCount(1);
  await expect(list).toContainText("version=pear");
  await expect(page).toHaveURL(/text=PEAR/);
  await page.reload();
  await expect(list).toContainText("version=pear");

  await page.getByRole("button", { name: "Clear the filter" }).click();
  await page.getByRole("button", { name: "Failed" }).click();
  await expect(list.getByRole("link", { name: /^Check/ })).toHaveCount(1);
  await expect(list).toContainText("the check is red");
  await page.getByRole("button", { name: "Failed" }).click();
  await page.getByLabel("Pipeline", { exact: true }).selectOption("Release");
  await expect(list.getByRole("link", { name: /^Release/ })).toHaveCount(3);

  await page.goto("/apps/shop/executions?group=pipeline");
  await page.getByRole("button", { name: "Release", exact: true }).click();
  await expect(page).toHaveURL(/closed=/);
  await expect(list.getByRole("link", { name: /^Release/ })).toHaveCount(0);
  await expect(list.getByRole("link", { name: /^Check/ })).toHaveCount(1);
  await expectAccessible(page);

  await page.goto("/apps/shop/executions?text=nothing-like-it");
  await expect(page.getByText("No execution matches the filter")).toBeVisible();
});

test("what runs is on top, and moves to the history where it belongs when it ends", async ({ server, page }) => {
  await makeApplication(server.api, "shop");
  const slow = await makePipeline(server.api, "shop", "slow", { displayName: "Slow", stages: [
    { id: "wait", name: "Wait", wait: { duration: "600s" } }, { id: "late", name: "Late", dependsOn: ["wait"], wait: { duration: "600s" } },
  ] });
  await page.goto("/apps/shop/executions");
  await expect(page.getByText("Nothing has run yet")).toBeVisible();
  const name = await start(server.api, slow);
  const list = page.getByRole("list", { name: "Executions", exact: true });
  await expect(list.getByRole("heading", { name: "Running now" })).toBeVisible();
  await server.api.executions.skipStage({ name, stage: "late", reason: "the story does not wait" });
  await server.api.executions.skipStage({ name, stage: "wait" });
  await expect(list.getByRole("heading", { name: "History" })).toBeVisible();
  await expect(list.getByRole("heading", { name: "Running now" })).toHaveCount(0);
  await expect(list).toContainText("Succeeded");

  await page.goto("/operations?tab=people");
  await expect(page.getByText("Skipped")).toBeVisible();
  await expect(page.getByText("the story does not wait")).toBeVisible();
  await expectAccessible(page);
});

test("a trigger made by hand is fired, and its ledger says so", async ({ server, page }) => {
  await makeApplication(server.api, "shop");
  await makePipeline(server.api, "shop", "release", { displayName: "Release", stages: [{ id: "wait", name: "Wait", wait: { duration: "0.01s" } }] });
  await page.goto("/apps/shop/triggers");
  await page.getByRole("button", { name: "New trigger" }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Id").fill("on-push");
  await dialog.getByLabel("Kind").selectOption("Webhook");
  await dialog.getByRole("combobox", { name: /^Pipeline/ }).fill("applications/shop/pipelines/release");
  await page.keyboard.press("Tab");
  await dialog.getByRole("button", { name: "Create" }).click();
  await expect(page).toHaveURL(/\/apps\/shop\/triggers\/on-push$/);
  await expect(page.getByText("It has seen nothing yet")).toBeVisible();

  await page.getByRole("button", { name: "Fire now" }).click();
  await dialog.getByLabel(/^Payload/).fill('{"ref": "main"}');
  await dialog.getByLabel(/^Reason/).fill("to see it fire");
  await dialog.getByRole("button", { name: "Fire now" }).click();
  await expect(dialog.getByText("Fired")).toBeVisible();
  await dialog.getByText("Close", { exact: true }).click();
  const ledger = page.getByRole("list", { name: "Ledger" });
  await expect(ledger.getByText("Fired")).toBeVisible();
  await ledger.getByText("What it saw").click();
  await expect(ledger.getByText("main")).toBeVisible();

  // A program posts to the address: the ledger follows by itself.
  const { trigger } = await server.api.triggers.getTrigger({ name: "applications/shop/triggers/on-push" });
  const path = trigger?.source.case === "webhook" ? trigger.source.value.path : "";
  const answer = await fetch(server.address + path, { method: "POST", headers: { "Content-Type": "application/json" }, body: '{"ref": "release"}' });
  expect(answer.ok).toBe(true);
  await expect(ledger.getByText("Fired")).toHaveCount(2);
  await expectAccessible(page);

  await page.getByRole("button", { name: "Disable" }).click();
  await expect(page.getByRole("button", { name: "Enable" })).toBeVisible();
  await page.getByRole("button", { name: "Delete" }).click();
  await dialog.getByRole("button", { name: "Delete" }).click();
  await expect(page.getByText("There are no triggers yet")).toBeVisible();
});

test("a project shows which version stands where, as soon as it was deployed", async ({ server, page }) => {
  await makeSample(server.api);
  await page.goto("/projects");
  await page.getByRole("link", { name: "Hello" }).click();
  await expect(page.getByText("Nothing is deployed yet")).toBeVisible();
  await ended(server.api, await start(server.api, "applications/hello/pipelines/deploy", { version: "v1" }));
  const matrix = page.getByRole("table");
  await expect(matrix.getByRole("link", { name: "v1" })).toBeVisible();
  await expect(page.getByRole("listitem").filter({ hasText: "Deploy" }).getByText("Succeeded")).toBeVisible();
  await ended(server.api, await start(server.api, "applications/hello/pipelines/deploy", { version: "v2" }));
  await expect(matrix.getByRole("link", { name: "v2" })).toBeVisible();
  await expect(matrix.getByRole("link", { name: "v1" })).toHaveCount(0);
  await page.getByRole("button", { name: "Wall" }).click();
  await expect(page.getByRole("navigation", { name: "Main" })).toBeHidden();
  await expect(matrix.getByRole("link", { name: "v2" })).toBeVisible();
  await expectAccessible(page);
  await page.keyboard.press("Escape");
  await expect(page.getByRole("navigation", { name: "Main" })).toBeVisible();
});

test("pipelines of Spinnaker are looked at, and then imported", async ({ server, page }) => {
  await makeApplication(server.api, "shop");
  await page.goto("/apps/shop/pipelines");
  await page.getByRole("button", { name: "Import from Spinnaker" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Pipelines as JSON").fill(JSON.stringify({
    id: "abc", name: "Old release", application: "shop", stages: [{ type: "wait", name: "Wait", refId: "1", requisiteStageRefIds: [], waitTime: 1 }],
  }));
  await dialog.getByRole("button", { name: "Check" }).click();
  await expect(dialog.getByText("Old release")).toBeVisible();
  await expectAccessible(page);
  await dialog.getByRole("button", { name: "Import 1 pipeline" }).click();
  await expect(page.getByRole("link", { name: "Old release" })).toBeVisible();
});

test("thousands of executions scroll with few rows in the page", async ({ server, page }) => {
  test.setTimeout(240_000);
  const count = 3000;
  await makeApplication(server.api, "shop");
  const pipeline = await makePipeline(server.api, "shop", "quick", {
    displayName: "Quick", concurrency: { maxConcurrent: 0 }, stages: [{ id: "variables", name: "Variables", evaluateVariables: { variables: [{ name: "a", value: "1" }] } }],
  });
  for (let begun = 0; begun < count; begun += 50) await Promise.all(Array.from({ length: 50 }, () => start(server.api, pipeline)));
  await page.goto("/apps/shop/executions");
  const list = page.getByRole("list", { name: "Executions", exact: true });
  await expect(list.getByRole("link").first()).toBeVisible();
  const setSize = () => list.getByRole("listitem").first().getAttribute("aria-setsize").then(Number);
  await expect(async () => {
    await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight));
    expect(await setSize()).toBeGreaterThan(count);
  }).toPass({ timeout: 120_000, intervals: [50] });
  const frames = await page.evaluate(async () => {
    const gaps: number[] = [];
    let last = performance.now();
    for (let frame = 0; frame < 120; frame++) {
      window.scrollBy(0, -400);
      const now = await new Promise<number>((done) => { requestAnimationFrame(done); });
      gaps.push(now - last);
      last = now;
    }
    return gaps.sort((a, b) => a - b);
  });
  expect(frames[Math.floor(frames.length * 0.9)]).toBeLessThan(100);
  await expect(list.getByRole("link").first()).toBeVisible();
  expect(await list.getByRole("listitem").count()).toBeLessThan(60);
  expect(await list.locator("*").count()).toBeLessThan(2500);

  // What is looked at stays where it was when something new comes in above.
  const row = list.getByRole("link").nth(20);
  const label = (await row.textContent()) ?? "";
  const place = async () => (await page.getByRole("link", { name: label }).boundingBox())?.y ?? NaN;
  const before = [await place(), await setSize()];
  await ended(server.api, await start(server.api, pipeline));
  await expect(async () => expect(await setSize()).toBeGreaterThan(before[1] ?? 0)).toPass({ timeout: 10_000 });
  await expect(async () => expect(Math.abs((await place()) - (before[0] ?? 0))).toBeLessThan(4)).toPass({ timeout: 3000 });
  await page.waitForTimeout(500);
  expect(Math.abs((await place()) - (before[0] ?? 0))).toBeLessThan(4);
});
