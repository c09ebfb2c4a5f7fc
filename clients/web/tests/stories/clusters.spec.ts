/** The fleet: what runs where, live, and what is done to it from the UI. */
import { Judgment_Decision } from "@gennaker/client/gen/execution";
import type { Page } from "@playwright/test";
import type { Server } from "../server.ts";
import { ended, makeSample, start, until } from "../world.ts";
import { expect, expectAccessible, expectNoSidewaysScroll, test } from "./fixtures.ts";

const GROUP = (id: string) => `accounts/local/regions/local/serverGroups/${id}`;

/** Deploys the first version, and the second beside it with red/black: v001 has the traffic, v000 waits for a rollback. */
async function deployTwice({ api }: Server): Promise<void> {
  await makeSample(api);
  await ended(api, await start(api, "applications/hello/pipelines/deploy"));
  const second = await start(api, "applications/hello/pipelines/red-black");
  await until(api, second, (execution) => execution.stages.some((stage) => stage.judgment !== undefined));
  await api.executions.submitJudgment({ name: second, stage: "approve", decision: Judgment_Decision.CONTINUE, input: "go" });
  await ended(api, second);
}

/** The row of a server group. */
const row = (page: Page, id: string) => page.getByRole("row").filter({ has: page.getByRole("link", { name: id, exact: true }) });

/** Opens the dialog of an action of a server group. */
async function open(page: Page, id: string, action: string): Promise<void> {
  await page.getByRole("button", { name: `Actions for ${id}` }).click();
  await page.getByRole("menuitem", { name: action, exact: true }).click();
}

test.describe("clusters", () => {
  test.setTimeout(120_000);
  test.beforeEach(async ({ server, page }) => {
    await deployTwice(server);
    await page.goto("/apps/hello/clusters");
    await expect(row(page, "hello-main-v001")).toContainText("100%");
  });

  test("a cluster is rolled back, and the traffic moves", async ({ page }) => {
    await expect(row(page, "hello-main-v000")).toContainText("Disabled");
    await page.getByRole("button", { name: "Roll back hello-main" }).click();
    const dialog = page.getByRole("dialog");
    await expect(dialog.getByRole("row", { name: /hello-main-v000/ })).toContainText("→ After 100%");
    await expect(dialog.getByRole("row", { name: /hello-main-v001/ })).toContainText("→ After 0%");
    await expect(dialog.getByRole("listitem").first()).toBeVisible();
    await dialog.getByLabel("Reason").fill("v2 shows errors");
    await dialog.getByRole("button", { name: "Roll back", exact: true }).click();
    await expect(row(page, "hello-main-v000")).toContainText("100%", { timeout: 30_000 });
    await expect(row(page, "hello-main-v001")).toContainText("0%");
    await expect(row(page, "hello-main-v001")).toContainText("Disabled");
    await page.getByRole("link", { name: "Follow it" }).click();
    await expect(page.getByRole("heading", { level: 1 })).toContainText("hello-main");
    await page.goto("/apps/hello/load-balancers?lb=hello");
    await expect(page.getByRole("row", { name: /hello-main-v000/ })).toContainText("100%");
  });

  test("a server group is resized, and its instances come as they start", async ({ page }) => {
    await open(page, "hello-main-v001", "Resize");
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Desired").fill("5");
    await expect(dialog.getByRole("row", { name: /hello-main-v001/ })).toContainText("→ After 5");
    await expectAccessible(page);
    await dialog.getByRole("button", { name: "Resize", exact: true }).click();
    await expect(row(page, "hello-main-v001")).toContainText("5 up", { timeout: 30_000 });
    await expect(page.getByText(/Resize hello-main-v001: (started|done)/)).toBeVisible();
  });

  test("a traffic guard refuses to disable, and says why", async ({ server, page }) => {
    await open(page, "hello-main-v001", "Disable");
    const dialog = page.getByRole("dialog");
    await expect(dialog.getByText(/A traffic guard of the application protects hello-main/)).toBeVisible();
    await dialog.getByRole("button", { name: "Disable", exact: true }).click();
    await expect(dialog.getByText(/would leave none of 3/)).toBeVisible();
    await dialog.getByRole("button", { name: "Close" }).last().click();
    await expect(row(page, "hello-main-v001")).toContainText("Enabled");
    const { serverGroup } = await server.api.infrastructure.getServerGroup({ name: GROUP("hello-main-v001") });
    expect(serverGroup?.disabled).toBe(false);
  });

  test("a server group is destroyed only after its name was typed", async ({ page }) => {
    await open(page, "hello-main-v000", "Destroy");
    const dialog = page.getByRole("dialog");
    const destroy = dialog.getByRole("button", { name: "Destroy", exact: true });
    await expect(destroy).toBeDisabled();
    await dialog.getByLabel("Type hello-main-v000 to confirm").fill("hello-main");
    await expect(destroy).toBeDisabled();
    await dialog.getByLabel("Type hello-main-v000 to confirm").fill("hello-main-v000");
    await destroy.click();
    await expect(row(page, "hello-main-v000")).toHaveCount(0, { timeout: 30_000 });
    await page.goto("/apps/hello/clusters/local/local/hello-main-v000");
    await expect(page.getByText("hello-main-v000 is gone")).toBeVisible();
    await expect(page.getByRole("link", { name: /Destroy hello-main-v000/ })).toBeVisible();
  });

  test("several at once: each has its own execution", async ({ page }) => {
    await row(page, "hello-main-v000").getByRole("checkbox").check();
    await row(page, "hello-main-v001").getByRole("checkbox").check();
    await page.getByRole("region", { name: "2 selected" }).getByRole("button", { name: "Resize" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "Up by" }).click();
    await dialog.getByRole("button", { name: "Resize", exact: true }).click();
    await expect(dialog.getByRole("link")).toHaveText(["Resize hello-main-v001", "Resize hello-main-v000"].sort());
    await expect(dialog.getByText("Succeeded")).toHaveCount(2, { timeout: 30_000 });
    await dialog.getByRole("button", { name: "Close" }).last().click();
    await expect(row(page, "hello-main-v001")).toContainText("4 up");
  });

  test("the log of an instance, and what the server group is", async ({ page }) => {
    await page.getByRole("link", { name: "hello-main-v001", exact: true }).click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("hello-main-v001");
    await expect(page.getByText("GET /health answers 200 OK").first()).toBeVisible();
    await page.getByRole("button", { name: /^Log i-/ }).first().click();
    await expect(page.getByRole("region", { name: /Log of i-/ }).getByText(/version v2 listens on/)).toBeVisible();
    await expect(page).toHaveURL(/log=i-/);
    await expect(page.getByRole("link", { name: /Red\/black/ }).first()).toBeVisible();
    await expectAccessible(page);
  });

  test("a filter is in the address, and its counts say what it would show", async ({ page }) => {
    await page.getByRole("button", { name: "Out of service (1)" }).click();
    await expect(row(page, "hello-main-v001")).toHaveCount(0);
    await expect(page).toHaveURL(/health=out/);
    await page.getByLabel("Name, image or label").fill("hello:v2");
    await expect(page.getByText("No server group matches the filter")).toBeVisible();
    await page.getByRole("button", { name: "Clear the filter" }).first().click();
    await expect(row(page, "hello-main-v001")).toHaveCount(1);
  });

  test("the tree goes by keyboard, and fits a narrow page", async ({ page }) => {
    await page.getByRole("row", { name: /^hello-main/ }).focus();
    await page.keyboard.press("ArrowLeft");
    await expect(row(page, "hello-main-v001")).toHaveCount(0);
    await page.keyboard.press("ArrowRight");
    await expect(row(page, "hello-main-v001")).toBeVisible();
    await page.keyboard.press("ArrowDown");
    await expect(row(page, "hello-main-v001")).toBeFocused();
    await page.keyboard.press("Space");
    await expect(page.getByRole("region", { name: "1 selected" })).toBeVisible();
    await page.setViewportSize({ width: 400, height: 800 });
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
    await page.keyboard.press("Enter");
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("hello-main-v001");
  });

  test("a server group is cloned with the form of a deploy", async ({ page }) => {
    await open(page, "hello-main-v001", "Clone");
    const dialog = page.getByRole("dialog");
    await expect(dialog.getByLabel("Image", { exact: true })).toHaveValue("hello:v2");
    await expectAccessible(page);
    await dialog.getByRole("button", { name: "Create", exact: true }).click();
    await expect(row(page, "hello-main-v002")).toContainText("3 up", { timeout: 30_000 });
  });
});

