/** The worker that all tabs share: one hub, and a port for each tab. */
import { browserHub } from "./browser-hub.ts";
import type { Hub } from "./hub.ts";
import type { HubMessages, PageMessage, Port } from "./protocol.ts";

let hub: Hub | undefined;

addEventListener("connect", (event) => {
  const port = event instanceof MessageEvent ? event.ports[0] : undefined;
  if (port) serve(port);
});

/** Serves a tab from its first hello on; that says where the API is. */
function serve(port: MessagePort): void {
  let receive: ((message: PageMessage) => void) | undefined;
  const tab: Port<HubMessages, PageMessage> = {
    post: (message) => port.postMessage(message),
    listen: (listener) => (receive = listener),
  };
  port.onmessage = ({ data }: MessageEvent<PageMessage>) => {
    if (data.kind === "hello") hub ??= browserHub(data.base);
    if (!receive) hub?.connect(tab);
    receive?.(data);
  };
}
