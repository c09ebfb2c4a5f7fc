/**
 * Executions that have ended, read from the server page by page, newest first. Of all that was read the names are kept; the
 * executions themselves only of the pages around what is looked at: a hundred thousand cost no more than a few pages.
 */
import type { Execution } from "@gennaker/client/gen/execution";
import { lastId } from "~/api/names.ts";

/** How many pages before and after those in sight are kept. */
const AROUND = 4;
/** How many pages without anything are read on before somebody is asked whether to go on. */
const EMPTY_PAGES = 20;
/** How many new ones are held before they become a page, which can be let go. */
const FRESH = 100;

/** A page of the server. */
export interface Answer {
  executions: readonly Execution[];
  nextPageToken: string;
}
export type Read = (token: string) => Promise<Answer>;

/** One place in the list; without an execution while its page is not here. */
export interface HistoryRow {
  readonly name: string;
  readonly execution: Execution | undefined;
}

/** What is known. */
export interface HistoryState {
  readonly rows: readonly HistoryRow[];
  readonly loading: boolean;
  readonly error: unknown;
  /** Whether there is nothing more on the server. */
  readonly complete: boolean;
  /** Whether the first page has come. */
  readonly begun: boolean;
}

interface Page {
  readonly token: string;
  rows: readonly HistoryRow[];
  /** Whether the executions are here. */
  held: boolean;
  reading: boolean;
}

/** The history of one filter. */
export class History {
  readonly #read: Read;
  readonly #listeners = new Set<() => void>();
  /** Those that ended since the pages were read. */
  readonly #fresh = new Map<string, Execution>();
  #pages: Page[] = [];
  /** The token of the next page; undefined when there is none. */
  #next: string | undefined = "";
  #loading = false;
  #begun = false;
  #error: unknown;
  #state: HistoryState = { rows: [], loading: false, error: undefined, complete: false, begun: false };

  constructor(read: Read) {
    this.#read = read;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly state = (): HistoryState => this.#state;

  /** Reads on, unless it does already or there is nothing more. */
  async more(): Promise<void> {
    if (this.#loading || this.#next === undefined) return;
    this.#loading = true;
    this.#error = undefined;
    this.#tell(this.#state.rows);
    try {
      for (let empty = 0; this.#next !== undefined && empty < EMPTY_PAGES; empty++) {
        const token: string = this.#next;
        const { executions, nextPageToken } = await this.#read(token);
        this.#next = nextPageToken || undefined;
        this.#begun = true;
        if (executions.length === 0) continue;
        this.#pages.push(pageOf(token, executions));
        break;
      }
    } catch (error) {
      this.#error = error;
    }
    this.#loading = false;
    this.#tell();
  }

  /** Says what is looked at, from the newest name to the oldest: the pages are read if they are not here, those far away are let go. */
  see(newest: string, oldest: string): void {
    const [from, to] = [this.#pageOf(newest), this.#pageOf(oldest)];
    let changed = false;
    this.#pages.forEach((page, index) => {
      if (index >= from && index <= to) void this.#readAgain(page);
      else if (page.held && (index < from - AROUND || index > to + AROUND)) {
        page.held = false;
        page.rows = page.rows.map(({ name }) => ({ name, execution: undefined }));
        changed = true;
      }
    });
    if (changed) this.#tell();
  }

  /** Takes in executions that have ended or were changed after that, and leaves out those that go on again. */
  add(ended: readonly Execution[]): void {
    if (ended.length === 0) return;
    for (const execution of ended) this.#fresh.set(execution.name, execution);
    this.#fold();
    this.#tell();
  }

  /** Makes a page of those that are newer than all pages, once they are many. */
  #fold(): void {
    const newest = lastId(this.#pages[0]?.rows[0]?.name ?? "");
    const newer = [...this.#fresh.values()].filter(({ name }) => lastId(name) > newest);
    if (!this.#state.begun || newer.length <= FRESH) return;
    for (const { name } of newer) this.#fresh.delete(name);
    newer.sort(newestFirst);
    this.#pages.unshift(pageOf("", newer));
  }

  /** Reads the newest again when something may have been missed; begins anew when that is more than a page. */
  async refresh(): Promise<void> {
    if (!this.#state.begun) return;
    try {
      const { executions, nextPageToken } = await this.#read("");
      const known = new Set(this.#names());
      if (executions.length > 0 && !executions.some(({ name }) => known.has(name))) {
        this.#fresh.clear();
        this.#pages = [pageOf("", executions)];
        this.#next = nextPageToken || undefined;
      } else this.add(executions);
      this.#error = undefined;
    } catch (error) {
      this.#error = error;
    }
    this.#tell();
  }

  #names(): string[] {
    return [...this.#fresh.keys(), ...this.#pages.flatMap(({ rows }) => rows.map(({ name }) => name))];
  }

  /** The page that a name stands on, or would stand on. O(pages). */
  #pageOf(name: string): number {
    return this.#pages.findIndex(({ rows }) => lastId(rows.at(-1)?.name ?? "") <= lastId(name));
  }

  /** Reads a page that was let go. The server may give it in more pieces by now: all that end not before its last place. */
  async #readAgain(page: Page): Promise<void> {
    if (page.held || page.reading) return;
    page.reading = true;
    const first = page.token ? undefined : lastId(page.rows[0]?.name ?? "");
    const last = lastId(page.rows.at(-1)?.name ?? "");
    const isOfPage = ({ name }: Execution) => lastId(name) >= last && (first === undefined || lastId(name) <= first);
    const found: Execution[] = [];
    try {
      let token: string | undefined = page.token;
      while (token !== undefined) {
        const answer: Answer = await this.#read(token);
        found.push(...answer.executions.filter(isOfPage));
        const reached = answer.executions.some(({ name }) => lastId(name) <= last);
        token = reached ? undefined : answer.nextPageToken || undefined;
      }
      page.rows = pageOf("", found).rows;
      page.held = true;
    } catch (error) {
      this.#error = error;
    }
    page.reading = false;
    this.#tell();
  }

  #tell(rows: readonly HistoryRow[] = this.#rows()): void {
    this.#state = { rows, loading: this.#loading, error: this.#error, complete: this.#next === undefined, begun: this.#begun };
    for (const listener of this.#listeners) listener();
  }

  /** The pages, with those that ended since at their places. O(rows). */
  #rows(): HistoryRow[] {
    const read = this.#pages.flatMap((page) => page.rows);
    if (this.#fresh.size === 0) return read;
    const rows = read.filter(({ name }) => !this.#fresh.has(name));
    const oldest = lastId(rows.at(-1)?.name ?? "");
    const fresh = [...this.#fresh.values()]
      // Those that are older than all that was read come with their page.
      .filter(({ name }) => this.#next === undefined || lastId(name) >= oldest)
      .map((execution): HistoryRow => ({ name: execution.name, execution }));
    return merged(fresh.sort(newestFirst), rows);
  }
}

function newestFirst(a: { name: string }, b: { name: string }): number {
  return lastId(a.name) < lastId(b.name) ? 1 : -1;
}

function pageOf(token: string, executions: readonly Execution[]): Page {
  return { token, rows: executions.map((execution) => ({ name: execution.name, execution })), held: true, reading: false };
}

/** Two lists, newest first, as one. Ids sort by time. */
function merged(some: readonly HistoryRow[], others: readonly HistoryRow[]): HistoryRow[] {
  const all: HistoryRow[] = [];
  let next = 0;
  for (const row of others) {
    for (let one = some[next]; one && lastId(one.name) > lastId(row.name); one = some[++next]) all.push(one);
    all.push(row);
  }
  return [...all, ...some.slice(next)];
}
