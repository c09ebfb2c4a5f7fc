/** What went wrong with a call, ready to be shown. */
import { Code } from "@connectrpc/connect";
import { type Problem, problemOf } from "@gennaker/client";

/** A problem; `unreachable` when the server did not answer at all. */
export interface Explained extends Problem {
  unreachable: boolean;
}

/** Explains whatever was thrown. */
export function explain(error: unknown): Explained {
  const problem = problemOf(error);
  // A fetch that fails has no answer and so no details of the server.
  const silent = problem.code === Code.Unavailable || (problem.code === Code.Unknown && /fetch|network/i.test(problem.message));
  return { ...problem, unreachable: silent && problem.reason === "" };
}

/** Whether a call failed because there is no such thing. */
export function isNotFound(error: unknown): boolean {
  return problemOf(error).code === Code.NotFound;
}

/** Whether somebody else wrote in between: the etag was not the current one. */
export function isConflict(error: unknown): boolean {
  return problemOf(error).code === Code.Aborted;
}
