/** What a page knows of what it wants, folded from what the hub sends. */
import { applyEvent, applyInfrastructure } from "@gennaker/client";
import type { Execution, StageExecution } from "@gennaker/client/gen/execution";
import type { ExecutionEvent } from "@gennaker/client/gen/execution_event";
import type { InfrastructureSnapshot } from "@gennaker/client/gen/infrastructure_service";
import type { ExecutionEntry, Log } from "./entries.ts";
import { type Frame, Notices } from "./notices.ts";
import {
  type EventRow, type Health, type HubMessage, type HubMessages, isAbout, isExecution, type PageMessage, type Port, type Refusal, type Want, wantedBy,
} from "./protocol.ts";
import { Shelf } from "./shelf.ts";
import { Wants } from "./wants.ts";
import { type Changes, Watchers } from "./watchers.ts";

export type { ExecutionEntry, Log } from "./entries.ts";
export type { Change, Changes } from "./watchers.ts";

/** A question about the past. */
interface Question {
  readonly execution: string;
  readonly sequence: number;
  readonly answer: (execution: Execution | undefined) => void;
}

const NOTHING: ExecutionEntry = { removed: false };
const NO_EXECUTIONS: readonly Execution[] = [];
const NO_LOG: Log = { rows: [], complete: false };

/** What a page knows, and who is told when it changes. */
export class LiveStore {
  readonly #port: Port<PageMessage, HubMessages>;
  readonly #notices: Notices;
  readonly #wants: Wants;
  readonly #watchers: Watchers;
  readonly #shelf = new Shelf();
  readonly #entries = new Map<string, ExecutionEntry>();
  readonly #ready = new Set<Want>();
  readonly #refusals = new Map<Want, Refusal>();
  readonly #logs = new Map<string, Log>();
  readonly #infrastructures = new Map<string, InfrastructureSnapshot>();
  readonly #questions = new Map<number, Question>();
  #health: Health = { state: "idle" };
  #lastId = 0;

  constructor(port: Port<PageMessage, HubMessages>, frame: Frame) {
    this.#port = port;
    this.#notices = new Notices(frame);
    this.#wants = new Wants((kind, want) => this.#wanted(kind, want));
    this.#watchers = new Watchers(this.#notices, (subject) => this.isReady(`executions:${subject}`));
    port.listen((messages) => messages.forEach((message) => this.#receive(message)));
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

  /** Is told what happens to the executions of a subject. */
  onChanges(subject: string, callback: (changes: Changes) => void): () => void {
    return this.#watchers.add(subject, callback);
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
    return new Promise((answer) => {
      this.#questions.set(id, { execution, sequence, answer });
      this.#port.post({ kind: "at", id, execution, sequence });
    });
  }

  #wanted(kind: "want" | "drop", want: Want): void {
    this.#port.post({ kind, want });
    if (kind === "want") return;
    this.#ready.delete(want);
    this.#refusals.delete(want);
    const name = wantedBy(want);
    if (want.startsWith("events:")) this.#logs.delete(name);
    else if (want.startsWith("infrastructure:")) this.#infrastructures.delete(name);
    else this.#tidy(name);
  }

  /** Drops the executions of a subject that nobody wants any more. */
  #tidy(subject: string): void {
    const subjects = this.#wants.all().filter((want) => want.startsWith("executions:")).map(wantedBy);
    if (isExecution(subject) && !this.#shelf.get(subject)) this.#entries.delete(subject);
    for (const execution of this.#shelf.all()) {
      if (!subjects.some((other) => isAbout(other, execution))) this.#drop(execution.name);
    }
  }

  #drop(name: string): void {
    this.#shelf.remove(name);
    this.#entries.delete(name);
  }

  #receive(message: HubMessage): void {
    switch (message.kind) {
      case "welcome":
        break;
      case "again":
        return this.#sayAgain();
      case "health":
        this.#health = message.health;
        return this.#notices.due("health");
      case "execution":
        return this.#put(message.execution);
      case "event": {
        const known = this.#shelf.get(message.event.execution);
        if (known) this.#put(applyEvent(known, message.event), message.event);
        break;
      }
      case "forget":
        for (const name of message.names) this.#announce(this.#shelf.get(name));
        return message.names.forEach((name) => this.#drop(name));
      case "removed":
        return this.#remove(message.name);
      case "ready":
        this.#ready.add(message.want);
        this.#refusals.delete(message.want);
        return this.#notices.due(message.want);
      case "refused":
        return this.#refuse(message.want, message.refusal);
      case "missed":
        return this.#watchers.miss();
      case "rows":
        return this.#addRows(message.execution, message.rows, message.complete);
      case "clear":
        this.#logs.delete(message.execution);
        return this.#notices.due(`events:${message.execution}`);
      case "infrastructure":
        return this.#putInfrastructure(message.application, message.snapshot);
      case "delta": {
        const known = this.#infrastructures.get(message.application);
        if (known) this.#putInfrastructure(message.application, applyInfrastructure(known, message.delta));
        break;
      }
      case "at": {
        const question = this.#questions.get(message.id);
        this.#questions.delete(message.id);
        question?.answer(message.execution);
        break;
      }
    }
  }

  /** Says everything once more to a hub that does not know the page. */
  #sayAgain(): void {
    for (const want of this.#wants.all()) this.#port.post({ kind: "want", want });
    for (const [id, { execution, sequence }] of this.#questions) this.#port.post({ kind: "at", id, execution, sequence });
    this.#watchers.miss();
  }

  #put(execution: Execution, event?: ExecutionEvent): void {
    const { name } = execution;
    const before = this.#shelf.get(name);
    this.#shelf.put(execution, this.#wants.has(`executions:${name}`));
    this.#entries.set(name, { execution, removed: false });
    for (const stage of this.#shelf.changedStages(before, execution)) this.#notices.due(stageTopic(name, stage));
    this.#watchers.changed(before, execution, event);
    this.#announce(execution);
  }

  #announce(execution: Execution | undefined): void {
    if (!execution) return;
    for (const want of this.#wants.all()) {
      if (want.startsWith("executions:") && isAbout(wantedBy(want), execution)) this.#notices.due(want);
    }
  }

  #remove(name: string): void {
    this.#announce(this.#shelf.get(name));
    this.#shelf.remove(name);
    this.#entries.set(name, { removed: true });
    this.#notices.due(`executions:${name}`);
  }

  #refuse(want: Want, refusal: Refusal): void {
    this.#refusals.set(want, refusal);
    const name = wantedBy(want);
    if (want.startsWith("executions:") && isExecution(name)) {
      this.#entries.set(name, { ...this.entry(name), error: refusal });
    }
    this.#notices.due(want);
  }

  #addRows(name: string, rows: readonly EventRow[], complete: boolean): void {
    const known = this.log(name).rows;
    this.#logs.set(name, { rows: rows.length > 0 ? [...known, ...rows] : known, complete });
    this.#notices.due(`events:${name}`);
  }

  #putInfrastructure(application: string, snapshot: InfrastructureSnapshot): void {
    this.#infrastructures.set(application, snapshot);
    this.#notices.due(`infrastructure:${application}`);
  }
}

function stageTopic(execution: string, stage: string): string {
  return `stage:${execution}:${stage}`;
}
