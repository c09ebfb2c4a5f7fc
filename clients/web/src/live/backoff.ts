/** How long to wait before the next try. */

/** The delay after the first failure. */
const FIRST_MS = 250;
/** The longest delay while a break is young: whoever looks at the page sees the server's return within 2 s. */
const YOUNG_MS = 1_500;
/** Until when a break is young. */
const YOUNG_FOR_MS = 30_000;
/** The longest delay. */
const LONGEST_MS = 15_000;

/**
 * The delay after a number of failures in a row, from 1: doubling, and spread at random over its upper half, so that many
 * clients do not come back at the same moment. `chance` is from 0 to 1.
 */
export function delayAfter(failures: number, brokenForMs: number, chance: number): number {
  const longest = brokenForMs < YOUNG_FOR_MS ? YOUNG_MS : LONGEST_MS;
  const full = Math.min(FIRST_MS * 2 ** Math.min(failures - 1, 20), longest);
  return full * (0.5 + chance / 2);
}
