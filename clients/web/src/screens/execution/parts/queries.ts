/** What the screen of an execution reads besides the live execution. */
import type { Execution, Waiting } from "@gennaker/client/gen/execution";
import type { Pipeline } from "@gennaker/client/gen/pipeline";
import { ExecutionStatus } from "@gennaker/client/gen/status";
import { useQuery } from "@tanstack/react-query";
import { api } from "~/api/index.ts";

/** The pipeline as it was when the execution was started. */
export function usePipelineRevision(execution: Pick<Execution, "pipeline" | "pipelineRevision">): Pipeline | undefined {
  const { pipeline, pipelineRevision } = execution;
  return useQuery({
    queryKey: ["pipelineRevision", pipeline, String(pipelineRevision)],
    enabled: pipeline !== "" && pipelineRevision > 0n,
    staleTime: Infinity,
    queryFn: async () => (await api.pipelines.getPipelineRevision({ name: `${pipeline}/revisions/${pipelineRevision}` })).revision?.pipeline ?? null,
  }).data ?? undefined;
}

/** What the server says of an execution that waits as a whole. It is asked once for each place in the queue and each pause. */
export function useWholeWait(execution: Execution): Waiting | undefined {
  const { name, status, queuePosition } = execution;
  const waits = status === ExecutionStatus.QUEUED || status === ExecutionStatus.PAUSED;
  return useQuery({
    queryKey: ["explain", name, status, queuePosition],
    enabled: waits,
    queryFn: async () => (await api.executions.explainExecution({ name })).waiting ?? null,
  }).data ?? undefined;
}
