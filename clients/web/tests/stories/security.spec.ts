/** Whatever people and programs write is text on every screen: nothing of it runs, and nothing is loaded from elsewhere. */
import { fromJson } from "@bufbuild/protobuf";
import type { Page } from "@playwright/test";
import type { Gennaker } from "@gennaker/client";
import { ApplicationSchema } from "@gennaker/client/gen/application";
import { Judgment_Decision } from "@gennaker/client/gen/execution";
import { ProjectSchema } from "@gennaker/client/gen/project";
import { TriggerSchema } from "@gennaker/client/gen/trigger";
import { ended, makePipeline, screenOf, until } from "../world.ts";
import { expect, test } from "./fixtures.ts";

const IMAGE = `<img src=x onerror="globalThis.hacked=1;alert(1)">`;
const SCRIPT = "<script>globalThis.hacked=1</script>";
const LINK = "[press me](javascript:globalThis.hacked=1)";
const DATA = "[or me](data:text/html,<script>globalThis.hacked=1</script>)";
/** A text that would be 49 if a page evaluated it; the server is told to leave it as it is. */
const EXPRESSION = "$${ 7 * 7 }";
/** A value of a parameter, which must not end up in any address. */
const TOKEN = "s3cr3t-of-the-story";

const evil = (what: string) => `${what} ${IMAGE}${SCRIPT}`;

/** What a page has done that it should not. */
interface Deeds {
  dialogs: string[];
  elsewhere: string[];
  leaks: string[];
}

/** Watches a page from its first document on. */
async function watch(page: Page, address: string): Promise<Deeds> {
  const deeds: Deeds = { dialogs: [], elsewhere: [], leaks: [] };
  page.on("dialog", (dialog) => {
    deeds.dialogs.push(dialog.message());
    void dialog.dismiss();
  });
  page.context().on("request", (request) => {
    const { origin, protocol } = new URL(request.url());
    if (origin !== address && protocol !== "data:" && protocol !== "blob:") deeds.elsewhere.push(request.url());
    if (decodeURIComponent(request.url()).includes(TOKEN)) deeds.leaks.push(request.url());
  });
  await page.addInitScript(() => {
    const violations: string[] = [];
    Reflect.set(window, "violations", violations);
    addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => violations.push(`${violatedDirective} ${blockedURI}`));
  });
  return deeds;
}

/** Everything hostile that can be written, in one world. Gives the execution that is over and the one that waits. */
async function makeWorld(api: Gennaker): Promise<{ over: string; waiting: string }> {
  await api.applications.updateApplication({
    allowMissing: true,
    application: fromJson(ApplicationSchema, { name: "applications/evil", displayName: evil("Application"), description: `${evil("About it")} ${LINK}`, labels: { team: evil("label") } }),
  });
  const pipeline = await makePipeline(api, "evil", "all", {
    displayName: evil("Pipeline"),
    description: `${evil("What it does")} ${LINK} ${DATA}`,
    labels: { tier: evil("label") },
    parameters: [
      { name: "text", label: evil("Parameter"), description: `${evil("help")} ${LINK}`, defaultValue: evil("value"), pinned: true },
      { name: "token", defaultValue: TOKEN },
    ],
    stages: [
      { id: "ask", name: evil("Ask"), manualJudgment: { instructions: `${evil("instructions")}\n\n${LINK} ${DATA} [a good one](https://example.com/good) ${EXPRESSION}`, inputs: [evil("input")] } },
      {
        id: "put-out", name: evil("Put out"), dependsOn: ["ask"],
        evaluateVariables: {
          variables: [
            { name: "text", value: "${ parameters.text }" },
            { name: "address", value: "javascript:globalThis.hacked=1" },
            { name: "plain", value: EXPRESSION },
            { name: "log", value: `one ${IMAGE}\ntwo ${SCRIPT}\nthree \u001b[31mred\u001b[0m\nfour ${LINK}\nfive` },
          ],
        },
      },
      { id: "fail", name: evil("Fail"), dependsOn: ["put-out"], fail: { message: evil("It broke") }, comments: evil("comments") },
    ],
  });
  await api.triggers.createTrigger({
    parent: "applications/evil", triggerId: "evil",
    trigger: fromJson(TriggerSchema, { displayName: evil("Trigger"), pipeline, webhook: {} }),
  });
  await api.projects.updateProject({
    allowMissing: true,
    project: fromJson(ProjectSchema, { name: "projects/evil", displayName: evil("Project"), description: evil("of the project"), applications: ["applications/evil"], pipelines: [pipeline] }),
  });
  const over = await run(api, pipeline);
  await api.executions.submitJudgment({ name: over, stage: "ask", decision: Judgment_Decision.CONTINUE, input: evil("input"), comment: evil("comment") });
  await ended(api, over);
  return { over, waiting: await run(api, pipeline) };
}

