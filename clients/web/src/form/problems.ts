/** What is wrong with the values of a form, by the path of the field. */
import type { Text } from "~/i18n/index.tsx";
import { isWithin, pathAfter } from "./paths.ts";
import type { Finding } from "./validate.ts";

/** What is wrong, by path: `clusters[0].capacity.desired` has these messages. */
export type Problems = ReadonlyMap<string, readonly string[]>;

export const NO_PROBLEMS: Problems = new Map();

/** What the server says about a field; the same names as in `google.rpc.BadRequest` and in ValidatePipeline. */
export interface Violation {
  field: string;
  description: string;
}

/** The server's violations that are about what is at a path, by what follows it: with `pipeline.stages[2]`, a violation of
 * `pipeline.stages[2].wait.duration` is about `wait.duration`. */
export function problemsAt(violations: readonly Violation[], outer = ""): Problems {
  const found = new Map<string, string[]>();
  for (const { field, description } of violations) {
    if (isWithin(field, outer)) add(found, pathAfter(field, outer), description);
  }
  return found;
}

/** The same for problems that are known by path already. */
export function within(problems: Problems, outer: string): Problems {
  if (outer === "") return problems;
  const found = new Map<string, readonly string[]>();
  for (const [path, messages] of problems) if (isWithin(path, outer)) found.set(pathAfter(path, outer), messages);
  return found;
}

/** Several sorts of problems together; what two say of one path is there once. */
export function together(...all: readonly Problems[]): Problems {
  const found = new Map<string, string[]>();
  for (const problems of all) for (const [path, messages] of problems) for (const message of messages) add(found, path, message);
  return found;
}

/** What the rules of fields say, in the user's language. */
export function problemsOf(findings: readonly Finding[], t: Text): Problems {
  const found = new Map<string, string[]>();
  for (const { path, rule, values } of findings) add(found, path, t(`form.${rule}`, values));
  return found;
}

/** The number of paths with problems. */
export function countWithin(problems: Problems, path: string): number {
  return [...problems.keys()].filter((key) => isWithin(key, path)).length;
}

function add(found: Map<string, string[]>, path: string, message: string) {
  const messages = found.get(path);
  if (!messages) found.set(path, [message]);
  else if (!messages.includes(message)) messages.push(message);
}
