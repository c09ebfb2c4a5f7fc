/** The bars of the UI, measured: `make ui-bars`. Not part of the tests: times of a busy machine fail nobody. */
import { defineConfig } from "@playwright/test";
import { CHROMIUM } from "../browser.ts";

export default defineConfig({
  testDir: ".",
  testMatch: "bars.ts",
  outputDir: "../../../../target/bars",
  workers: 1,
  timeout: 600_000,
  reporter: [["list"]],
  use: { viewport: { width: 1280, height: 800 }, launchOptions: CHROMIUM },
});
