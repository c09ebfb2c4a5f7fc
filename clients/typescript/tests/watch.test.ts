import { create } from "@bufbuild/protobuf";
import { Code, ConnectError, createRouterTransport, type HandlerContext } from "@connectrpc/connect";
import { describe, expect, it } from "vitest";
import { connectOver } from "../src/client.ts";
import type { ExecutionEvent } from "../src/gen/gennaker/v1/execution_event_pb.ts";
import {
  ExecutionService,
  type WatchExecutionRequest,
  type WatchExecutionResponse,
  WatchExecutionResponseSchema,
} from "../src/gen/gennaker/v1/execution_service_pb.ts";
import { InfrastructureService } from "../src/gen/gennaker/v1/infrastructure_service_pb.ts";
import { RetryInfoSchema } from "../src/gen/google/rpc/error_details_pb.ts";
import { backoff, type WatchState } from "../src/resume.ts";
import { type ExecutionUpdate, watchExecution, watchInfrastructure } from "../src/watch.ts";
import { TestClock } from "./clock.ts";
import { type History, history, NAME } from "./history.ts";
import { Random } from "./random.ts";

type Answer = (request: WatchExecutionRequest, context: HandlerContext) => AsyncIterable<WatchExecutionResponse>;

/** A server that answers watches so, and shows a history's end when asked. */
function server(answer: Answer, past: History) {
  return connectOver(
    createRouterTransport(({ service }) => {
      service(ExecutionService, {
        watchExecution: answer,
        getExecution: () => ({ execution: past.states.at(-1)! }),
      });
    }),
  );
}

function response(message: WatchExecutionResponse["message"]): WatchExecutionResponse {
  return create(WatchExecutionResponseSchema, { message });
}

function eventOf(value: ExecutionEvent): WatchExecutionResponse {
  return response({ case: "event", value });
}

/** An honest server: a snapshot of the third event if no sequence is given, then all events. */
async function* honest(past: History, request: WatchExecutionRequest) {
  let position = Number(request.afterSequence ?? 3n);
  if (request.afterSequence === undefined) yield response({ case: "snapshot", value: past.states[position]! });
  for (; position < past.events.length; position++) yield eventOf(past.events[position]!);
}

/** A server that breaks, repeats, leaves out, falls asleep and forgets by chance. */
async function* unreliable(past: History, request: WatchExecutionRequest, random: Random, forgets: boolean) {
  if (forgets && request.afterSequence !== undefined && random.chance(0.2)) throw new ConnectError("gone", Code.OutOfRange);
  let position = Number(request.afterSequence ?? 0n);
  if (request.afterSequence === undefined) {
    position = forgets ? random.below(past.events.length) : 0;
    yield response({ case: "snapshot", value: past.states[position]! });
  }
  while (position < past.events.length) {
    const dice = random.below(20);
    if (dice === 0) throw new ConnectError("broken", random.chance(0.5) ? Code.Unavailable : Code.Unknown);
    if (dice === 1) throw new ConnectError("too slow", Code.ResourceExhausted);
    if (dice === 2) return;
    if (dice === 3) position = Math.max(0, position - 2);
    if (dice === 4) position = Math.min(past.events.length - 1, position + 1);
    if (dice === 5) yield response({ case: "heartbeat", value: { $typeName: "gennaker.v1.Heartbeat", sequence: 0n } });
    yield eventOf(past.events[position]!);
    position += 1;
  }
}

/** Waits until the client has closed the stream. */
async function closed(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve));
}

async function collect(updates: AsyncIterable<ExecutionUpdate>): Promise<ExecutionUpdate[]> {
  const all = [];
  for await (const update of updates) all.push(update);
  return all;
}

function sequences(updates: ExecutionUpdate[]): number[] {
  return updates.flatMap(({ event }) => (event ? [Number(event.sequence)] : []));
}

const upTo = (last: number, first = 1) => Array.from({ length: last - first + 1 }, (_, index) => first + index);

