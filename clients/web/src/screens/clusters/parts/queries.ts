/** What the screens of clusters read besides the live infrastructure. */
import { fromJson } from "@bufbuild/protobuf";
import type { Execution } from "@gennaker/client/gen/execution";
import type { PlannedStage } from "@gennaker/client/gen/execution_service";
import type { Instance, ServerGroup } from "@gennaker/client/gen/server_group";
import { PipelineSchema } from "@gennaker/client/gen/pipeline";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api, pipelineName, queryClient } from "~/api/index.ts";
import { useExecutions, useInfrastructure, useLiveEffect } from "~/live/hooks.ts";
import { hasAnyEnded } from "~/screens/executions/changes.ts";
import type { Operation } from "../model/action.ts";
import { groupBy } from "../model/group-by.ts";
import { makersOf, type Work, workOn } from "../model/operations.ts";

/** How many of the last executions are looked through for those that made server groups. */
const RECENT = 60;

/** The server groups of an application with their instances, as they are now; undefined until they are known. */
export function useServerGroups(application: string) {
  const snapshot = useInfrastructure(application);
  const instances = useMemo(() => groupBy(snapshot?.instances ?? [], (instance: Instance) => instance.serverGroup), [snapshot?.instances]);
  return { snapshot, groups: snapshot?.serverGroups ?? NO_GROUPS, instances };
}

const NO_GROUPS: readonly ServerGroup[] = [];

/** What works on server groups now. */
export function useWork(application: string): ReadonlyMap<string, Work> {
  const executions = useExecutions(application);
  return useMemo(() => workOn(executions), [executions]);
}

/** The executions that made server groups, as far as the last ones tell. Read again when one has ended. */
export function useMakers(application: string): ReadonlyMap<string, Execution> {
  const queryKey = ["executions", application, "makers"];
  useLiveEffect(application, (changes) => {
    if (hasAnyEnded(changes)) void queryClient.invalidateQueries({ queryKey });
  });
  const { data } = useQuery({
    queryKey,
    queryFn: async () => (await api.executions.listExecutions({ parent: application, pageSize: RECENT, includeStages: true })).executions,
  });
  return useMemo(() => makersOf(data ?? []), [data]);
}

/** What the server would do in an operation: its stages, and what is wrong. */
export function usePlan(application: string, operations: readonly Operation[]) {
  const stages = operations.flatMap(({ title, stages: own }, operation) => own.map((stage, index) => (
    { id: `s${operation}-${index}`, name: title, ...(index > 0 && { dependsOn: [`s${operation}-${index - 1}`] }), ...stage }
  )));
  return useQuery({
    queryKey: ["plan", application, JSON.stringify(stages)],
    enabled: stages.length > 0,
    queryFn: async ({ signal }): Promise<{ stages: readonly PlannedStage[]; problems: readonly string[] }> => {
      const plan = await api.executions.planExecution({ pipeline: pipelineName(application.slice("applications/".length), "operation"), definition: fromJson(PipelineSchema, { stages }) }, { signal });
      return { stages: plan.stages, problems: plan.problems.map(({ description }) => description) };
    },
  });
}
