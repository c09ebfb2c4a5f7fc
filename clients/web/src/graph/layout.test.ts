import { describe, expect, it } from "vitest";
import { layout, type Direction, type Layout, type LayoutNode, type Point, type RoutedEdge } from "./layout.ts";
import { graphOf, numbers, PIPELINES, randomGraph } from "./samples.ts";

const SIZES = { right: { width: 220, height: 76 }, down: { width: 168, height: 76 } };

function draw(nodes: readonly LayoutNode[], direction: Direction = "right"): Layout {
  return layout(nodes, { direction, node: SIZES[direction] });
}

const GRAPHS: [string, LayoutNode[]][] = [
  ...Object.entries(PIPELINES).map(([name, text]): [string, LayoutNode[]] => [name, graphOf(text)]),
  ...Array.from({ length: 40 }, (_, seed): [string, LayoutNode[]] => [
    `random ${seed}`,
    randomGraph(seed + 1, 5 + seed * 3, 4 + (seed % 9), 1 + (seed % 3)),
  ]),
];

/** Points along a line: what `pathOf` draws, in small steps. */
function along(edge: RoutedEdge, direction: Direction): Point[] {
  const ease = (t: number) => 3 * t * t - 2 * t * t * t;
  return edge.points.slice(1).flatMap((to, index) => {
    const from = edge.points[index] ?? to;
    const curved = !edge.back && index % 2 === 0;
    return Array.from({ length: 21 }, (_, step) => {
      const t = step / 20;
      const across = curved ? ease(t) : t;
      const [x, y] = direction === "right" ? [t, across] : [across, t];
      return { x: from.x + (to.x - from.x) * x, y: from.y + (to.y - from.y) * y };
    });
  });
}

describe.each(["right", "down"] as const)("a layout to the %s", (direction) => {
  const { width, height } = SIZES[direction];

  it.each(GRAPHS)("keeps the boxes apart and inside: %s", (_, nodes) => {
    const drawn = draw(nodes, direction);
    expect(drawn.nodes.map((node) => node.id)).toEqual(nodes.map((node) => node.id));
    const outside = drawn.nodes.filter((node) => node.x < 0 || node.y < 0 || node.x + width > drawn.width || node.y + height > drawn.height);
    expect(outside).toEqual([]);
    const touching = drawn.nodes.flatMap((a) =>
      drawn.nodes.filter((b) => a !== b && Math.abs(a.x - b.x) < width && Math.abs(a.y - b.y) < height),
    );
    expect(touching).toEqual([]);
  });

  it.each(GRAPHS)("leads every edge forward and around all other boxes: %s", (_, nodes) => {
    const drawn = draw(nodes, direction);
    const count = nodes.reduce((sum, node) => sum + new Set(node.dependsOn).size, 0);
    expect(drawn.edges).toHaveLength(count);
    for (const edge of drawn.edges) {
      const [from, to] = [drawn.byId.get(edge.from), drawn.byId.get(edge.to)];
      expect((from?.column ?? 0) < (to?.column ?? 0)).toBe(true);
      const points = along(edge, direction);
      const way = points.map((point) => (direction === "right" ? point.x : point.y));
      expect(way.every((at, index) => index === 0 || at >= (way[index - 1] ?? 0))).toBe(true);
      const behind = points.flatMap((point) =>
        drawn.nodes.filter((node) => point.x > node.x && point.x < node.x + width && point.y > node.y && point.y < node.y + height),
      );
      expect(behind, `${edge.from} to ${edge.to}`).toEqual([]);
    }
  });
});

describe("crossings", () => {
  it.each(Object.entries(PIPELINES))("has none in %s", (_, text) => {
    expect(draw(graphOf(text)).crossings).toBe(0);
  });

  it("has the fewest there can be in graphs that are not flat", () => {
    expect(draw(graphOf("a; b; c; d < a, b, c; e < a, b, c; f < a, b, c")).crossings).toBe(9);
    expect(draw(graphOf("a; b; c < a, b; d < a, b")).crossings).toBe(1);
  });
});

describe("lines", () => {
  const middle = (drawn: Layout, id: string) => drawn.byId.get(id)?.y;

  it("keeps a chain on one line, also beside edges that skip it", () => {
    for (const text of [PIPELINES.promote, PIPELINES.skip, PIPELINES.toOne]) {
      expect(new Set(draw(graphOf(text)).nodes.map((node) => node.y)).size).toBe(1);
    }
  });

  it("runs an edge straight past the stages that it skips", () => {
    const edge = draw(graphOf(PIPELINES.skip)).edges.find(({ from, to }) => from === "a" && to === "e");
    const past = edge?.points.slice(1, -1).map((point) => point.y) ?? [];
    expect(past).toHaveLength(6);
    expect(new Set(past).size).toBe(1);
  });

  it("puts a stage in the middle of those that it waits for", () => {
    const drawn = draw(graphOf(PIPELINES.diamond));
    const [test = 0, scan = 0] = [middle(drawn, "test"), middle(drawn, "scan")];
    expect(middle(drawn, "deploy")).toBe((test + scan) / 2);
    expect(middle(drawn, "bake")).toBe(middle(drawn, "deploy"));
  });
});

