/** How fast the past is shown: as fast as it was, ten times as fast, or all of it in ten seconds. */
export type Speed = "1" | "10" | "fit";

/** The speeds, slowest first. */
export const SPEEDS: readonly Speed[] = ["1", "10", "fit"];

/** How long all of it takes at the speed `fit`. */
const FIT = 10_000;

/** No event is waited for longer than this: a night in which nothing happened is not shown. */
const LONGEST = 2_000;

/** How long to wait, in milliseconds, before the event after `position` (the number of events shown) is shown too. */
export function pause(times: readonly number[], position: number, speed: Speed): number {
  const [first = 0, last = 0] = [times[0], times.at(-1)];
  const [before = first, next = first] = [times[position - 1], times[position]];
  const gap = Math.max(0, next - before);
  const rate = speed === "fit" ? Math.max(1, last - first) / FIT : Number(speed);
  return Math.min(LONGEST, gap / rate);
}

/** How many more events are shown at once: those that would follow within one picture of the screen. */
export function step(times: readonly number[], position: number, speed: Speed): { position: number; after: number } {
  const frame = 16;
  let next = position + 1;
  const after = pause(times, position, speed);
  for (let sum = 0; next < times.length; next++) {
    sum += pause(times, next, speed);
    if (sum > frame) break;
  }
  return { position: Math.min(next, times.length), after };
}