test("load balancers, firewalls and images are made by hand", async ({ server, page }) => {
  await makeSample(server.api);
  await page.goto("/apps/hello/firewalls");
  await page.getByRole("button", { name: "New firewall" }).click();
  await page.getByRole("dialog").getByLabel(/^Id/).fill("hello-office");
  await page.getByRole("dialog").getByRole("button", { name: "Create" }).click();
  await expect(page.getByRole("heading", { name: /hello-office/ })).toBeVisible();
  await page.goto("/apps/hello/load-balancers");
  await page.getByRole("button", { name: "New load balancer" }).click();
  await page.getByRole("dialog").getByLabel(/^Id/).fill("Other!");
  await expect(page.getByRole("dialog").getByText(/does not match/)).toBeVisible();
  await page.getByRole("dialog").getByLabel(/^Id/).fill("hello-two");
  await page.getByRole("dialog").getByRole("button", { name: "Create" }).click();
  await expect(page.getByRole("heading", { name: /hello-two/ })).toBeVisible();
  await page.getByRole("button", { name: "Actions for hello-two" }).click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await page.getByLabel("Type hello-two to confirm").fill("hello-two");
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await expect(page.getByRole("heading", { name: /hello-two/ })).toHaveCount(0);
  await page.goto("/apps/hello/images");
  await page.getByRole("button", { name: "Register an image" }).click();
  await page.getByRole("dialog").getByLabel(/^Id/).fill("hello:v3");
  await page.getByRole("dialog").getByLabel(/^Source/).fill("builtin:sample-program --version v3");
  await page.getByRole("dialog").getByRole("button", { name: "Register an image" }).click();
  await expect(page.getByRole("button", { name: "Deploy hello:v3" })).toBeVisible();
});
