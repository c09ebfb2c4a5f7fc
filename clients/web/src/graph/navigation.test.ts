import { describe, expect, it } from "vitest";
import { layout } from "./layout.ts";
import { destination, jump, moveOf } from "./navigation.ts";
import { graphOf, PIPELINES } from "./samples.ts";

const drawn = layout(graphOf(PIPELINES.canary), { direction: "right", node: { width: 220, height: 80 } });

describe("moving in the graph", () => {
  it("follows the connections, to the nearest stage", () => {
    expect(destination(drawn, "find", "next")).toBe("dev");
    expect(destination(drawn, "judge", "next")).toBe("eu");
    expect(destination(drawn, "notify", "previous")).toBe("disable");
    expect(destination(drawn, "judge", "previous")).toBe("integration");
  });

  it("goes up and down in a column, and to both ends", () => {
    expect(destination(drawn, "dev", "below")).toBe("test");
    expect(destination(drawn, "test", "above")).toBe("dev");
    expect(destination(drawn, "judge", "first")).toBe("find");
    expect(destination(drawn, "find", "last")).toBe("notify");
  });

  it("stays where nothing comes next", () => {
    expect(destination(drawn, "find", "previous")).toBe("find");
    expect(destination(drawn, "notify", "next")).toBe("notify");
    expect(destination(drawn, "dev", "above")).toBe("dev");
  });

  it("begins at the beginning when the stage is gone", () => {
    expect(destination(drawn, "gone", "next")).toBe("find");
  });

  it("reaches every stage from the first with the keys alone", () => {
    const reached = new Set(["find"]);
    for (const id of reached) for (const move of ["next", "previous", "above", "below"] as const) reached.add(destination(drawn, id, move));
    expect(reached.size).toBe(drawn.nodes.length);
  });

  it("turns the keys with the graph", () => {
    expect(moveOf("ArrowRight", "right")).toBe("next");
    expect(moveOf("ArrowRight", "down")).toBe("below");
    expect(moveOf("ArrowDown", "down")).toBe("next");
    expect(moveOf("Home", "down")).toBe("first");
    expect(moveOf("toString", "right")).toBeUndefined();
  });
});

describe("typing a name", () => {
  const names = ["Bake", "Deploy to test", "Deploy to production", "방화벽"].map((title, at) => ({ id: `${at}`, title }));

  it("goes to the next stage that begins so", () => {
    expect(jump(names, "0", "d")).toBe("1");
    expect(jump(names, "1", "d")).toBe("2");
    expect(jump(names, "2", "dd")).toBe("1");
    expect(jump(names, "1", "deploy to p")).toBe("2");
    expect(jump(names, "1", "de")).toBe("1");
    expect(jump(names, "1", "방")).toBe("3");
    expect(jump(names, "1", "x")).toBeUndefined();
  });
});
