/** Time and chance as the hub has them, so that tests can make their own. */
export interface Clock {
  /** In milliseconds. */
  now(): number;
  /** Runs something later, unless what is returned is called before. */
  after(milliseconds: number, run: () => void): () => void;
  /** Runs something once everything is done that is at hand now. */
  soon(run: () => void): void;
  /** From 0 up to 1. */
  random(): number;
}

/** The clock of the browser. */
export const browserClock: Clock = {
  now: () => Date.now(),
  after(milliseconds, run) {
    const timer = setTimeout(run, milliseconds);
    return () => clearTimeout(timer);
  },
  soon: (run) => void setTimeout(run, 0),
  random: () => Math.random(),
};
