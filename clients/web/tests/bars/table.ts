/** The table of bars that is printed at the end. */

/** One bar with what was measured. */
export interface Bar {
  bar: string;
  wanted: string;
  measured: string;
  met: boolean;
}

/** The value below which a share of the values lies. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** Milliseconds as text, with what they come from. */
export function spread(values: readonly number[]): string {
  const [p50, p95, max] = [percentile(values, 0.5), percentile(values, 0.95), Math.max(...values)].map((value) => value.toFixed(0));
  return `p50 ${p50}, p95 ${p95}, max ${max} ms (n ${values.length})`;
}

/** The table as Markdown. */
export function render(bars: readonly Bar[]): string {
  const rows = bars.map(({ bar, wanted, measured, met }) => `| ${bar} | ${wanted} | ${measured} | ${met ? "yes" : "NO"} |`);
  return ["| bar | wanted | measured | met |", "| --- | --- | --- | --- |", ...rows].join("\n");
}
