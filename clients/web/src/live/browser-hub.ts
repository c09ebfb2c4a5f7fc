/** The hub as it runs in a browser: in the shared worker, or in the page where there is none. */
import { browserClock } from "./clock.ts";
import { Hub } from "./hub.ts";
import { serverStreams } from "./streams.ts";

/** How many applications' infrastructure is followed at once over HTTP/1.1, where there are six connections for everything. */
const FEW = 2;
/** The same over TLS, where HTTP/2 carries all streams on one connection. */
const MANY = 16;

/** A hub for the API at an address. */
export function browserHub(address: string): Hub {
  return new Hub({
    streams: serverStreams(address),
    clock: browserClock,
    infrastructures: address.startsWith("https:") ? MANY : FEW,
    // The page holds the lock as long as it lives.
    onRelease: (lock, released) => void navigator.locks.request(lock, released),
  });
}