describe("stability", () => {
  it("gives the same picture for the same graph", () => {
    const nodes = randomGraph(5, 60, 8, 2);
    expect(draw(nodes)).toEqual(draw(nodes.map((node) => ({ ...node }))));
  });

  it.each(Object.entries(PIPELINES))("moves no stage to another column or place when one is added at the end: %s", (_, text) => {
    const nodes = graphOf(text);
    const before = draw(nodes);
    const last = nodes.at(-1)?.id ?? "";
    const after = draw([...nodes, { id: "new", dependsOn: [last] }]);
    const place = (drawn: Layout) => drawn.nodes.slice(0, nodes.length).map(({ id, column, place }) => [id, column, place]);
    expect(place(after)).toEqual(place(before));
  });

  it("moves few stages far when one is added anywhere in a random graph", () => {
    let [far, all] = [0, 0];
    for (let seed = 1; seed <= 30; seed++) {
      const nodes = randomGraph(seed * 7, 30, 6, 2);
      const [before, after] = [draw(nodes), draw([...nodes, { id: "new", dependsOn: [`s${(seed * 5) % 30}`] }])];
      const moves = nodes.map(({ id }) => (after.byId.get(id)?.y ?? 0) - (before.byId.get(id)?.y ?? 0)).sort((a, b) => a - b);
      const together = moves[moves.length >> 1] ?? 0;
      far += moves.filter((move) => Math.abs(move - together) > 100).length;
      all += moves.length;
    }
    expect(far / all).toBeLessThan(0.03);
  });

  it("leaves everything where it was when a chain grows", () => {
    const nodes = graphOf(PIPELINES.skip);
    expect(draw([...nodes, { id: "new", dependsOn: ["e"] }]).nodes.slice(0, 5)).toEqual(draw(nodes).nodes);
  });

  it("keeps siblings in the order in which they were given", () => {
    expect(draw(graphOf(PIPELINES.wide)).columns[1]).toEqual(Array.from({ length: 20 }, (_, at) => `w${at}`));
  });
});

describe("graphs that are not finished", () => {
  it("draws the edge that closes a cycle around everything", () => {
    const drawn = draw(graphOf("a < d; b < a; c < b; d < c; e < d"));
    expect(drawn.columns).toEqual([["a"], ["b"], ["c"], ["d"], ["e"]]);
    const back = drawn.edges.filter((edge) => edge.back);
    expect(back.map(({ from, to }) => [from, to])).toEqual([["d", "a"]]);
    const top = Math.min(...drawn.nodes.map((node) => node.y));
    expect(Math.min(...(back[0]?.points.map((point) => point.y) ?? []))).toBeLessThan(top);
    expect(back.flatMap((edge) => edge.points).every((point) => point.x >= 0 && point.y >= 0)).toBe(true);
  });

  it("draws a stage that waits for itself, and leaves out stages that are not there", () => {
    const drawn = draw(graphOf("a < a, gone; b < a, a"));
    expect(drawn.edges.map(({ from, to, back }) => ({ from, to, back }))).toEqual([
      { from: "a", to: "b", back: false },
      { from: "a", to: "a", back: true },
    ]);
  });

  it("draws nothing, and stages without any edge", () => {
    expect(draw([])).toMatchObject({ nodes: [], edges: [], columns: [] });
    expect(draw(graphOf("a; b; c")).columns).toEqual([["a", "b", "c"]]);
  });

  it("takes a chain of thousands", () => {
    const chain = Array.from({ length: 3000 }, (_, at) => ({ id: `${at}`, dependsOn: at > 0 ? [`${at - 1}`] : [] }));
    expect(draw(chain).columns).toHaveLength(3000);
  });
});

describe("large graphs", () => {
  it("stay about as high as their fullest column", () => {
    const next = numbers(3);
    const before = (at: number) => `s${Math.floor(at / 20) * 20 - 20 + Math.floor(next() * 20)}`;
    const nodes = Array.from({ length: 1000 }, (_, at) => ({ id: `s${at}`, dependsOn: at < 20 ? [] : [before(at), before(at)] }));
    const drawn = draw(nodes);
    const fullest = Math.max(...drawn.columns.map((column) => column.length));
    expect(drawn.height).toBeLessThan(1.5 * fullest * (SIZES.right.height + 20) + 400);
  });
});
