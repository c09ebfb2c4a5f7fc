/** Time and chance, so that tests can bring their own. */
export interface Clock {
  /** Comes back after some milliseconds, or as soon as the signal is set off. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
  /** A number from 0 to 1. */
  random(): number;
}

/** The clock of the machine. */
export const systemClock: Clock = {
  sleep: (milliseconds, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const finish = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", finish);
        resolve();
      };
      const timer = setTimeout(finish, milliseconds);
      signal?.addEventListener("abort", finish);
    }),
  random: Math.random,
};
