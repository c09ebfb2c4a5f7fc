import { render } from "@testing-library/preact";
import { expect, test } from "vitest";
import { LocaleProvider } from "~/i18n/index.tsx";
import { en } from "~/i18n/messages/en.ts";
import { Time } from "./when.tsx";

test("a time long ago has no seconds, and its exact form on hover", () => {
  const at = Date.now() - 184_000;
  const { container } = render(<LocaleProvider language="en" messages={en}><Time at={at} relative /></LocaleProvider>);
  const time = container.querySelector("time");
  expect(time?.textContent).toBe("3 m ago");
  expect(time?.title).toContain("UTC");
});
