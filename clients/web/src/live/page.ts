/** What the page knows of what happens; there is one store in a page. */
import { Connection } from "./connection.ts";
import { pageFrame } from "./notices.ts";
import { LiveStore } from "./store.ts";

let store: LiveStore | undefined;

/** The store; connected when it is first asked for. */
export function live(): LiveStore {
  store ??= new LiveStore(new Connection(new URL(".", document.baseURI).href), pageFrame);
  return store;
}

/** Takes another store in the place of the page's: one without a server, for tests of screens. */
export function replaceLive(other: LiveStore | undefined): void {
  store = other;
}
