/** One clock for everything on the page that tells how long something takes: a tick a second, and none while nobody looks. */
import { useSyncExternalStore } from "react";

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let now = Date.now();

function tick() {
  now = Date.now();
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (timer === undefined) {
    now = Date.now();
    timer = setInterval(tick, 1000);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

const never = () => () => {};

/** The time in milliseconds, a second apart while `running`. */
export function useNow(running = true): number {
  return useSyncExternalStore(running ? subscribe : never, () => (timer === undefined ? Math.floor(Date.now() / 1000) * 1000 : now));
}