describe("watchExecution", () => {
  const past = history(12, new Random(3));

  it("brings every event once and in order, whatever the connection does", async () => {
    for (let seed = 1; seed <= 40; seed++) {
      const random = new Random(seed);
      const long = history(60, random);
      const client = server((request) => unreliable(long, request, random, false), long);
      const clock = new TestClock(() => random.next());
      const updates = await collect(watchExecution(client, NAME, { afterSequence: 0n, clock }));
      expect(sequences(updates)).toEqual(upTo(60));
      for (const { execution, event } of updates) expect(execution).toEqual(long.states[Number(event?.sequence)]);
    }
  });

  it("never goes back, and is right after each update, with a server that forgets", async () => {
    for (let seed = 1; seed <= 40; seed++) {
      const random = new Random(seed);
      const long = history(60, random);
      const client = server((request) => unreliable(long, request, random, true), long);
      const updates = await collect(watchExecution(client, NAME, { clock: new TestClock(() => random.next()) }));
      expect(updates.at(-1)?.execution).toEqual(long.states[60]);
      for (const { execution } of updates) expect(execution).toEqual(long.states[Number(execution.sequence)]);
      const events = sequences(updates);
      if (updates.filter(({ event }) => !event).length === 1) expect(new Set(events).size).toBe(events.length);
    }
  });

  it("starts with a snapshot, and with none after what is known", async () => {
    const client = server((request) => honest(past, request), past);
    const [first, ...others] = await collect(watchExecution(client, NAME, { clock: new TestClock() }));
    expect(first).toEqual({ execution: past.states[3] });
    expect(sequences(others)).toEqual(upTo(12, 4));
    const known = await collect(watchExecution(client, NAME, { execution: past.states[5]!, clock: new TestClock() }));
    expect(sequences(known)).toEqual(upTo(12, 6));
    expect(known.at(-1)?.execution).toEqual(past.states[12]);
  });

  it("ends at once for an execution that has ended before the position", async () => {
    const client = server((request) => honest(past, request), past);
    expect(await collect(watchExecution(client, NAME, { afterSequence: 12n, clock: new TestClock() }))).toEqual([]);
  });

  it("waits longer from try to try, and tells", async () => {
    let tries = 0;
    const states: WatchState[] = [];
    const answer: Answer = (request) => {
      tries += 1;
      if (tries <= 8) throw new ConnectError("down", Code.Unavailable);
      return honest(past, request);
    };
    const clock = new TestClock();
    const onState = (state: WatchState) => states.push(state);
    await collect(watchExecution(server(answer, past), NAME, { clock, onState }));
    expect(clock.delays).toEqual([250, 500, 1000, 2000, 4000, 8000, 15_000, 15_000]);
    expect([states[0]?.kind, states.at(-1)?.kind]).toEqual(["connecting", "live"]);
    const waits = states.flatMap((state) => (state.kind === "reconnecting" ? [state.retryInMs] : []));
    expect(waits).toEqual(clock.delays);
  });

  it("goes on at once, or when the server says, after it was too slow", async () => {
    for (const [nanos, delays] of [[0, []], [200_000_000, [200]]] as const) {
      let tries = 0;
      const details = [{ desc: RetryInfoSchema, value: { retryDelay: { nanos } } }];
      const answer: Answer = (request) => {
        tries += 1;
        if (tries === 1) throw new ConnectError("too slow", Code.ResourceExhausted, undefined, details);
        return honest(past, request);
      };
      const clock = new TestClock();
      await collect(watchExecution(server(answer, past), NAME, { afterSequence: 0n, clock }));
      expect(clock.delays).toEqual(delays);
    }
  });

  it("throws what the server refuses for good", async () => {
    for (const code of [Code.NotFound, Code.InvalidArgument, Code.PermissionDenied, Code.OutOfRange]) {
      const answer: Answer = () => {
        throw new ConnectError("no", code);
      };
      const watch = watchExecution(server(answer, past), NAME, { clock: new TestClock() });
      await expect(collect(watch)).rejects.toMatchObject({ code });
    }
  });

  it("leaves a stream that fell silent", async () => {
    let tries = 0;
    let left = 0;
    async function* silent(request: WatchExecutionRequest, context: HandlerContext) {
      tries += 1;
      if (tries > 1) return yield* honest(past, request);
      yield eventOf(past.events[0]!);
      await closed(context.signal);
      left += 1;
    }
    const clock = new TestClock();
    const watch = watchExecution(server(silent, past), NAME, { afterSequence: 0n, clock });
    const first = await watch.next();
    const rest = collect(watch);
    await expect.poll(() => clock.listeners).toBe(1);
    clock.passSilence();
    expect(sequences([first.value!, ...(await rest)])).toEqual(upTo(12));
    expect(clock.delays).toEqual([250]);
    expect([tries, left]).toEqual([2, 1]);
  });

  it("takes a heartbeat that is ahead of the events for a break", async () => {
    let tries = 0;
    const ahead = response({ case: "heartbeat", value: { $typeName: "gennaker.v1.Heartbeat", sequence: 9n } });
    async function* answer(request: WatchExecutionRequest) {
      tries += 1;
      if (tries === 1) yield ahead;
      yield* honest(past, request);
    }
    const updates = await collect(watchExecution(server(answer, past), NAME, { afterSequence: 0n, clock: new TestClock() }));
    expect([tries, sequences(updates)]).toEqual([2, upTo(12)]);
  });

  it("ends without an error when it is called off, and closes the stream when it is left", async () => {
    const signals: AbortSignal[] = [];
    async function* endless(request: WatchExecutionRequest, context: HandlerContext) {
      signals.push(context.signal);
      yield* honest({ ...past, events: past.events.slice(0, 5) }, request);
      await closed(context.signal);
    }
    const client = server(endless, past);
    const stop = new AbortController();
    const all = [];
    for await (const update of watchExecution(client, NAME, { afterSequence: 0n, signal: stop.signal, clock: new TestClock() })) {
      if (all.push(update) === 5) stop.abort();
    }
    expect(all).toHaveLength(5);
    for await (const _ of watchExecution(client, NAME, { afterSequence: 0n, clock: new TestClock() })) break;
    await expect.poll(() => signals.map((signal) => signal.aborted)).toEqual([true, true]);
  });
});

