/** A kind of stage that the operator of a server defined is in the editor like any other, and the UI has no line for it. */
import { writeFile } from "node:fs/promises";
import { Server } from "../server.ts";
import { makeApplication } from "../world.ts";
import { expect, expectAccessible, test as base } from "./fixtures.ts";

const SETTINGS = `
[[custom_kinds]]
name = "open-ticket"
label = "Open a ticket"
description = "Opens a ticket for a change, and waits until it is approved."
url = "https://tickets.example.com/api/changes"
payload = { title = "\${ parameterValues.title }", urgency = "\${ parameterValues.urgency }", copies = "\${ parameterValues.copies }" }

[[custom_kinds.parameters]]
name = "title"
label = "Title of the ticket"
description = "What the change is about, in one line."
required = true

[[custom_kinds.parameters]]
name = "urgency"
label = "Urgency"
options = ["low", "high"]
default = "low"

[[custom_kinds.parameters]]
name = "copies"
label = "Copies"
type = "number"
default = "2"

[[custom_kinds.parameters]]
name = "notify"
label = "Tell everybody"
type = "boolean"
default = "true"
`;

/** How long a wrong value may stay without a word. */
const SOON = 500;

const test = base.extend({
  // oxlint-disable-next-line no-empty-pattern -- the names of fixtures are read from here
  server: async ({}, use, info) => {
    const file = info.outputPath("gennaker.toml");
    await writeFile(file, SETTINGS);
    const server = await Server.start(["--config", file]);
    await use(server);
    await server.stop();
  },
});

test("a kind of the operator's own has a form with help, defaults and checks, and is saved and planned", async ({ server, page }) => {
  await makeApplication(server.api, "shop");
  await page.goto("/apps/shop/pipelines/new/edit");
  await page.getByLabel("Name").fill("Change");
  await page.keyboard.press("Enter");

  await test.step("it is found with its description, also by words of that", async () => {
    await page.getByRole("button", { name: "Add the first stage" }).click();
    await page.keyboard.type("ticket");
    await expect(page.getByRole("dialog").getByRole("button", { name: /Open a ticket/ })).toContainText("Opens a ticket for a change");
    await page.keyboard.press("Enter");
    await expect(page.locator("[data-node]")).toHaveCount(1);
    await expect(page.locator("[data-node]")).toContainText("Open a ticket");
  });

  const title = page.getByRole("textbox", { name: "Title of the ticket (required)" });
  const urgency = page.getByRole("combobox", { name: "Urgency" });
  const copies = page.getByRole("textbox", { name: "Copies" });
  await test.step("its form says what each field is for, and what holds when nothing is written", async () => {
    await expect(page.getByText("What the change is about, in one line.")).toBeVisible();
    await expect(title).toHaveValue("");
    await expect(urgency).toHaveAttribute("placeholder", "low");
    await expect(copies).toHaveAttribute("placeholder", "2");
    await expect(page.getByRole("checkbox", { name: "Tell everybody" })).toBeChecked();
    await expectAccessible(page);
  });

  await test.step("what is wrong is said at its field, within half a second", async () => {
    await copies.fill("many");
    await expect(copies).toHaveAttribute("aria-invalid", "true", { timeout: SOON });
    await expect(page.getByRole("region", { name: "Open a ticket" }).getByText("Must be a number")).toBeVisible();
    await expect(page.getByRole("toolbar").getByRole("button", { name: "Save" })).toBeDisabled();
    await copies.fill("3");
    await expect(copies).not.toHaveAttribute("aria-invalid", "true", { timeout: SOON });
    await title.fill("The new version");
    await urgency.fill("hi");
    await page.getByRole("option", { name: "high" }).click();
    await expect(page.getByText("Valid", { exact: true })).toBeVisible();
  });

  await test.step("it is planned and saved", async () => {
    await page.getByRole("button", { name: "Dry run" }).click();
    await page.getByRole("button", { name: "Try out" }).click();
    await expect(page.getByRole("dialog").getByText("Runs", { exact: true })).toHaveCount(1);
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+s");
    await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
    await expect(page.getByText("The pipeline is saved")).toBeVisible();
    const { pipeline } = await server.api.pipelines.getPipeline({ name: "applications/shop/pipelines/change" });
    const kind = pipeline?.stages[0]?.kind;
    expect(kind?.case).toBe("custom");
    expect(kind?.case === "custom" && { kind: kind.value.kind, parameters: kind.value.parameters })
      .toEqual({ kind: "open-ticket", parameters: { title: "The new version", urgency: "high", copies: "3" } });
  });
});
