/**
 * A page's line to the hub. The hub runs in a worker that all tabs share; where there is no such worker, or it does not
 * start, it runs in the page, and its streams are closed while nobody looks.
 */
import type { Hub } from "./hub.ts";
import type { HubMessages, PageMessage, Port } from "./protocol.ts";

/** How long the worker may take to answer. */
const START_MS = 5_000;
/** How often a page without locks says that it is still there. */
const PING_MS = 60_000;

/** A line to the hub that finds its way by itself. */
export class Connection implements Port<PageMessage, HubMessages> {
  readonly #base: string;
  #receive: (messages: HubMessages) => void = () => {};
  #send: ((message: PageMessage) => void) | undefined;
  #hello: PageMessage;
  #hub: Hub | undefined;

  /** `base` is the address that the API is under. */
  constructor(base: string) {
    this.#base = base;
    this.#hello = { kind: "hello", base };
    this.#followVisibility();
    void this.#holdLock().then(() => this.#connect());
  }

  post(message: PageMessage): void {
    // What is wanted before there is a hub is said with the hello.
    this.#send?.(message);
  }

  listen(receive: (messages: HubMessages) => void): void {
    this.#receive = receive;
  }

  /** Takes a lock that ends with the page, by which the worker sees the page's end. Not every page has locks. */
  #holdLock(): Promise<void> {
    if (!("locks" in navigator)) {
      setInterval(() => this.post({ kind: "ping" }), PING_MS);
      return Promise.resolve();
    }
    const lock = `gennaker-page-${crypto.randomUUID()}`;
    return new Promise((held) => {
      void navigator.locks.request(lock, () => {
        this.#hello = { kind: "hello", base: this.#base, lock };
        held();
        return new Promise<never>(() => {});
      });
    });
  }

  #connect(): void {
    const worker = startWorker();
    if (!worker) return void this.#runHere();
    const { port } = worker;
    let isOver = false;
    const giveUp = () => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      port.postMessage({ kind: "bye" } satisfies PageMessage);
      port.close();
      void this.#runHere();
    };
    const timer = setTimeout(giveUp, START_MS);
    worker.addEventListener("error", giveUp);
    port.onmessage = ({ data }: MessageEvent<HubMessages>) => {
      clearTimeout(timer);
      isOver = true;
      this.#take(data);
    };
    this.#send = (message) => port.postMessage(message);
    this.#greet();
  }

  async #runHere(): Promise<void> {
    const { browserHub } = await import("./browser-hub.ts");
    const hub = browserHub(this.#base);
    let receive: ((message: PageMessage) => void) | undefined;
    hub.connect({ post: (messages) => this.#take(messages), listen: (listener) => (receive = listener) });
    this.#hub = hub;
    this.#send = (message) => receive?.(message);
    if (document.hidden) hub.pause();
    this.#greet();
  }

  #take(messages: HubMessages): void {
    if (messages.some(({ kind }) => kind === "again")) this.#greet();
    else this.#receive(messages);
  }

  /** Says hello, and lets the page say what it wants. */
  #greet(): void {
    this.#send?.(this.#hello);
    this.#send?.({ kind: "seen", seen: !document.hidden });
    this.#receive([{ kind: "again" }]);
  }

  #followVisibility(): void {
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) this.#hub?.pause();
      else this.#hub?.resume();
      this.post({ kind: "seen", seen: !document.hidden });
      if (!document.hidden) this.post({ kind: "nudge", reason: "visible" });
    });
    // What was open breaks in silence when the network goes: only a new call tells.
    for (const change of ["offline", "online"]) addEventListener(change, () => this.post({ kind: "nudge", reason: "network" }));
    addEventListener("pagehide", () => this.post({ kind: "bye" }));
    addEventListener("pageshow", ({ persisted }) => {
      if (persisted) this.#greet();
    });
  }
}

/** Starts the worker, or joins the one of the other tabs of the same build. */
function startWorker(): SharedWorker | undefined {
  if (!("SharedWorker" in globalThis)) return undefined;
  try {
    const url = new URL(import.meta.env.DEV ? "src/live/worker.ts" : "worker.js", document.baseURI);
    // The name of this file has the build in it: tabs of another build have a worker of their own.
    return new SharedWorker(url, { type: "module", name: `gennaker ${new URL(import.meta.url).pathname}` });
  } catch {
    return undefined;
  }
}
