/** The whole log of one execution, kept small: each event as its bytes, and a light row of it. */
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { applyEvent } from "@gennaker/client";
import { type Execution, ExecutionSchema } from "@gennaker/client/gen/execution";
import { type ExecutionEvent, ExecutionEventSchema } from "@gennaker/client/gen/execution_event";
import type { EventRow } from "./protocol.ts";

/** How far apart the states are that are kept to fold on from. */
const CHECKPOINT = 500;
/** Events are packed into pieces of this size: so many small arrays would weigh more than what is in them. */
const PIECE_BYTES = 256 * 1024;

/** The bytes of events, one after the other. */
class Bytes {
  readonly #pieces: Uint8Array[] = [];
  /** For each event: the piece, and where in it the event ends. It begins where the one before ends. */
  readonly #ends: { piece: number; end: number }[] = [];

  add(bytes: Uint8Array): void {
    const last = this.#ends.at(-1) ?? { piece: -1, end: 0 };
    const fits = this.#pieces[last.piece] !== undefined && last.end + bytes.length <= (this.#pieces[last.piece]?.length ?? 0);
    const start = fits ? last.end : 0;
    if (!fits) this.#pieces.push(new Uint8Array(Math.max(PIECE_BYTES, bytes.length)));
    const piece = this.#pieces.length - 1;
    this.#pieces[piece]?.set(bytes, start);
    this.#ends.push({ piece, end: start + bytes.length });
  }

  get(index: number): Uint8Array {
    const place = this.#ends[index];
    const before = this.#ends[index - 1];
    const piece = place && this.#pieces[place.piece];
    if (!place || !piece) throw new RangeError(`there is no event ${index}`);
    return piece.subarray(before?.piece === place.piece ? before.end : 0, place.end);
  }
}

/** The log of an execution from its first event, without gaps. */
export class EventLog {
  readonly #name: string;
  readonly #bytes = new Bytes();
  readonly #rows: EventRow[] = [];
  /** States by their sequence. */
  readonly #checkpoints = new Map<number, Execution>();
  /** The state that was asked for last: the next is often near. */
  #latest: Execution | undefined;

  constructor(name: string) {
    this.#name = name;
  }

  /** The sequence of the last event. */
  get last(): number {
    return this.#rows.length;
  }

  /** Takes the next event. Says whether it was the next; others are left out. */
  add(event: ExecutionEvent): boolean {
    if (event.sequence !== BigInt(this.last + 1)) return false;
    this.#bytes.add(toBinary(ExecutionEventSchema, event));
    this.#rows.push(rowOf(event));
    return true;
  }

  /** The rows after a sequence. */
  rowsAfter(sequence: number): EventRow[] {
    return this.#rows.slice(sequence);
  }

  /** The execution as it was after an event; undefined where the log does not reach there. */
  at(sequence: number): Execution | undefined {
    if (sequence < 1 || sequence > this.last) return undefined;
    let state = this.#nearest(sequence);
    for (let index = Number(state.sequence); index < sequence; index += 1) {
      state = applyEvent(state, fromBinary(ExecutionEventSchema, this.#bytes.get(index)));
      if ((index + 1) % CHECKPOINT === 0) this.#checkpoints.set(index + 1, state);
    }
    this.#latest = state;
    return state;
  }

  /** The latest state that is kept and not after a sequence. */
  #nearest(sequence: number): Execution {
    const checkpoint = this.#checkpoints.get(sequence - (sequence % CHECKPOINT)) ?? this.#lastCheckpoint(sequence);
    const latest = this.#latest;
    const isNearer = latest && latest.sequence <= BigInt(sequence) && latest.sequence > (checkpoint?.sequence ?? 0n);
    return (isNearer ? latest : checkpoint) ?? create(ExecutionSchema, { name: this.#name });
  }

  #lastCheckpoint(sequence: number): Execution | undefined {
    const places = [...this.#checkpoints.keys()].filter((place) => place <= sequence);
    return places.length > 0 ? this.#checkpoints.get(Math.max(...places)) : undefined;
  }
}

function rowOf({ sequence, time, type, stage, task, actor, message }: ExecutionEvent): EventRow {
  return { sequence: Number(sequence), time: time ? timestampMs(time) : 0, type, stage, task, actor, message };
}
