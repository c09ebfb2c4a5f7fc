/** Reads executions one by one, where no stream tells how they stand. */
import { Code, ConnectError } from "@connectrpc/connect";
import type { Execution } from "@gennaker/client/gen/execution";
import type { ExecutionEvent } from "@gennaker/client/gen/execution_event";
import type { Clock } from "./clock.ts";
import { isFinal } from "./lane.ts";
import type { Streams } from "./streams.ts";

/** How many are read at once: the browser has few connections. */
const AT_ONCE = 2;
const RETRY_MS = 1_000;
const TIMEOUT_MS = 10_000;

/** Who executions are read for. */
export interface FetchOwner {
  /** An execution as it stands, and events of it that came in the meantime. */
  fetched(execution: Execution, held: readonly ExecutionEvent[]): void;
  /** There is no such execution. */
  absent(name: string): void;
  failed(name: string, error: ConnectError): void;
}

/** Reads executions. */
export class Fetcher {
  readonly #streams: Streams;
  readonly #clock: Clock;
  readonly #owner: FetchOwner;
  /** What is to be read or being read, with the events that wait for it. */
  readonly #held = new Map<string, ExecutionEvent[]>();
  readonly #queue: string[] = [];
  #running = 0;

  constructor(streams: Streams, clock: Clock, owner: FetchOwner) {
    this.#streams = streams;
    this.#clock = clock;
    this.#owner = owner;
  }

  /** Reads an execution; `event` waits for it. */
  fetch(name: string, event?: ExecutionEvent): void {
    const held = this.#held.get(name);
    if (held) {
      if (event) held.push(event);
      return;
    }
    this.#held.set(name, event ? [event] : []);
    this.#queue.push(name);
    this.#next();
  }

  /** Forgets what nobody needs any more. */
  keep(isNeeded: (name: string) => boolean): void {
    for (const name of this.#held.keys()) {
      if (!isNeeded(name)) this.#held.delete(name);
    }
  }

  #next(): void {
    while (this.#running < AT_ONCE) {
      const name = this.#queue.shift();
      if (name === undefined) return;
      if (this.#held.has(name)) void this.#read(name);
    }
  }

  async #read(name: string): Promise<void> {
    this.#running += 1;
    const call = new AbortController();
    const cancel = this.#clock.after(TIMEOUT_MS, () => call.abort());
    try {
      const execution = await this.#streams.execution(name, call.signal);
      const held = this.#take(name);
      if (held && execution) this.#owner.fetched(execution, held);
    } catch (thrown) {
      this.#missed(name, ConnectError.from(thrown));
    } finally {
      cancel();
      this.#running -= 1;
      this.#next();
    }
  }

  #missed(name: string, error: ConnectError): void {
    if (!isFinal(error)) {
      this.#clock.after(RETRY_MS, () => {
        this.#queue.push(name);
        this.#next();
      });
    } else if (this.#take(name)) {
      if (error.code === Code.NotFound) this.#owner.absent(name);
      else this.#owner.failed(name, error);
    }
  }

  #take(name: string): ExecutionEvent[] | undefined {
    const held = this.#held.get(name);
    this.#held.delete(name);
    return held;
  }
}
