import { describe, expect, test } from "vitest";
import { durationJson, secondsOf, secondsOfJson, writtenDuration } from "./durations.ts";
import { instantOf, isInstant, localInput } from "./instants.ts";

describe("durations", () => {
  test.each([["90", 90], ["90s", 90], ["1m30s", 90], ["1m 30s", 90], ["2h", 7200], ["1d2h", 93600], ["500ms", 0.5], ["1.5", 1.5], [".5h", 1800], ["0", 0], ["-5s", -5], ["2H", 7200]])("%s is %d seconds", (text, seconds) => {
    expect(secondsOf(text)).toBe(seconds);
  });

  test.each(["", "soon", "1x", "1m30", "30 1m", "1..5s", "-"])("%j is none", (text) => {
    expect(secondsOf(text)).toBeUndefined();
  });

  test.each([["90s", "1m30s"], ["0s", "0s"], ["3600s", "1h"], ["0.05s", "50ms"], ["93600s", "1d2h"], ["1.5s", "1.5s"], ["61.25s", "1m1.25s"], ["nonsense", "nonsense"]])("%s is written %s", (json, text) => {
    expect(writtenDuration(json)).toBe(text);
  });

  test("what is written is read again", () => {
    for (const seconds of [0, 0.01, 0.05, 1, 59.999, 60, 3661, 604800, 31536000]) expect(secondsOf(writtenDuration(durationJson(seconds)))).toBeCloseTo(seconds, 6);
  });

  test("JSON has seconds only", () => {
    expect(secondsOfJson("1.5s")).toBe(1.5);
    expect(secondsOfJson("1m")).toBeUndefined();
  });
});

describe("points in time", () => {
  test("there and back", () => {
    const json = "2026-11-24T08:00:00Z";
    expect(instantOf(localInput(json))).toBe(json);
    expect(localInput("tomorrow")).toBe("");
    expect(instantOf("")).toBeUndefined();
  });

  test("what is one", () => {
    expect(isInstant("2026-11-24T08:00:00.123+01:00")).toBe(true);
    expect(isInstant("2026-11-24")).toBe(false);
    expect(isInstant("2026-13-24T08:00:00Z")).toBe(false);
  });
});
