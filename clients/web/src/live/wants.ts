/** What the components of a page want, counted, so that the hub is told once. */
import type { Want } from "./protocol.ts";

/** How long a page goes on wanting what its last component dropped: the next screen often wants the same. */
const LINGER_MS = 5_000;

/** Counts wants. */
export class Wants {
  readonly #counts = new Map<Want, { count: number; timer?: ReturnType<typeof setTimeout> }>();
  readonly #changed: (kind: "want" | "drop", want: Want) => void;

  /** `changed` is told of each first want, and of each drop once nobody has wanted it for a while. */
  constructor(changed: (kind: "want" | "drop", want: Want) => void) {
    this.#changed = changed;
  }

  /** Wants something until what is returned is called. */
  add(want: Want): () => void {
    const entry = this.#counts.get(want) ?? { count: 0 };
    clearTimeout(entry.timer);
    entry.count += 1;
    if (!this.#counts.has(want)) {
      this.#counts.set(want, entry);
      this.#changed("want", want);
    }
    return () => {
      entry.count -= 1;
      if (entry.count === 0) entry.timer = setTimeout(() => this.#drop(want), LINGER_MS);
    };
  }

  has(want: Want): boolean {
    return this.#counts.has(want);
  }

  /** Everything that is wanted now. */
  all(): Want[] {
    return [...this.#counts.keys()];
  }

  #drop(want: Want): void {
    this.#counts.delete(want);
    this.#changed("drop", want);
  }
}
