import { describe, expect, it } from "vitest";
import { ALL, boundsOf, edgesIn, nodesIn, sameSight, sightOf } from "./culling.ts";
import { handlesOf } from "./handles.ts";
import { layout, type Point } from "./layout.ts";
import { pathOf } from "./routes.ts";
import { graphOf, PIPELINES, randomGraph } from "./samples.ts";
import { fitting, startingZoom, target } from "./viewport.ts";

const options = { direction: "right", node: { width: 220, height: 80 } } as const;

describe("what is drawn", () => {
  const drawn = layout(randomGraph(4, 400, 20, 2), options);

  it("is what is seen, somewhat more, and what must stay", () => {
    const sight = sightOf({ left: 1000, top: 0, right: 2000, bottom: 600 });
    const keep = new Set(["s399"]);
    const placed = nodesIn(drawn, sight, keep);
    const seen = drawn.nodes.filter(({ x, y }) => x < 2000 && x + 220 > 1000 && y < 600);
    expect(placed.length).toBeLessThan(drawn.nodes.length);
    expect(placed).toEqual(expect.arrayContaining(seen));
    expect(placed.some(({ id }) => id === "s399")).toBe(true);
    expect(placed.map(({ column }) => column)).toEqual(placed.map(({ column }) => column).sort((a, b) => a - b));
  });

  it("changes in steps", () => {
    const sight = sightOf({ left: 10, top: 10, right: 900, bottom: 500 });
    expect(sameSight(sight, sightOf({ left: 40, top: 200, right: 1000, bottom: 510 }))).toBe(true);
    expect(sameSight(sight, sightOf({ left: 40, top: 200, right: 1100, bottom: 510 }))).toBe(false);
  });

  it("is a line whenever any of it may be seen", () => {
    const edges = drawn.edges.map((edge) => ({ ...edge, bounds: boundsOf(edge) }));
    expect(edgesIn(edges, ALL)).toBe(edges);
    const few = edgesIn(edges, { left: 0, top: 0, right: 400, bottom: 400 });
    expect(few.length).toBeLessThan(edges.length);
    expect(few.every(({ bounds }) => bounds.left < 400)).toBe(true);
  });
});

describe("zoom and position", () => {
  it("shows all of a picture, but never larger than it is", () => {
    expect(fitting({ width: 2000, height: 500 }, { width: 1000, height: 600 })).toBe(0.5);
    expect(fitting({ width: 500, height: 1200 }, { width: 1000, height: 600 })).toBe(0.5);
    expect(fitting({ width: 500, height: 100 }, { width: 1000, height: 600 })).toBe(1);
  });

  it("begins with what can be read", () => {
    expect(startingZoom({ width: 1250, height: 100 }, { width: 1000, height: 600 })).toBe(0.8);
    expect(startingZoom({ width: 4000, height: 100 }, { width: 1000, height: 600 })).toBe(1);
  });

  it("scrolls no further than it must", () => {
    expect(target(100, 320, 0, 1000, false)).toBe(0);
    expect(target(900, 1120, 0, 1000, false)).toBe(152);
    expect(target(100, 320, 500, 1000, false)).toBe(68);
    expect(target(900, 1120, 0, 1000, true)).toBe(510);
  });
});

describe("paths", () => {
  it("curves across gaps and runs straight past columns", () => {
    const edge = layout(graphOf(PIPELINES.skip), options).edges.find(({ from, to }) => from === "a" && to === "e");
    expect(pathOf(edge?.points ?? [], "right", false)).toMatch(/^M\S+ \S+C[^CL]+L[^CL]+H\S+L[^CL]+H\S+L[^CL]+C[^CL]+$/);
    expect(pathOf([], "right", false)).toBe("");
  });

  it.each([...Object.entries(PIPELINES), ["crossed", "a; b; c < a, b; d < a, b"]])("keeps their handles apart: %s", (_, text) => {
    for (const direction of ["right", "down"] as const) {
      const handles = handlesOf(layout(graphOf(text), { ...options, direction }).edges, direction);
      const near = (one: Point) => handles.filter((other) => Math.hypot(one.x - other.x, one.y - other.y) < 24);
      expect(handles.every((handle) => near(handle).length === 1)).toBe(true);
    }
  });
});
