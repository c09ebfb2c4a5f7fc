/** An execution: watched live, judged, mended, canceled, looked back at, and linked to. */
import type { Gennaker } from "@gennaker/client";
import type { Page } from "@playwright/test";
import { ended, makeApplication, makePipeline, screenOf, start, until } from "../world.ts";
import { expect, expectAccessible, test } from "./fixtures.ts";

const node = (page: Page, stage: string) => page.locator(`[data-node="${stage}"]`);
const panel = (page: Page) => page.getByRole("complementary", { name: "Details of the stage" });
const title = (page: Page) => page.getByRole("heading", { level: 1 });

/** A pipeline that waits a moment and then asks which way to go on. */
async function makeRelease(api: Gennaker, settle = "0.5s"): Promise<string> {
  await makeApplication(api, "shop");
  return makePipeline(api, "shop", "release", {
    displayName: "Release",
    parameters: [{ name: "version", label: "Version", required: true }, { name: "size", type: "TYPE_INTEGER", defaultValue: "3" }],
    stages: [
      { id: "settle", name: "Let it settle", wait: { duration: settle } },
      { id: "ask", name: "Approve", dependsOn: ["settle"], manualJudgment: { instructions: "Is **${ parameters.version }** good?", inputs: ["slow", "fast"] } },
      { id: "go", name: "Go", dependsOn: ["ask"], wait: { duration: "0.2s" } },
    ],
  });
}

async function asked(api: Gennaker): Promise<string> {
  const name = await start(api, await makeRelease(api), { version: "7" });
  await until(api, name, (execution) => execution.stages.some((stage) => stage.judgment !== undefined));
  return name;
}

test("a run with a wait and a judgment is watched live, judged with an input, and run again from its form", async ({ server, page }) => {
  await page.goto(screenOf(await start(server.api, await makeRelease(server.api, "6s"), { version: "7" })));
  await expect(page.getByLabel("What it waits for")).toContainText("Let it settle");
  await expect(node(page, "settle")).toHaveAttribute("data-tone", "ok");
  await expect(page.getByLabel("What it waits for")).toContainText("Waits for a decision: Is 7 good?");

  await node(page, "ask").click();
  await expect(panel(page).getByRole("button", { name: "Approve" })).toBeDisabled();
  await panel(page).getByLabel("fast").check();
  await panel(page).getByLabel("Comment").fill("looks right");
  await expectAccessible(page);
  await panel(page).getByRole("button", { name: "Approve" }).click();
  await expect(title(page)).toContainText("Succeeded");
  await expect(panel(page)).toContainText("looks right");
  await expect(page.getByLabel("What it waits for")).toHaveCount(0);

  await page.getByRole("button", { name: "Run again" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByLabel("Version")).toHaveValue("7");
  await dialog.getByLabel("size").fill("many");
  await expect(dialog.getByText("must be a whole number")).toBeVisible();
  await dialog.getByLabel("size").fill("4");
  await dialog.getByLabel("Version").fill("8");
  await dialog.getByRole("button", { name: "Start" }).click();
  await expect(dialog).toHaveCount(0);
  await expect(page.locator(".execution-facts")).toContainText("version 8");
});

test("the keyboard alone judges: arrows in the graph, Enter, Escape back to the stage, and the key to approve", async ({ server, page }) => {
  await page.goto(screenOf(await asked(server.api)));
  await node(page, "settle").focus();
  await page.keyboard.press("ArrowRight");
  await expect(node(page, "ask")).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(panel(page).getByRole("heading", { level: 2 })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(panel(page)).toHaveCount(0);
  await expect(node(page, "ask")).toBeFocused();

  await page.keyboard.press("a");
  const dialog = page.getByRole("dialog", { name: "Approve Approve?" });
  await dialog.getByLabel("slow").press("Space");
  await dialog.getByLabel("Comment").press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect(title(page)).toContainText("Succeeded");
});

test("a failed stage is found at once, and retried after its cause was mended", async ({ server, page }) => {
  const { api } = server;
  await makeApplication(api, "shop");
  const build = await makePipeline(api, "shop", "build", { stages: [{ id: "make", wait: { duration: "0.1s" } }] });
  const use = await makePipeline(api, "shop", "use", { stages: [{ id: "find", name: "Find the build", findArtifact: { pipeline: build } }, { id: "then", name: "Then", dependsOn: ["find"], wait: { duration: "0.1s" } }] });
  const name = await start(api, use);
  await ended(api, name);

  await page.goto(screenOf(name));
  await expect(title(page)).toContainText("Failed");
  await page.getByRole("button", { name: "Jump to error" }).click();
  await expect(panel(page).getByRole("heading", { level: 2 })).toHaveText("Find the build");
  await ended(api, await start(api, build));
  await panel(page).getByRole("button", { name: "Retry from here" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Retry from here" }).click();
  await expect(title(page)).toContainText("Succeeded");
  await expect(panel(page)).toContainText("attempt 2");
  await expect(page.getByRole("button", { name: "Jump to error" })).toHaveCount(0);
});

test("canceling asks for a reason, and the reason stays with the execution", async ({ server, page }) => {
  await page.goto(screenOf(await asked(server.api)));
  await page.getByRole("button", { name: "Cancel execution" }).click();
  await page.getByRole("dialog").getByLabel("Reason").fill("wrong version");
  await page.getByRole("dialog").getByRole("button", { name: "Cancel this execution" }).click();
  await expect(title(page)).toContainText("Canceled");
  await expect(page.getByText(/Canceled by .*: wrong version/)).toBeVisible();
  await page.getByRole("tab", { name: "Events" }).click();
  await page.getByRole("button", { name: "Only what people did" }).click();
  await expect(page.getByText("2 events")).toBeVisible();
});

test("the past is shown as it was, marked as past, and nothing can be done there", async ({ server, page }) => {
  const name = await asked(server.api);
  await page.goto(`${screenOf(name)}?stage=ask`);
  await expect(panel(page).getByRole("button", { name: "Stop" })).toBeVisible();
  await page.getByRole("button", { name: "Replay" }).click();
  await expect(page.getByText(/as it was after event \d+/)).toBeVisible();
  await page.getByRole("slider", { name: "Replay" }).fill("4");
  await expect(page.getByText("as it was after event 4.")).toBeVisible();
  await expect(node(page, "settle")).toContainText("Running");
  await expect(node(page, "ask")).toContainText("Not started");
  await expect(panel(page).getByRole("button", { name: "Stop" })).toHaveCount(0);
  await expect(page).toHaveURL(/at=4/);
  await page.reload();
  await expect(node(page, "ask")).toContainText("Not started");
  await expectAccessible(page);
  await page.getByRole("button", { name: "Go to now" }).click();
  await expect(node(page, "ask")).toContainText("Waits for a decision");
});

test("a link leads to a stage, with its expressions beside what became of them", async ({ server, page }) => {
  const name = await asked(server.api);
  await page.goto(screenOf(name));
  await node(page, "ask").click();
  const link = page.url();
  await page.goto("/apps");
  await page.goto(link);
  await expect(panel(page).getByRole("heading", { level: 2 })).toHaveText("Approve");
  await expect(panel(page)).toContainText("Is **${ parameters.version }** good?");
  await panel(page).getByText("Evaluate an expression").click();
  await panel(page).getByLabel("Expression").fill("parameters.size * 2");
  await panel(page).getByRole("button", { name: "Evaluate" }).click();
  await expect(panel(page).getByText("value: 6")).toBeVisible();
});
