/** A stream that is kept up: called again when it breaks, when it is silent for too long, and when it is told to. */
import { Code, ConnectError } from "@connectrpc/connect";
import { delayAfter } from "./backoff.ts";
import type { Clock } from "./clock.ts";
import type { Call } from "./streams.ts";

/** A stream carries a heartbeat every 15 s: after twice that it is dead. */
const SILENCE_MS = 30_000;
/** How long the server may take to begin its answer. */
const OPENING_MS = 10_000;
/** A stream that lived for so long came through; one that brought something did too. */
const LIVED_MS = 5_000;

/** What a broken line does. */
export type Remedy = "again" | "at once" | "stop";

/** What a line carries. */
export interface Feed<M> {
  /** Calls the stream, from where the feed has got to. */
  open(call: Call): AsyncIterable<M>;
  take(message: M): void;
  /** Says what to do about a break. */
  broke(error: ConnectError): Remedy;
}

/** One stream that is kept up. */
export class Line<M> {
  readonly #feed: Feed<M>;
  readonly #clock: Clock;
  readonly #changed: () => void;
  #call: AbortController | undefined;
  #cancelTimer: (() => void) | undefined;
  #isOpen = false;
  #openedAt = 0;
  #heardAt = 0;
  #goodAt: number;
  #failures = 0;
  #brought = false;
  #isWanted = false;

  /** `changed` is called when the line opens or breaks. */
  constructor(feed: Feed<M>, clock: Clock, changed: () => void) {
    this.#feed = feed;
    this.#clock = clock;
    this.#changed = changed;
    this.#goodAt = clock.now();
  }

  /** Whether the server answers. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Whether it broke, and does not answer yet. */
  get isBroken(): boolean {
    return this.#failures > 0 && !this.#isOpen;
  }

  /** When it was last good, in milliseconds; when it was made if it never was. */
  get goodAt(): number {
    return this.#isOpen ? this.#clock.now() : this.#goodAt;
  }

  start(): void {
    this.#isWanted = true;
    if (!this.#call) void this.#run();
  }

  /** Ends it, for good or until it is started again. */
  stop(): void {
    this.#isWanted = false;
    this.#hangUp();
    this.#failures = 0;
  }

  /** Calls again at once: what is open may not be any more. `onlyIfDoubtful` leaves alone what was heard of lately. */
  renew(onlyIfDoubtful: boolean): void {
    const isDoubtful = this.isBroken || this.#clock.now() - this.#heardAt > SILENCE_MS;
    if (!this.#isWanted || (onlyIfDoubtful && !isDoubtful)) return;
    this.#hangUp();
    this.start();
  }

  async #run(): Promise<void> {
    this.#cancelTimer?.();
    const call = new AbortController();
    this.#call = call;
    this.#brought = false;
    this.#heard();
    this.#watchSilence(call);
    try {
      for await (const message of this.#feed.open({ signal: call.signal, onOpen: () => this.#opened(call) })) {
        if (call !== this.#call) return;
        this.#opened(call);
        this.#heard();
        this.#brought = true;
        this.#feed.take(message);
        if (call !== this.#call) return;
      }
      this.#broke(call, new ConnectError("the server ended the stream", Code.Unavailable));
    } catch (error) {
      this.#broke(call, ConnectError.from(error));
    }
  }

  #opened(call: AbortController): void {
    if (call !== this.#call || this.#isOpen) return;
    this.#isOpen = true;
    this.#openedAt = this.#clock.now();
    this.#heard();
    this.#changed();
  }

  #heard(): void {
    this.#heardAt = this.#clock.now();
  }

  #broke(call: AbortController, error: ConnectError): void {
    if (call !== this.#call) return;
    const now = this.#clock.now();
    if (this.#isOpen) this.#goodAt = now;
    const cameThrough = this.#isOpen && (this.#brought || now - this.#openedAt > LIVED_MS);
    this.#hangUp();
    const remedy = this.#feed.broke(error);
    if (remedy === "stop") {
      this.#isWanted = false;
      return this.#changed();
    }
    if (remedy === "at once") return this.start();
    this.#failures = cameThrough ? 1 : this.#failures + 1;
    const delay = delayAfter(this.#failures, now - this.#goodAt, this.#clock.random());
    this.#cancelTimer = this.#clock.after(delay, () => this.start());
    this.#changed();
  }

  #hangUp(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const call = this.#call;
    this.#call = undefined;
    if (this.#isOpen) this.#goodAt = this.#clock.now();
    this.#isOpen = false;
    call?.abort();
  }

  /** Takes the stream for broken when it is silent for too long. */
  #watchSilence(call: AbortController): void {
    const limit = this.#isOpen ? SILENCE_MS : OPENING_MS;
    const left = this.#heardAt + limit - this.#clock.now();
    if (left <= 0) return this.#broke(call, new ConnectError("the server is silent", Code.Unavailable));
    this.#cancelTimer = this.#clock.after(left, () => {
      if (call === this.#call) this.#watchSilence(call);
    });
  }
}