async function run(api: Gennaker, pipeline: string): Promise<string> {
  const { execution } = await api.executions.startExecution({ pipeline, reason: evil("reason") });
  if (!execution) throw new Error("a start gives an execution");
  await until(api, execution.name, ({ stages }) => stages.some((stage) => stage.judgment !== undefined));
  return execution.name;
}

/** The screens, with a text of the world that is on each. */
function screens({ over, waiting }: { over: string; waiting: string }): [path: string, shows: string][] {
  return [
    ["/", evil("Pipeline")],
    ["/apps", evil("Application")],
    ["/apps/evil", evil("Application")],
    ["/apps/evil/settings", evil("Application")],
    ["/apps/evil/executions", evil("Pipeline")],
    ["/apps/evil/pipelines", evil("Pipeline")],
    ["/apps/evil/pipelines/all", evil("What it does")],
    ["/apps/evil/pipelines/all/revisions", "Pipeline"],
    ["/apps/evil/pipelines/all/edit?stage=fail", evil("Fail")],
    ["/apps/evil/pipelines/all/edit?as=yaml", "What it does"],
    ["/apps/evil/triggers", evil("Trigger")],
    ["/apps/evil/triggers/evil", evil("Trigger")],
    ["/projects", evil("Project")],
    ["/projects/evil", evil("Project")],
    ["/operations", evil("Pipeline")],
    [screenOf(over), evil("It broke")],
    [`${screenOf(over)}?stage=ask`, evil("comment")],
    [`${screenOf(over)}?stage=put-out`, `one ${IMAGE}`],
    [`${screenOf(over)}?stage=fail`, evil("It broke")],
    [`${screenOf(over)}?tab=timeline`, evil("Put out")],
    [`${screenOf(over)}?tab=events`, evil("Fail")],
    [`${screenOf(over)}?tab=json`, "It broke"],
    [`${screenOf(waiting)}?stage=ask`, evil("instructions")],
    [`${screenOf(over)}/compare/${waiting.slice(waiting.lastIndexOf("/") + 1)}`, evil("Put out")],
  ];
}

/** Fails when anything hostile has become more than text. */
async function expectHarmless(page: Page): Promise<void> {
  const found = await page.evaluate(() => {
    const links = [...document.querySelectorAll<HTMLAnchorElement | SVGAElement>("a")].map((link) => (link instanceof HTMLAnchorElement ? link.href : link.href.baseVal));
    const handlers = [...document.querySelectorAll("*")].filter((element) => [...element.attributes].some(({ name }) => name.startsWith("on")));
    return {
      hacked: Reflect.get(globalThis, "hacked") ?? null,
      planted: [...document.querySelectorAll("#root :is(script, img, iframe, object, embed, base)")].map((element) => element.outerHTML),
      handlers: handlers.map((element) => element.outerHTML.slice(0, 200)),
      links: links.filter((href) => href !== "" && !/^https?:/.test(href)),
      violations: Reflect.get(window, "violations"),
    };
  });
  expect(found).toEqual({ hacked: null, planted: [], handlers: [], links: [], violations: [] });
}

test("hostile texts are text on every screen", async ({ server, page }) => {
  test.setTimeout(180_000);
  const deeds = await watch(page, server.address);
  for (const [path, shows] of screens(await makeWorld(server.api))) {
    await test.step(path, async () => {
      await page.goto(path);
      await expect(page.getByText(shows).filter({ visible: true }).first()).toBeVisible();
      await expectHarmless(page);
      expect(page.url()).not.toContain(TOKEN);
    });
  }
  expect(deeds).toEqual({ dialogs: [], elsewhere: [], leaks: [] });
});

