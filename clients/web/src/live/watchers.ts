/** Those who want to know what happened, not what is: they are told once a frame. */
import type { Execution } from "@gennaker/client/gen/execution";
import type { ExecutionEvent } from "@gennaker/client/gen/execution_event";
import type { Notices } from "./notices.ts";
import { isAbout } from "./protocol.ts";

/** What happened to an execution since the last frame. */
export interface Change {
  /** As it was; undefined for a new one. */
  readonly before: Execution | undefined;
  readonly after: Execution;
  /** The events that led there, as far as they are known. */
  readonly events: readonly ExecutionEvent[];
}

/** What happened to the executions of a subject since the last frame. */
export interface Changes {
  readonly changes: readonly Change[];
  /** Whether more may have happened that nobody can tell: lists should be read again. */
  readonly missed: boolean;
}

interface Watcher {
  readonly topic: string;
  readonly subject: string;
  readonly changes: Map<string, { before: Execution | undefined; after: Execution; events: ExecutionEvent[] }>;
  missed: boolean;
}

/** The watchers of a page. */
export class Watchers {
  readonly #watchers = new Set<Watcher>();
  readonly #notices: Notices;
  readonly #isReady: (subject: string) => boolean;
  #lastId = 0;

  /** `isReady` says whether all executions of a subject are known, so that one that isn't is new. */
  constructor(notices: Notices, isReady: (subject: string) => boolean) {
    this.#notices = notices;
    this.#isReady = isReady;
  }

  add(subject: string, callback: (changes: Changes) => void): () => void {
    const watcher: Watcher = { topic: `changes:${++this.#lastId}`, subject, changes: new Map(), missed: false };
    this.#watchers.add(watcher);
    const mute = this.#notices.on(watcher.topic, () => {
      const changes = { changes: [...watcher.changes.values()], missed: watcher.missed };
      watcher.changes.clear();
      watcher.missed = false;
      callback(changes);
    });
    return () => {
      mute();
      this.#watchers.delete(watcher);
    };
  }

  changed(before: Execution | undefined, after: Execution, event: ExecutionEvent | undefined): void {
    for (const watcher of this.#watchers) {
      if (!isAbout(watcher.subject, after) || (!before && !this.#isReady(watcher.subject))) continue;
      const known = watcher.changes.get(after.name) ?? { before, after, events: [] };
      known.after = after;
      if (event) known.events.push(event);
      watcher.changes.set(after.name, known);
      this.#notices.due(watcher.topic);
    }
  }

  /** Something may have happened that nobody can tell. */
  miss(): void {
    for (const watcher of this.#watchers) {
      watcher.missed = true;
      this.#notices.due(watcher.topic);
    }
  }
}
