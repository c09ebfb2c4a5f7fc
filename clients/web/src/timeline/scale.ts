/** A stretch of time, in milliseconds. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** A mark on the axis. */
export interface Tick {
  readonly time: number;
  /** It begins a day: its label is the date. */
  readonly day: boolean;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How far apart marks can be. */
const STEPS = [
  100, 200, 500, SECOND, 2 * SECOND, 5 * SECOND, 10 * SECOND, 15 * SECOND, 30 * SECOND, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE,
  30 * MINUTE, HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY, 14 * DAY, 28 * DAY,
];

/** The shortest stretch that can be looked at. */
const LEAST = 200;

/** A stretch that all others lie in, with a little room after the end; something to show even when there are none. */
export function extentOf(ranges: Iterable<{ readonly start: number; readonly end?: number | undefined }>, now: number): Range {
  let [start, end] = [Infinity, -Infinity];
  for (const range of ranges) {
    start = Math.min(start, range.start);
    end = Math.max(end, range.end ?? now);
  }
  if (start === Infinity) return { start: now - MINUTE, end: now };
  const length = Math.max(LEAST, end - start);
  return { start, end: start + length * 1.03 };
}

/** How far apart the marks are on an axis on which `most` labels fit. */
export function stepOf(range: Range, most: number): number {
  const least = (range.end - range.start) / Math.max(1, most);
  return STEPS.find((step) => step >= least) ?? Math.ceil(least / DAY) * DAY;
}

/**
 * The marks of an axis on which `most` labels fit: at round times of the place where the user is. `offset` gives the
 * minutes of that place behind UTC, as `Date.getTimezoneOffset` does.
 */
export function ticksOf(range: Range, most: number, offset = (time: number) => new Date(time).getTimezoneOffset()): Tick[] {
  const step = stepOf(range, most);
  const ticks: Tick[] = [];
  const behind = offset(range.start) * MINUTE;
  for (let local = Math.ceil((range.start - behind) / step) * step; ; local += step) {
    // Where the clocks were changed in between, marks of hours and more stay at round times.
    const time = local + (step >= HOUR ? offset(local + behind) * MINUTE : behind);
    if (time > range.end) return ticks;
    if (time >= range.start) ticks.push({ time, day: local % DAY === 0 });
  }
}

/** Where a time lies in a stretch: 0 at its start, 1 at its end. */
export function placeOf(time: number, range: Range): number {
  return (time - range.start) / (range.end - range.start);
}

/** The part of a bar that is in the stretch, in fractions of it; nothing when all of it is outside. */
export function barOf(bar: { readonly start: number; readonly end?: number | undefined }, range: Range, now: number): { left: number; width: number } | undefined {
  const left = Math.max(0, placeOf(bar.start, range));
  const right = Math.min(1, placeOf(Math.max(bar.start, bar.end ?? now), range));
  return left > 1 || right < 0 ? undefined : { left, width: Math.max(0, right - left) };
}

/** A stretch that is longer or shorter by a factor, in which the time at `at` (0 to 1) keeps its place. It stays in `whole`. */
export function zoomed(range: Range, whole: Range, factor: number, at: number): Range {
  const length = Math.min(whole.end - whole.start, Math.max(LEAST, (range.end - range.start) * factor));
  const fixed = range.start + (range.end - range.start) * at;
  return within({ start: fixed - length * at, end: fixed + length * (1 - at) }, whole);
}

/** A stretch moved by a fraction of its length, within `whole`. */
export function panned(range: Range, whole: Range, by: number): Range {
  const shift = (range.end - range.start) * by;
  return within({ start: range.start + shift, end: range.end + shift }, whole);
}

function within(range: Range, whole: Range): Range {
  const length = range.end - range.start;
  if (length >= whole.end - whole.start) return whole;
  const start = Math.min(Math.max(range.start, whole.start), whole.end - length);
  return { start, end: start + length };
}
