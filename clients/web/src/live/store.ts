/** What a page knows of what it wants, folded from what the hub sends. */
import type { Execution, StageExecution } from "@gennaker/client/gen/execution";
import type { ExecutionEvent } from "@gennaker/client/gen/execution_event";
import type { InfrastructureSnapshot } from "@gennaker/client/gen/infrastructure_service";
import { type Frame, Notices } from "./notices.ts";
import type { EventRow, Health, HubMessage, PageMessage, Port, Refusal, Want } from "./protocol.ts";
import { Shelf } from "./shelf.ts";
import { Wants } from "./wants.ts";

/** What is known of one execution. */
export interface ExecutionEntry {
  readonly execution?: Execution;
  /** Why it can't be read. */
  readonly error?: Refusal;
  /** Whether it does not exist any more, or never did. */
  readonly removed: boolean;
}

/** The log of an execution as far as it is here. */
export interface Log {
  readonly rows: readonly EventRow[];
  /** Whether it is there up to now. */
  readonly complete: boolean;
}

/** What happened to an execution since the last frame. */
export interface Change {
  /** Not set for a new one. */
  readonly before?: Execution;
  readonly after: Execution;
  /** The events that led there; empty where only the outcome is known. */
  readonly events: readonly ExecutionEvent[];
}

/** What happened to the executions of a subject since the last frame. */
export interface Changes {
  readonly changes: readonly Change[];
  /** Whether more may have happened that nobody can tell: lists should be read again. */
  readonly missed: boolean;
}

const NOTHING: ExecutionEntry = { removed: false };
const NO_EXECUTIONS: readonly Execution[] = [];
const NO_LOG: Log = { rows: [], complete: false };

interface Watcher {
  readonly subject: string;
  readonly callback: (changes: Changes) => void;
  changes: Map<string, { before?: Execution; after: Execution; events: ExecutionEvent[] }>;
  missed: boolean;
}

/** What a page knows, and who is told when it changes. */
export class LiveStore {
  readonly #port: Port<PageMessage, HubMessage>;
  readonly #notices: Notices;
  readonly #shelf = new Shelf();
  readonly #wants: Wants;
  readonly #entries = new Map<string, ExecutionEntry>();
  readonly #ready = new Set<Want>();
  readonly #refusals = new Map<Want, Refusal>();
  readonly #logs = new Map<string, Log>();
  readonly #infrastructures = new Map<string, InfrastructureSnapshot>();
  readonly #watchers = new Set<Watcher>();
  readonly #answers = new Map<number, (execution: Execution | undefined) => void>();
  #health: Health = { state: "idle" };
  #lastId = 0;

  constructor(port: Port<PageMessage, HubMessage>, frame: Frame) {
    this.#port = port;
    this.#notices = new Notices(frame);
    this.#wants = new Wants((kind, want) => this.#changed(kind, want));
    port.listen((message) => this.#receive(message));
  }

  /** Wants something, and is told when it changes, until what is returned is called. */
  want(want: Want, notify: () => void): () => void {
    const mute = this.onChange(want, notify);
    const drop = this.#wants.add(want);
    return () => {
      mute();
      drop();
    };
  }

  /** Is told when something changes that somebody else wants. */
  onChange(want: Want, notify: () => void): () => void {
    return this.#notices.on(want, notify);
  }

  onStage(execution: string, stage: string, notify: () => void): () => void {
    return this.#notices.on(stageTopic(execution, stage), notify);
  }

  onHealth(notify: () => void): () => void {
    return this.#notices.on("health", notify);
  }

  /** Is told what happened to the executions of a subject. */
  onChanges(subject: string, callback: (changes: Changes) => void): () => void {
    const watcher: Watcher = { subject, callback, changes: new Map(), missed: false };
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  entry(name: string | undefined): ExecutionEntry {
    return (name !== undefined && this.#entries.get(name)) || NOTHING;
  }

  stage(execution: string, stage: string): StageExecution | undefined {
    return this.#shelf.stage(execution, stage);
  }

  list(subject: string | undefined): readonly Execution[] {
    return subject === undefined ? NO_EXECUTIONS : this.#shelf.list(subject);
  }

  isReady(want: Want): boolean {
    return this.#ready.has(want);
  }

  refusal(want: Want): Refusal | undefined {
    return this.#refusals.get(want);
  }

  log(name: string | undefined): Log {
    return (name !== undefined && this.#logs.get(name)) || NO_LOG;
  }

  infrastructure(application: string | undefined): InfrastructureSnapshot | undefined {
    return application === undefined ? undefined : this.#infrastructures.get(application);
  }

  health(): Health {
    return this.#health;
  }

  /** The execution as it was after an event; undefined where nobody can tell. */
  executionAt(execution: string, sequence: number): Promise<Execution | undefined> {
    const id = ++this.#lastId;
    return new Promise((resolve) => {
      this.#answers.set(id, resolve);
      this.#port.post({ kind: "at", id, execution, sequence });
    });
  }

  #changed(kind: "want" | "drop", want: Want): void {
    this.#port.post({ kind, want });
  }

  #receive(_message: HubMessage): void {}
}

function stageTopic(execution: string, stage: string): string {
  return `stage:${execution}:${stage}`;
}
