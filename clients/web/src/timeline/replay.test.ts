import { describe, expect, it } from "vitest";
import { pause, step } from "./replay.ts";

const times = [0, 1000, 1001, 1002, 5000, 60_000_000];

describe("the replay", () => {
  it("waits as long as it was, or less", () => {
    expect(pause(times, 1, "1")).toBe(1000);
    expect(pause(times, 1, "10")).toBe(100);
    expect(pause([0, 10_000, 20_000], 1, "fit")).toBe(2_000);
    expect(pause([0, 1000, 10_000], 1, "fit")).toBe(1000);
  });

  it("waits for nothing very long", () => {
    expect(pause(times, 5, "1")).toBe(2_000);
  });

  it("shows together what happened together", () => {
    expect(step(times, 1, "1")).toEqual({ position: 4, after: 1000 });
    expect(step(times, 0, "1")).toEqual({ position: 1, after: 0 });
    expect(step(times, 5, "1")).toEqual({ position: 6, after: 2_000 });
  });

  it("shows ten thousand events in about ten seconds", () => {
    const many = Array.from({ length: 10_000 }, (_, at) => at * 70);
    let [position, total, steps] = [0, 0, 0];
    while (position < many.length) {
      const next = step(many, position, "fit");
      position = next.position;
      total += next.after;
      steps += 1;
    }
    expect(steps).toBeLessThan(10_000 / 10);
    expect(total).toBeLessThan(10_500);
  });
});
