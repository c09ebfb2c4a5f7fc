/** The executions that are wanted, as they stand: folded from one stream over all of them. */
import { Code, type ConnectError } from "@connectrpc/connect";
import { applyEvent, hasEnded } from "@gennaker/client";
import type { Execution } from "@gennaker/client/gen/execution";
import type { ExecutionEvent } from "@gennaker/client/gen/execution_event";
import type { Clock } from "./clock.ts";
import { Fetcher, type FetchOwner } from "./fetcher.ts";
import { Lane, type LaneOwner } from "./lane.ts";
import type { Line } from "./line.ts";
import { isAbout, isExecution, type Refusal } from "./protocol.ts";
import type { Streams } from "./streams.ts";
import { applicationOf, covers, culpritsOf, isSame, unionOf } from "./subjects.ts";
import { surplusOf } from "./surplus.ts";

/** How long a stream goes on after another has taken its place, for what is still under way on it. */
const OVERLAP_MS = 500;

/** Who is told of executions. */
export interface ExecutionsListener {
  /** An execution is known, or is another; by an event if there is one. */
  changed(execution: Execution, event?: ExecutionEvent): void;
  removed(name: string): void;
  forgotten(names: readonly string[]): void;
  refused(name: string, refusal: Refusal): void;
  /** More of what is wanted may be ready. */
  advanced(): void;
  /** Something may have happened that nobody can tell. */
  missed(): void;
  healthChanged(): void;
}

/** The executions that are wanted. */
export class Executions implements LaneOwner, FetchOwner {
  readonly #streams: Streams;
  readonly #clock: Clock;
  readonly #listener: ExecutionsListener;
  readonly #fetcher: Fetcher;
  readonly #states = new Map<string, Execution>();
  readonly #refusals = new Map<string, Refusal>();
  readonly #gone = new Set<string>();
  #wanted: ReadonlySet<string> = new Set();
  #current: Lane | undefined;
  /** Takes the place of the current one once it has begun. */
  #next: Lane | undefined;
  #hasBegun = false;
  #isPaused = false;

  constructor(streams: Streams, clock: Clock, listener: ExecutionsListener) {
    this.#streams = streams;
    this.#clock = clock;
    this.#listener = listener;
    this.#fetcher = new Fetcher(streams, clock, this);
  }

  get(name: string): Execution | undefined {
    return this.#states.get(name);
  }