test("links in instructions are text unless they lead to http(s), and expressions are not evaluated by the page", async ({ server, page }) => {
  await makeWorld(server.api);
  await page.goto("/");
  await page.getByRole("link", { name: /Decide|Pipeline/ }).first().click();
  await expect(page).toHaveURL(/\/executions\//);
  await page.locator('[data-node="ask"]').click();
  const panel = page.getByRole("complementary");
  await expect(panel.getByText("press me", { exact: true })).toBeVisible();
  await expect(panel.getByText("${ 7 * 7 }").first()).toBeVisible();
  await expect(panel.getByRole("link", { name: /press me|or me/ })).toHaveCount(0);
  const good = panel.getByRole("link", { name: "a good one" });
  await expect(good).toHaveAttribute("href", "https://example.com/good");
  await expect(good).toHaveAttribute("rel", /noopener.*noreferrer/);
});

test("the dialogs show hostile texts as text, and nothing that is typed gets into an address", async ({ server, page }) => {
  const deeds = await watch(page, server.address);
  const { over } = await makeWorld(server.api);
  await page.goto("/apps/evil/pipelines/all");
  await page.getByRole("main").getByRole("button", { name: "Run", exact: true }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByText("press me")).not.toHaveCount(0);
  await expect(dialog.getByLabel("token")).toHaveValue(TOKEN);
  await expectHarmless(page);
  await dialog.getByLabel("token").fill(`${TOKEN}-2`);
  await dialog.getByRole("button", { name: "Start" }).click();
  await expect(page).toHaveURL(/\/executions\/[^?]+$/);
  await expectHarmless(page);

  await page.goto(screenOf(over));
  await page.locator('[data-node="fail"]').click();
  await page.getByRole("button", { name: "Retry from here" }).click();
  await expect(page.getByRole("dialog", { name: evil("Fail") })).toBeVisible();
  await expectHarmless(page);
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox").fill(IMAGE);
  await expect(page.getByText(`Nothing matches “${IMAGE}”`).or(page.getByRole("option").first())).toBeVisible();
  await expectHarmless(page);
  expect(deeds).toEqual({ dialogs: [], elsewhere: [], leaks: [] });
});

test("the policy of the page lets only the server's own scripts run", async ({ server, context }) => {
  // Not the page of the fixtures: that one takes a refusal by the policy for a mistake.
  const page = await context.newPage();
  const answer = await page.goto(server.address);
  const policy = answer?.headers()["content-security-policy"] ?? "";
  const directives = new Map(policy.split(";").map((one) => one.trim().split(/\s+/)).map(([name = "", ...sources]) => [name, sources]));
  expect(directives.get("default-src")).toEqual(["'none'"]);
  for (const name of ["script-src", "worker-src", "connect-src", "base-uri"]) expect(directives.get(name), name).toEqual(["'self'"]);
  for (const name of ["object-src", "frame-ancestors", "form-action"]) expect(directives.get(name), name).toEqual(["'none'"]);
  expect(policy).not.toContain("unsafe-eval");
  const document = (await answer?.text()) ?? "";
  expect([...document.matchAll(/<script(?![^>]*\ssrc=)[^>]*>/g)].map(String)).toEqual([]);
  expect(document).not.toMatch(/\son\w+\s*=|javascript:/i);

  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  expect(await page.evaluate(tryInjections)).toEqual([]);
});

/** Tries what an injected text could, in the page. Gives what was let through. */
function tryInjections(): Promise<string[]> {
  const attempts: [name: string, run: () => unknown][] = [
    // oxlint-disable-next-line no-eval -- that it is refused is what is looked at
    ["eval", () => (0, eval)("1 + 1")],
    ["Function", () => new Function("return 1")()],
    ["inline script", () => {
      const script = Object.assign(document.createElement("script"), { textContent: "globalThis.planted = 1" });
      document.head.append(script);
      script.remove();
      if (Reflect.get(globalThis, "planted") === undefined) throw new Error("refused");
    }],
  ];
  // What runs the story is let past the policy; a timer of the page is not.
  return new Promise((resolve) => setTimeout(() => resolve(attempts.filter(([, run]) => {
    try {
      run();
      return true;
    } catch {
      return false;
    }
  }).map(([name]) => name))));
}
