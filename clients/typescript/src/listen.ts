/** One connection of a stream, with an ear for silence. */
import { Code, ConnectError } from "@connectrpc/connect";
import type { Clock } from "./clock.ts";

/** The messages of one stream. Throws if none comes for `silenceMs`; the stream is closed whenever the listener leaves. */
export async function* listen<Message>(
  open: (signal: AbortSignal) => AsyncIterable<Message>,
  silenceMs: number,
  clock: Clock,
  signal?: AbortSignal,
): AsyncGenerator<Message, void, undefined> {
  const stop = new AbortController();
  const abort = () => stop.abort();
  signal?.addEventListener("abort", abort);
  try {
    const messages = open(stop.signal)[Symbol.asyncIterator]();
    for (;;) {
      const result = await within(messages.next(), silenceMs, clock);
      if (result.done) return;
      yield result.value;
    }
  } finally {
    signal?.removeEventListener("abort", abort);
    stop.abort();
  }
}

async function within<T>(promise: Promise<T>, milliseconds: number, clock: Clock): Promise<T> {
  const heard = new AbortController();
  const silence = clock.sleep(milliseconds, heard.signal).then(() => {
    throw new ConnectError("the stream fell silent", Code.DeadlineExceeded);
  });
  // Whichever of the two comes second is not waited for, and may fail.
  silence.catch(() => undefined);
  promise.catch(() => undefined);
  try {
    return await Promise.race([promise, silence]);
  } finally {
    heard.abort();
  }
}
