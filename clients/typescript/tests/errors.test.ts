import { Code, ConnectError } from "@connectrpc/connect";
import { describe, expect, it } from "vitest";
import { problemOf } from "../src/errors.ts";
import {
  BadRequestSchema,
  ErrorInfoSchema,
  PreconditionFailureSchema,
  RequestInfoSchema,
  ResourceInfoSchema,
  RetryInfoSchema,
} from "../src/gen/google/rpc/error_details_pb.ts";

describe("problemOf", () => {
  it("takes every detail out", () => {
    const preconditions = [{ type: "STATE", subject: "applications/shop", description: "has executions" }];
    const error = new ConnectError("no", Code.InvalidArgument, undefined, [
      { desc: ErrorInfoSchema, value: { reason: "INVALID_ARGUMENT", metadata: { limit: "3" } } },
      { desc: BadRequestSchema, value: { fieldViolations: [{ field: "name", description: "is required" }] } },
      { desc: PreconditionFailureSchema, value: { violations: preconditions } },
      { desc: RetryInfoSchema, value: { retryDelay: { seconds: 1n, nanos: 500_000_000 } } },
      { desc: ResourceInfoSchema, value: { resourceType: "application", resourceName: "applications/shop" } },
      { desc: RequestInfoSchema, value: { requestId: "r1" } },
    ]);
    expect(problemOf(error)).toEqual({
      code: Code.InvalidArgument,
      message: "no",
      reason: "INVALID_ARGUMENT",
      metadata: { limit: "3" },
      violations: [{ field: "name", description: "is required" }],
      preconditions,
      retryAfterMs: 1500,
      resource: { type: "application", name: "applications/shop" },
      requestId: "r1",
    });
  });

  it("explains what is no answer of a server", () => {
    const problem = { code: Code.Unknown, reason: "", metadata: {}, violations: [], preconditions: [] };
    expect(problemOf(new TypeError("fetch failed"))).toEqual({ ...problem, message: "fetch failed" });
    expect(problemOf("a text")).toEqual({ ...problem, message: "a text" });
  });
});
