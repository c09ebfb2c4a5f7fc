/** A stream that outlives its connections. */
import { type CallOptions, Code, ConnectError } from "@connectrpc/connect";
import { problemOf } from "./errors.ts";
import { listen } from "./listen.ts";
import { type Clock, systemClock } from "./clock.ts";

/** How a stream stands. */
export type WatchState =
  /** It is being opened for the first time. */
  | { kind: "connecting" }
  /** The server answered. */
  | { kind: "live" }
  /** It broke, and is opened again by itself after `retryInMs`; nothing is lost. */
  | { kind: "reconnecting"; cause: ConnectError; retryInMs: number };

/** What can be said about any watch. */
export interface WatchOptions {
  /** Ends the watch, without an error. */
  signal?: AbortSignal;
  /** Is told whenever the state changes. */
  onState?: (state: WatchState) => void;
  /** After how long without a message a stream counts as dead; twice the server's heartbeat of 15 s if not given. */
  silenceMs?: number;
  /** The time and the chance; those of the machine if not given. */
  clock?: Clock;
}

/** What a stream is opened from, and what its messages come to. Keeps the position from one connection to the next. */
export interface Source<Message, Update> {
  /** Opens the stream after the position. */
  open(options: CallOptions): AsyncIterable<Message>;
  /** Takes a message in, and says what it brings. Throws if messages are missing before it. */
  accept(message: Message): Update | undefined;
  /** Forgets the position, as the server does not know it any more. Says whether there was one. */
  reset(): boolean;
  /** Whether there is nothing more to come, after the server has ended the stream. */
  isOver(options: CallOptions): Promise<boolean>;
}

const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 15_000;
const SILENCE_MS = 30_000;

/** Codes with which a repeat of the call would be answered in the same way. */
export const FINAL_CODES: ReadonlySet<Code> = new Set([
  Code.InvalidArgument,
  Code.NotFound,
  Code.AlreadyExists,
  Code.PermissionDenied,
  Code.Unauthenticated,
  Code.FailedPrecondition,
  Code.Unimplemented,
  Code.OutOfRange,
]);

/**
 * Brings what a source brings, over any number of broken connections. Ends when the source is over or the signal is
 * set off; throws what the server refuses for good.
 */
export async function* resume<Message, Update>(
  source: Source<Message, Update>,
  { signal, onState, silenceMs = SILENCE_MS, clock = systemClock }: WatchOptions,
): AsyncGenerator<Update, void, undefined> {
  onState?.({ kind: "connecting" });
  const tellLive = (header: Headers) => {
    // An answer that has its status in the header is an error without a stream.
    if (!header.has("grpc-status")) onState?.({ kind: "live" });
  };
  for (let failures = 0; !signal?.aborted; ) {
    let cause: ConnectError;
    try {
      const open = (stop: AbortSignal) => source.open({ signal: stop, onHeader: tellLive });
      for await (const message of listen(open, silenceMs, clock, signal)) {
        const update = source.accept(message);
        failures = 0;
        if (update !== undefined) yield update;
      }
      if (signal?.aborted || (await source.isOver(signal ? { signal } : {}))) return;
      cause = new ConnectError("the server ended the stream early", Code.Unavailable);
    } catch (error) {
      cause = ConnectError.from(error);
    }
    if (signal?.aborted) return;
    const lostPlace = cause.code === Code.OutOfRange && source.reset();
    if (!lostPlace && FINAL_CODES.has(cause.code)) throw cause;
    failures += 1;
    const retryInMs = lostPlace ? 0 : delayAfter(cause, failures, clock);
    onState?.({ kind: "reconnecting", cause, retryInMs });
    if (retryInMs > 0) await clock.sleep(retryInMs, signal);
  }
}

/** How long to wait after a number of failures in a row. Who only read too slowly goes on at once. */
function delayAfter(cause: ConnectError, failures: number, clock: Clock): number {
  if (cause.code === Code.ResourceExhausted && failures === 1) return problemOf(cause).retryAfterMs ?? 0;
  return backoff(failures, clock.random());
}

/** Delays that double up to a cap, each spread by `chance`, from 0 to 1, over its upper half. */
export function backoff(failures: number, chance: number): number {
  const full = Math.min(FIRST_DELAY_MS * 2 ** Math.min(failures - 1, 30), LONGEST_DELAY_MS);
  return full * (0.5 + chance / 2);
}
