import { expect, test } from "vitest";
import { local, span, utc } from "./time.ts";

test("lengths of time are short", () => {
  const shown = [0, 850, 12_400, 184_000, 7_500_000, 273_600_000].map((time) => span(time));
  expect(shown).toEqual(["0 ms", "850 ms", "12 s", "3 m 04 s", "2 h 05 m", "3 d 4 h"]);
  expect(span(184_000, "ko")).toBe("3분 04초");
});

test("times name the day only when it is another one", () => {
  const time = new Date(2026, 10, 24, 8, 5, 9).getTime();
  expect(local(time, "en", time + 1000)).toBe("08:05:09");
  expect(local(time, "en", time + 86_400_000)).toContain("Nov 24");
  expect(utc(Date.UTC(2026, 10, 24, 8, 0, 0, 123))).toBe("2026-11-24 08:00:00.123 UTC");
});
