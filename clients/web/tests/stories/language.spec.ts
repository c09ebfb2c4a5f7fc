/** The UI speaks English and Korean, tells local time with UTC beside it, and keeps what a person has chosen. */
import type { Page } from "@playwright/test";
import type { Gennaker } from "@gennaker/client";
import { toJson } from "@bufbuild/protobuf";
import { ResourceDescriptorSchema, StageKindDescriptorSchema } from "@gennaker/client/gen/kinds";
import sample from "../../../../examples/demo/world.json" with { type: "json" };
import { en } from "../../src/i18n/messages/en.ts";
import { ko } from "../../src/i18n/messages/ko.ts";
import { routes } from "../routes.ts";
import { chain, ended, makeApplication, makePipeline, prepare, screenOf, start } from "../world.ts";
import { expect, test } from "./fixtures.ts";

const HANGUL = /\p{Script=Hangul}/u;

/** The texts of a language by their keys. */
function texts(messages: object): Map<string, string> {
  return new Map(Object.entries(messages).flatMap(([area, all]) => Object.entries<string>(all).map(([key, text]) => [`${area}.${key}`, text])));
}

/** Shorter ones, with a value among them, fit whatever people write. */
const TELLING = 10;

/** Says whether a text is one of the UI's in English. Texts that are the same in Korean are none. */
function englishTexts(): (text: string) => boolean {
  const korean = texts(ko);
  const differing = [...texts(en)].filter(([key, text]) => korean.get(key) !== text).map(([, text]) => text);
  const exact = new Set(differing);
  const patterns = differing.map((text) => text.split(/\{[^}]*\}/)).filter((parts) => parts.length > 1 && parts.join("").length >= TELLING)
    .map((parts) => new RegExp(`^${parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join(".+")}$`));
  return (text) => exact.has(text) || (!HANGUL.test(text) && patterns.some((pattern) => pattern.test(text)));
}

/** All texts in a value. */
function strings(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(strings) : [];
}

/** What the server says itself, in English: its kinds of stages, the fields of everything, and the world of the story. */
async function serverTexts(api: Gennaker): Promise<Set<string>> {
  const { kinds } = await api.pipelines.listStageKinds({});
  const { resources } = await api.system.describeResources({});
  const described = [...kinds.map((kind) => toJson(StageKindDescriptorSchema, kind)), ...resources.map((resource) => toJson(ResourceDescriptorSchema, resource))];
  const { executions } = await api.executions.listExecutions({ parent: "applications/-" });
  const { pipeline } = await api.pipelines.getPipeline({ name: "applications/shop/pipelines/release" });
  const names = [...executions, pipeline].flatMap((one) => one?.stages.map(({ name }) => name) ?? []);
  return new Set([...strings(described), ...strings(sample), ...names]);
}

/** The texts and names of elements that are on the page; code is none. */
function shown(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found = new Set<string>();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (!node.parentElement?.closest("script, noscript, style, code, pre, .cm-editor, .log")) found.add(node.textContent?.trim() ?? "");
    }
    for (const element of document.querySelectorAll("[aria-label], [title], [placeholder]")) {
      for (const name of ["aria-label", "title", "placeholder"]) found.add(element.getAttribute(name)?.trim() ?? "");
    }
    return [...found].filter(Boolean);
  });
}

async function choose(page: Page, settings: object): Promise<void> {
  await page.addInitScript((chosen) => localStorage.setItem("gennaker.settings", JSON.stringify(chosen)), settings);
}

test("every screen is Korean when Korean is chosen", async ({ server, page }) => {
  test.setTimeout(240_000);
  const world = await prepare(server.api);
  const own = await serverTexts(server.api);
  const isEnglish = englishTexts();
  await choose(page, { language: "ko" });
  for (const { id, path } of routes(world)) {
    await test.step(id, async () => {
      await page.goto(path);
      await expect(page.locator("html")).toHaveAttribute("lang", "ko");
      await expect(page.getByRole("main").getByRole("heading").first()).toBeVisible();
      await expect(page.getByRole("status").filter({ hasText: ko.common.loading })).toHaveCount(0);
      await expect(page).toHaveTitle(/./);
      const all = await shown(page);
      expect(all.filter((text) => !own.has(text) && isEnglish(text))).toEqual([]);
      expect(all.filter((text) => HANGUL.test(text)).length).toBeGreaterThan(10);
    });
  }
});

test("the headings of lists are Korean, and what people named keeps its name", async ({ server, page }) => {
  await prepare(server.api);
  await choose(page, { language: "ko" });
  for (const [path, heading] of [["/apps", "애플리케이션"], ["/projects", "프로젝트"], ["/operations", "작업"], ["/accounts", "계정"], ["/apps/hello/pipelines", "파이프라인"]] as const) {
    await page.goto(path);
    await expect(page.getByRole("heading", { level: 1 })).toContainText(heading);
  }
  await page.goto("/apps/hello/pipelines/red-black");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Red/black");
});

test.describe("a browser that asks for Korean", () => {
  test.use({ locale: "ko-KR" });
  test("gets it without being told", async ({ page }) => {
    await page.goto("/");
    await expect(page.locator("html")).toHaveAttribute("lang", "ko");
    await expect(page.getByRole("navigation", { name: ko.shell.navigation })).toContainText(ko.shell.applications);
  });
});

test("language and appearance change at once, in all tabs, and hold after a reload", async ({ context, page }) => {
  await page.emulateMedia({ colorScheme: "light" });
  await page.goto("/");
  const other = await context.newPage();
  await other.goto("/");
  await page.getByRole("button", { name: en.shell.settings }).click();
  await page.getByLabel(en.shell.theme).selectOption("dark");
  await page.getByLabel(en.shell.language).selectOption("ko");
  await expect(page.getByRole("dialog", { name: ko.shell.settings })).toBeVisible();
  await page.reload();
  for (const tab of [page, other]) {
    await expect(tab.locator("html")).toHaveAttribute("lang", "ko");
    await expect(tab.locator("html")).toHaveAttribute("data-theme", "dark");
    await expect(tab.getByRole("navigation", { name: ko.shell.navigation })).toBeVisible();
  }
  const background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const brightness = (background.match(/[\d.]+/g) ?? []).slice(0, 3).map(Number).reduce((sum, part) => sum + part, 0);
  expect(brightness, `${background} is dark`).toBeLessThan(3 * 128);
});

test("times are those of the reader's place, with UTC beside them", async ({ server, page }) => {
  await makeApplication(server.api, "shop");
  const name = await start(server.api, await makePipeline(server.api, "shop", "quick", chain(1, "0.1s")));
  await ended(server.api, name);
  await page.goto(`${screenOf(name)}?tab=events`);
  const time = page.getByRole("list", { name: en.execution.events }).locator("time").first();
  await expect(time).toHaveAttribute("title", /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} UTC$/m);
  const moment = (await time.getAttribute("datetime")) ?? "";
  expect(await time.getAttribute("title")).toContain(moment.replace("T", " ").replace("Z", ""));
  const here = new Intl.DateTimeFormat("en-GB", { timeZone: "Europe/Berlin", hour: "2-digit", minute: "2-digit", second: "2-digit" });
  await expect(time).toContainText(here.format(new Date(moment)));
});
