/** The client of Gennaker. The messages are in `@gennaker/client/gen/<file of the API>`. */
export { connect, connectOver, type ConnectOptions, type Gennaker, requestId, transportTo } from "./client.ts";
export type { Clock } from "./clock.ts";
export { type FieldProblem, type PreconditionProblem, type Problem, problemOf } from "./errors.ts";
export { applyEvent, applyInfrastructure, hasEnded } from "./fold.ts";
export { FINAL_CODES, resume, type Source, type WatchOptions, type WatchState } from "./resume.ts";
export {
  type ExecutionUpdate,
  type InfrastructureUpdate,
  watchExecution,
  type WatchExecutionOptions,
  watchInfrastructure,
} from "./watch.ts";
