/** Who wants to be told of what, and telling them at most once a frame. */

/** Runs something at the next frame, or soon where no frames are drawn. */
export type Frame = (run: () => void) => void;

/** The frames of the page. In a hidden page no frames are drawn: there a timer stands in. */
export function pageFrame(run: () => void): void {
  let isDone = false;
  const once = () => {
    if (isDone) return;
    isDone = true;
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    run();
  };
  const frame = requestAnimationFrame(once);
  const timer = setTimeout(once, 100);
}

/** Listeners by topic. */
export class Notices {
  readonly #listeners = new Map<string, Set<() => void>>();
  readonly #due = new Set<string>();
  readonly #frame: Frame;
  #isPlanned = false;

  constructor(frame: Frame) {
    this.#frame = frame;
  }

  /** Tells a listener of a topic until what is returned is called. */
  on(topic: string, listener: () => void): () => void {
    const listeners = this.#listeners.get(topic) ?? new Set();
    this.#listeners.set(topic, listeners);
    // One function may be given twice.
    const own = () => listener();
    listeners.add(own);
    return () => {
      listeners.delete(own);
      if (listeners.size === 0 && this.#listeners.get(topic) === listeners) this.#listeners.delete(topic);
    };
  }

  /** Whether anybody listens to a topic. */
  has(topic: string): boolean {
    return this.#listeners.has(topic);
  }

  /** Says that there is news of a topic. */
  due(topic: string): void {
    this.#due.add(topic);
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    this.#frame(() => this.#tell());
  }

  #tell(): void {
    this.#isPlanned = false;
    const topics = [...this.#due];
    this.#due.clear();
    for (const topic of topics) {
      const listeners = [...(this.#listeners.get(topic) ?? [])];
      for (const listener of listeners) listener();
    }
  }
}
