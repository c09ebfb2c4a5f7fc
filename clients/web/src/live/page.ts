/** The page's end of the live streams. */
import { pageFrame } from "./notices.ts";
import { LiveStore } from "./store.ts";

let store: LiveStore | undefined;

/** What the page knows; connected when it is first asked for. */
export function live(): LiveStore {
  store ??= new LiveStore({ post: () => {}, listen: () => {} }, pageFrame);
  return store;
}
