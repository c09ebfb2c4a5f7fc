/** Stories in a real browser on the real server: `npm run -w web stories`, after `make ui` and `cargo build -p gennaker`. */
import { defineConfig } from "@playwright/test";
import { CHROMIUM } from "./tests/browser.ts";

export default defineConfig({
  testDir: "tests/stories",
  outputDir: "../../target/stories",
  // Two cores: one browser at a time keeps times honest.
  workers: 1,
  // What passes at the second try only is listed as flaky, and is to be mended; it does not hold up what else has changed.
  retries: process.env.CI ? 1 : 0,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [["list"]],
  forbidOnly: true,
  use: {
    locale: "en-US",
    timezoneId: "Europe/Berlin",
    viewport: { width: 1280, height: 800 },
    screenshot: "only-on-failure",
    launchOptions: CHROMIUM,
  },
});