describe("watchInfrastructure", () => {
  it("folds, and goes on after the last revision", async () => {
    const asked: (bigint | undefined)[] = [];
    const client = connectOver(
      createRouterTransport(({ service }) => {
        service(InfrastructureService, {
          async *watchInfrastructure({ afterRevision }) {
            asked.push(afterRevision);
            if (afterRevision === undefined) {
              yield { message: { case: "snapshot", value: { revision: 5n, serverGroups: [{ name: "a" }] } } };
            }
            const revision = (afterRevision ?? 5n) + 1n;
            yield { message: { case: "delta", value: { revision, serverGroups: [{ name: `g${revision}` }] } } };
            throw new ConnectError("down", revision === 7n ? Code.PermissionDenied : Code.Unavailable);
          },
        });
      }),
    );
    const seen: string[][] = [];
    const watch = async () => {
      for await (const { infrastructure } of watchInfrastructure(client, "applications/shop", { clock: new TestClock() })) {
        seen.push(infrastructure.serverGroups.map(({ name }) => name));
      }
    };
    await expect(watch()).rejects.toMatchObject({ code: Code.PermissionDenied });
    expect(asked).toEqual([undefined, 6n]);
    expect(seen).toEqual([["a"], ["a", "g6"], ["a", "g6", "g7"]]);
  });
});

describe("backoff", () => {
  it("is spread over the upper half", () => {
    expect([backoff(1, 0), backoff(1, 1), backoff(40, 0), backoff(40, 1)]).toEqual([125, 250, 7500, 15_000]);
  });
});
