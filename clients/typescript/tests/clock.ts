/** A clock that waits for nobody: delays are over at once, silences when the test says so. */
import type { Clock } from "../src/clock.ts";

/** The longest delay before a new try; what sleeps longer listens for silence. */
const LONGEST_DELAY_MS = 15_000;

export class TestClock implements Clock {
  /** The delays that were waited for. */
  readonly delays: number[] = [];
  readonly #silences = new Set<() => void>();
  readonly #random: () => number;

  constructor(random: () => number = () => 1) {
    this.#random = random;
  }

  random(): number {
    return this.#random();
  }

  async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    if (milliseconds <= LONGEST_DELAY_MS) {
      this.delays.push(milliseconds);
      return;
    }
    await new Promise<void>((resolve) => {
      this.#silences.add(resolve);
      signal?.addEventListener("abort", () => {
        this.#silences.delete(resolve);
        resolve();
      });
    });
  }

  /** Lets the time of everybody who listens run out. */
  passSilence(): void {
    for (const resolve of this.#silences) resolve();
  }

  /** How many listen. */
  get listeners(): number {
    return this.#silences.size;
  }
}
