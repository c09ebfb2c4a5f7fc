/** What went wrong with a call, taken out of the details that the server sends with each error. */
import { type Code, ConnectError } from "@connectrpc/connect";
import { type Duration, durationMs } from "@bufbuild/protobuf/wkt";
import {
  BadRequestSchema,
  ErrorInfoSchema,
  PreconditionFailureSchema,
  RequestInfoSchema,
  ResourceInfoSchema,
  RetryInfoSchema,
} from "./gen/google/rpc/error_details_pb.ts";

/** An error as a program wants it. */
export interface Problem {
  /** The code of gRPC. */
  code: Code;
  /** What happened, as a sentence for people. */
  message: string;
  /** What happened, as a constant for programs, `NOT_FOUND` for instance. Empty if the server did not answer. */
  reason: string;
  /** What belongs to the reason, `oldest_sequence` for instance. */
  metadata: Record<string, string>;
  /** The fields of the request that were not accepted, by their paths: `pipeline.stages[0].wait.duration`. */
  violations: FieldProblem[];
  /** What has to be different before the call can succeed. */
  preconditions: PreconditionProblem[];
  /** After how many milliseconds the call may be repeated. */
  retryAfterMs?: number;
  /** What the error is about. */
  resource?: { type: string; name: string };
  /** The name of the call in the server's log, given for errors of the server itself. */
  requestId?: string;
}

/** A field that was not accepted. */
export interface FieldProblem {
  field: string;
  description: string;
}

/** Something that has to be different first. */
export interface PreconditionProblem {
  type: string;
  subject: string;
  description: string;
}

/** Explains whatever a call has thrown. */
export function problemOf(error: unknown): Problem {
  const status = ConnectError.from(error);
  const info = status.findDetails(ErrorInfoSchema)[0];
  const retryDelay = status.findDetails(RetryInfoSchema)[0]?.retryDelay;
  const resource = status.findDetails(ResourceInfoSchema)[0];
  const requestId = status.findDetails(RequestInfoSchema)[0]?.requestId;
  return {
    code: status.code,
    message: status.rawMessage,
    reason: info?.reason ?? "",
    metadata: info?.metadata ?? {},
    violations: fieldProblems(status),
    preconditions: preconditionProblems(status),
    ...(retryDelay && { retryAfterMs: milliseconds(retryDelay) }),
    ...(resource && { resource: { type: resource.resourceType, name: resource.resourceName } }),
    ...(requestId && { requestId }),
  };
}

function fieldProblems(status: ConnectError): FieldProblem[] {
  const violations = status.findDetails(BadRequestSchema).flatMap((detail) => detail.fieldViolations);
  return violations.map(({ field, description }) => ({ field, description }));
}

function preconditionProblems(status: ConnectError): PreconditionProblem[] {
  const violations = status.findDetails(PreconditionFailureSchema).flatMap((detail) => detail.violations);
  return violations.map(({ type, subject, description }) => ({ type, subject, description }));
}

function milliseconds(duration: Duration): number {
  return Math.max(0, durationMs(duration));
}
