/** Which subjects a stream asks for, so that it brings everything that is wanted. */
import type { ConnectError } from "@connectrpc/connect";
import { problemOf } from "@gennaker/client";
import { isExecution } from "./protocol.ts";

/** The subject of all executions. */
export const EVERYTHING = "applications/-";

/** The most subjects that one stream may have. */
export const MAX_SUBJECTS = 200;

/**
 * The fewest subjects that cover what is wanted, sorted. Executions of a wanted application are not asked for one by one:
 * what happens to them comes with the application, and how they stood before is read once.
 */
export function unionOf(wanted: Iterable<string>): string[] {
  const names = new Set(wanted);
  const kept = [...names].filter((name) => !broader(name).some((other) => names.has(other)));
  if (kept.length <= MAX_SUBJECTS) return kept.sort();
  const applications = new Set(kept.map((name) => (isExecution(name) ? applicationOf(name) : name)));
  return applications.size <= MAX_SUBJECTS ? unionOf(applications) : [EVERYTHING];
}

/** Whether subjects bring everything of a name. */
export function covers(subjects: readonly string[], name: string): boolean {
  return subjects.includes(name) || broader(name).some((other) => subjects.includes(other));
}

/** The application that something belongs to. */
export function applicationOf(name: string): string {
  return name.split("/", 2).join("/");
}

/** The subjects that bring everything of a name, and more. */
function broader(name: string): string[] {
  const application = applicationOf(name);
  if (name === EVERYTHING) return [];
  return name === application ? [EVERYTHING] : [application, EVERYTHING];
}

/** Whether two lists of subjects are the same. */
export function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((name, place) => name === other[place]);
}

/** The subjects that the server does not take; all where it does not say which. */
export function culpritsOf(subjects: readonly string[], error: ConnectError): readonly string[] {
  const { resource, violations } = problemOf(error);
  const places = violations.flatMap(({ field }) => /^subjects\[(\d+)\]/.exec(field)?.[1] ?? []);
  const culprits = subjects.filter((name, place) => name === resource?.name || places.includes(String(place)));
  return culprits.length > 0 ? culprits : subjects;
}
