/** How the connection stands, out of how its streams do. */
import type { Clock } from "./clock.ts";
import type { Line } from "./line.ts";
import type { Health } from "./protocol.ts";

/** After how long without a connection what is shown counts as stale. */
export const STALE_MS = 15_000;

/** How streams stand together: as badly as the worst of them. */
export function healthOf(lines: readonly Line<unknown>[], now: number): Health {
  if (lines.length === 0) return { state: "idle" };
  const broken = lines.filter(({ isBroken }) => isBroken);
  if (broken.length > 0) {
    const since = Math.min(...broken.map(({ goodAt }) => goodAt));
    return { state: now - since < STALE_MS ? "reconnecting" : "stale", since };
  }
  return { state: lines.some(({ isOpen }) => isOpen) ? "live" : "connecting" };
}

/** Tells how the connection stands whenever that changes, also by time alone. */
export class HealthMonitor {
  readonly #lines: () => readonly Line<unknown>[];
  readonly #clock: Clock;
  readonly #changed: (health: Health) => void;
  #health: Health = { state: "idle" };
  #cancel: (() => void) | undefined;

  constructor(lines: () => readonly Line<unknown>[], clock: Clock, changed: (health: Health) => void) {
    this.#lines = lines;
    this.#clock = clock;
    this.#changed = changed;
  }

  get health(): Health {
    return this.#health;
  }

  /** Looks again. */
  update(): void {
    const now = this.#clock.now();
    const health = healthOf(this.#lines(), now);
    this.#cancel?.();
    if (health.state === "reconnecting") {
      this.#cancel = this.#clock.after(health.since + STALE_MS - now, () => this.update());
    }
    const isSame = health.state === this.#health.state && sinceOf(health) === sinceOf(this.#health);
    this.#health = health;
    if (!isSame) this.#changed(health);
  }
}

function sinceOf(health: Health): number | undefined {
  return health.state === "reconnecting" || health.state === "stale" ? health.since : undefined;
}
