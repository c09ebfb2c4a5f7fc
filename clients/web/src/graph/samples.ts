/** Graphs for tests. */
import type { LayoutNode } from "./layers.ts";

/** A source of numbers from 0 to 1 that gives the same row for the same seed. */
export function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A graph without cycles: each node comes after up to `most` of the `reach` nodes before it. */
export function randomGraph(seed: number, count: number, reach: number, most: number): LayoutNode[] {
  const next = numbers(seed);
  return Array.from({ length: count }, (_, at) => {
    const before = new Set<string>();
    for (let edges = Math.floor(next() * (most + 1)); at > 0 && edges > 0; edges--) {
      before.add(`s${Math.max(0, at - 1 - Math.floor(next() * reach))}`);
    }
    return { id: `s${at}`, dependsOn: [...before] };
  });
}

/** A graph as text: `a; b < a; c < a, b`. */
export function graphOf(text: string): LayoutNode[] {
  return text.split(";").map((part) => {
    const [id = "", before = ""] = part.split("<");
    return { id: id.trim(), dependsOn: before.split(",").map((name) => name.trim()).filter(Boolean) };
  });
}

/** Shapes of real pipelines. */
export const PIPELINES = {
  promote: "decide; approve < decide; roll-out < approve; tell < roll-out",
  release: "check; look < check; now < look; notes < check",
  diamond: "bake; test < bake; scan < bake; deploy < test, scan",
  skip: "a; b < a; c < b; d < c; e < d, a",
  toOne: "a; b < a; c < b; d < c; e < d; z < a, b, c, d, e",
  regions:
    "bake; approve < bake; us < approve; eu < approve; ap < approve; us-test < us; eu-test < eu; ap-test < ap; " +
    "us-destroy < us-test; eu-destroy < eu-test; ap-destroy < ap-test; tag < us-destroy, eu-destroy, ap-destroy",
  canary:
    "find; dev < find; test < find; integration < dev, test; load < test; judge < integration, load; us < judge; eu < judge; " +
    "prod-us < us; prod-eu < eu; scale-us < prod-us; scale-eu < prod-eu; disable < prod-us, prod-eu; " +
    "notify < scale-us, scale-eu, disable, find; rollback < judge",
  roots: "a; b; c < a; d < b; e < c, d; f; g < f",
  turned: "a; b; c; x < c; y < b; z < a",
  wide: `first; ${Array.from({ length: 20 }, (_, at) => `w${at} < first`).join("; ")}; last < ${Array.from({ length: 20 }, (_, at) => `w${at}`).join(", ")}`,
} as const;