  /** The executions of a subject, in no order. */
  about(subject: string): Execution[] {
    if (isExecution(subject)) {
      const state = this.#states.get(subject);
      return state ? [state] : [];
    }
    return [...this.#states.values()].filter((execution) => isAbout(subject, execution));
  }

  /** Whether everything of a name has been told, as it stands. */
  isReady(name: string): boolean {
    if (isExecution(name)) return this.#states.has(name);
    return this.#current?.hasBegun === true && covers(this.#current.subjects, name);
  }

  isGone(name: string): boolean {
    return this.#gone.has(name);
  }

  refusal(name: string): Refusal | undefined {
    return this.#refusals.get(name);
  }

  /** The stream that says how the connection stands. */
  get line(): Line<unknown> | undefined {
    return this.#current?.line;
  }

  /** Follows these names from now on. */
  want(names: ReadonlySet<string>): void {
    this.#wanted = names;
    for (const name of this.#refusals.keys()) if (!names.has(name)) this.#refusals.delete(name);
    for (const name of this.#gone) if (!names.has(name)) this.#gone.delete(name);
    this.#fetcher.keep((name) => this.#isWanted(name));
    this.#forget([...this.#states.values()].filter((state) => !this.#isWanted(state.name, state)).map(({ name }) => name));
    this.#plan();
    this.#fetchMissing();
  }

  /** Calls the server again. */
  renew(onlyIfDoubtful: boolean): void {
    this.#current?.line.renew(onlyIfDoubtful);
    this.#next?.line.renew(onlyIfDoubtful);
  }

  /** Ends the streams until `resume`. */
  pause(): void {
    this.#isPaused = true;
    this.#next?.line.stop();
    this.#next = undefined;
    this.#current?.line.stop();
  }

  resume(): void {
    this.#isPaused = false;
    this.#current?.line.start();
    this.#plan();
  }

  sequenceOf(name: string): bigint | undefined {
    return this.#states.get(name)?.sequence;
  }

  snapshot(execution: Execution, lane: Lane): void {
    this.#accept(execution, lane.asksForAll);
  }

  event(event: ExecutionEvent): void {
    const known = this.#states.get(event.execution);
    if (known && event.sequence <= known.sequence) return;
    if (known && event.sequence === known.sequence + 1n) {
      this.#set(applyEvent(known, event), event);
    } else {
      this.#fetcher.fetch(event.execution, event);
    }
  }

  fetched(execution: Execution, held: readonly ExecutionEvent[]): void {
    if (!this.#isWanted(execution.name, execution)) return;
    this.#accept(execution, false);
    for (const event of held) this.event(event);
    this.#listener.advanced();
  }

  absent(name: string): void {
    this.#states.delete(name);
    if (this.#wanted.has(name)) this.#gone.add(name);
    this.#listener.removed(name);
  }

  failed(name: string, error: ConnectError): void {
    this.#refuse(name, error);
  }

  begun(lane: Lane): void {
    let isSeamless = !this.#hasBegun;
    if (lane === this.#next) {
      const old = this.#current;
      isSeamless = old?.line.isOpen === true;
      if (old) this.#clock.after(OVERLAP_MS, () => old.line.stop());
      [this.#current, this.#next] = [lane, undefined];
    } else if (lane !== this.#current) {
      return;
    }
    this.#hasBegun = true;
    for (const [name, state] of this.#states) {
      if (lane.told.has(name) || !lane.subjects.some((subject) => isAbout(subject, state))) continue;
      // It ended while nobody told, or may have gone on.
      if (!hasEnded(state) || (!isSeamless && this.#wanted.has(name))) this.#fetcher.fetch(name);
    }
    if (!isSeamless) this.#listener.missed();
    this.#listener.advanced();
    this.#listener.healthChanged();
    this.#plan();
    this.#fetchMissing();
  }

  refused(lane: Lane, error: ConnectError): void {
    const culprits = culpritsOf(lane.subjects, error);
    for (const name of culprits) {
      if (error.code === Code.NotFound && isExecution(name)) this.absent(name);
      else this.#refuse(name, error);
    }
    if (lane === this.#next) this.#next = undefined;
    if (lane === this.#current) this.#current = undefined;
    this.#plan();
  }

  laneChanged(lane: Lane): void {
    if (lane !== this.#current) return;
    if (lane.line.isOpen && lane.hasBegun) {
      this.#plan();
      this.#fetchMissing();
    }
    this.#listener.healthChanged();
  }

  /** Sees to it that there is a stream over what is wanted. */
  #plan(): void {
    const subjects = unionOf([...this.#wanted].filter((name) => !this.#refusals.has(name) && !this.#gone.has(name)));
    const current = this.#current;
    if (this.#next && !isSame(this.#next.subjects, subjects)) {
      this.#next.line.stop();
      this.#next = undefined;
    }
    if (this.#isPaused || this.#next || (current && isSame(current.subjects, subjects))) return;
    // What is broken goes on with its old subjects first, so that nothing is left out.
    if (current?.hasBegun && !current.line.isOpen && subjects.length > 0) return;
    const lane = subjects.length > 0 ? new Lane(subjects, this.#streams, this.#clock, this) : undefined;
    if (current?.hasBegun && lane) {
      this.#next = lane;
    } else {
      current?.line.stop();
      this.#current = lane;
    }
    lane?.line.start();
    this.#listener.healthChanged();
  }

  /** Reads the executions that are wanted by name and whose application is followed, but of which nothing is known. */
  #fetchMissing(): void {
    const lane = this.#current;
    if (!lane?.hasBegun) return;
    for (const name of this.#wanted) {
      const isMissing = isExecution(name) && !this.#states.has(name) && !this.#gone.has(name) && !this.#refusals.has(name);
      if (isMissing && covers(lane.subjects, name) && !lane.subjects.includes(name)) this.#fetcher.fetch(name);
    }
  }

  #accept(execution: Execution, isAnew: boolean): void {
    const known = this.#states.get(execution.name);
    if (known && known.sequence >= execution.sequence && !isAnew) return;
    this.#set(execution);
  }

  #set(execution: Execution, event?: ExecutionEvent): void {
    const before = this.#states.get(execution.name);
    this.#states.set(execution.name, execution);
    this.#listener.changed(execution, event);
    if (hasEnded(execution) && !(before && hasEnded(before))) this.#forget(surplusOf([...this.#states.values()].filter(({ name }) => !this.#wanted.has(name))));
  }

  #forget(names: string[]): void {
    if (names.length === 0) return;
    for (const name of names) this.#states.delete(name);
    this.#listener.forgotten(names);
  }

  #refuse(name: string, error: ConnectError): void {
    const refusal = { code: error.code, message: error.rawMessage };
    this.#refusals.set(name, refusal);
    this.#listener.refused(name, refusal);
  }

  /** Whether an execution may be one of those that are wanted; of one that isn't known, the pipeline isn't either. */
  #isWanted(name: string, state?: Execution): boolean {
    const wanted = [...this.#wanted];
    if (state) return wanted.some((subject) => isAbout(subject, state));
    return covers(wanted, name) || wanted.some((subject) => subject.startsWith(`${applicationOf(name)}/pipelines/`));
  }
}
